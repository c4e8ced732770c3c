package io.github.sae4j.arrows;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every module keeps to its own room, as ARCHITECTURE.md says: which it may use, and what no other may see of it. */
class ArchitectureTest {

    private static final House HOUSE = House.documented();

    private static JavaClasses everything;

    static List<Module> modules() {
        return HOUSE.modules().stream().filter(Module::hasPackage).toList();
    }

    static List<Module> allModules() {
        return HOUSE.modules();
    }

    @BeforeAll
    static void importEveryModule() {
        everything = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.github.sae4j");
    }

    @ParameterizedTest
    @MethodSource("modules")
    void usesOnlyWhatIsBelowIt(Module module) {
        List<String> allowed = new ArrayList<>(List.of(module.packages(), "java..", "org.jspecify.."));
        module.uses().forEach(used -> allowed.add(HOUSE.module(used).packages()));
        module.libraries().forEach(library -> allowed.add(library + ".."));
        classes()
                .that()
                .resideInAPackage(module.packages())
                .should()
                .onlyDependOnClassesThat(describe(
                        "reside in " + String.join(", ", allowed),
                        used -> used.isPrimitive() || used.isArray() || resides(used, allowed)))
                .check(everything);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void usesAllThatItSaysItUses(Module module) {
        Set<String> unused = Stream.concat(
                        module.uses().stream().map(used -> HOUSE.module(used).packages()),
                        module.libraries().stream().map(library -> library + ".."))
                .filter(packages -> dependencies(module).noneMatch(used -> resides(used, List.of(packages))))
                .collect(Collectors.toSet());

        assertThat(unused).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void keepsItsInternalsToItself(Module module) {
        noClasses()
                .that()
                .resideOutsideOfPackage(module.packages())
                .should(haveNoBusinessIn(module))
                .check(everything);
    }

    private static ArchCondition<JavaClass> haveNoBusinessIn(Module module) {
        Predicate<Dependency> forbidden =
                dependency -> resides(dependency.getTargetClass(), List.of(module.internals()))
                        && !HOUSE.isShared(
                                dependency.getTargetClass().getPackageName(),
                                dependency.getOriginClass().getPackageName());
        return new ArchCondition<>("refer to " + module.internals()) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getDirectDependenciesFromSelf().stream()
                        .filter(forbidden)
                        .forEach(dependency ->
                                events.add(SimpleConditionEvent.satisfied(type, dependency.getDescription())));
            }
        };
    }

    @ParameterizedTest
    @MethodSource("allModules")
    void hasThoseDependenciesInItsPom(Module module) {
        assertThat(Poms.dependencies(module.name())).containsExactlyInAnyOrderElementsOf(module.uses());
    }

    @Test
    void theDrawingHasTheArrowsOfTheTable() {
        Map<String, List<String>> drawn = House.drawn();
        Set<String> modules = drawn.entrySet().stream()
                .flatMap(arrow -> Stream.concat(Stream.of(arrow.getKey()), arrow.getValue().stream()))
                .collect(Collectors.toSet());
        for (String module : modules) {
            assertThat(drawn.getOrDefault(module, List.of()))
                    .as(module)
                    .containsExactlyInAnyOrderElementsOf(HOUSE.module(module).uses());
        }
        assertThat(modules).contains("sae-cli", "sae-core", "hf-hub4j");
    }

    @Test
    void whatExistsOnceIsOneClass() {
        assertThat(House.once())
                .hasSizeGreaterThan(10)
                .allSatisfy(name -> assertThat(everything.stream()
                                .filter(type -> type.getSimpleName().equals(name)))
                        .as(name)
                        .hasSize(1));
    }

    @Test
    void theDocumentNamesEveryModuleOfTheBuild() {
        assertThat(HOUSE.modules()).extracting(Module::name).containsExactlyInAnyOrderElementsOf(Poms.modules());
    }

    @Test
    void coreSeesNeitherFilesNorTheNetwork() {
        Set<String> files = Stream.of(
                        File.class,
                        FileInputStream.class,
                        FileOutputStream.class,
                        FileReader.class,
                        FileWriter.class,
                        RandomAccessFile.class)
                .map(Class::getName)
                .collect(Collectors.toSet());
        noClasses()
                .that()
                .resideInAPackage(HOUSE.module("sae-core").packages())
                // They look for a driver's files, read what a bundle of libtorch is for, say which file kept it
                // from being unpacked, and read how large caches are.
                .and()
                .doNotHaveSimpleName("Devices")
                .and()
                .doNotHaveSimpleName("NativeLibrary")
                .and()
                .doNotHaveSimpleName("EngineFailure")
                .and()
                .doNotHaveSimpleName("CacheShare")
                .should()
                .dependOnClassesThat(describe(
                        "read or write files or use the network",
                        used -> files.contains(used.getName())
                                || resides(used, List.of("java.nio.file..", "java.nio.channels..", "java.net.."))))
                .check(everything);
    }

    @Test
    void torchIsTouchedInOnePackageOfCore() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.github.sae4j.core.internal.torch..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.djl.pytorch..")
                .check(everything);
    }

    /** Whoever touches it cannot be loaded where its module is missing. */
    @Test
    void theVectorApiIsTouchedWhereNothingRefersTo() {
        String[] packages = {"io.github.sae4j.core.internal.vector", "io.github.sae4j.analysis.internal.limits"};
        noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .check(everything);
        for (String vector : packages) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage(vector)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(vector)
                    .check(everything);
        }
    }

    @Test
    void noTwoModulesNeedEachOther() {
        slices().matching("io.github.sae4j.(*)..").should().beFreeOfCycles().check(everything);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void isAmongTheClassesLookedAt(Module module) {
        assertThat(everything.stream().filter(type -> resides(type, List.of(module.packages()))))
                .isNotEmpty();
    }

    private static Stream<JavaClass> dependencies(Module module) {
        return everything.stream()
                .filter(type -> resides(type, List.of(module.packages())))
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(Dependency::getTargetClass);
    }

    private static boolean resides(JavaClass type, List<String> packages) {
        return JavaClass.Predicates.resideInAnyPackage(packages.toArray(String[]::new))
                .test(type);
    }
}
