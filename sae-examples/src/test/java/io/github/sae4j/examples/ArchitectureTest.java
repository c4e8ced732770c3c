package io.github.sae4j.examples;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every module keeps to its own room: which packages it may use, and what no other may see of it. */
class ArchitectureTest {

    private static final String ROOT = "io.github.sae4j.";

    private static JavaClasses everything;

    /** The modules, each with the packages beside its own and the JDK's that its classes may use. */
    private enum Module {
        SAFETENSORS("safetensors", "com.google.gson.."),
        HUB("hub", "com.google.gson..", "org.slf4j.."),
        CORE("core", "ai.djl..", "org.slf4j..", "jdk.incubator.vector.."),
        LOADER(
                "loader",
                ROOT + "core..",
                ROOT + "safetensors..",
                ROOT + "hub..",
                "ai.djl..",
                "com.google.gson..",
                "org.slf4j.."),
        EXAMPLES(
                "examples",
                ROOT + "loader..",
                ROOT + "core..",
                ROOT + "safetensors..",
                "ai.djl..",
                "com.google.gson..",
                "org.slf4j..",
                "picocli..",
                "me.tongfei.progressbar..",
                "org.jline.."),
        FIXTURES("fixtures", ROOT + "safetensors..", "org.assertj..");

        private final String packages;
        private final String internals;
        private final String[] allowed;

        Module(String name, String... others) {
            packages = ROOT + name + "..";
            internals = ROOT + name + ".internal..";
            allowed = Stream.of(List.of(packages, "java..", "org.jspecify.."), Arrays.asList(others))
                    .flatMap(List::stream)
                    .toArray(String[]::new);
        }
    }

    @BeforeAll
    static void importEveryModule() {
        everything = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.github.sae4j");
    }

    @ParameterizedTest
    @EnumSource(Module.class)
    void usesOnlyWhatIsBelowIt(Module module) {
        classes()
                .that()
                .resideInAPackage(module.packages)
                .should()
                .onlyDependOnClassesThat(describe(
                        "reside in " + String.join(", ", module.allowed),
                        used -> used.isPrimitive() || used.isArray() || resides(used, module.allowed)))
                .check(everything);
    }

    @ParameterizedTest
    @EnumSource(Module.class)
    void keepsItsInternalsToItself(Module module) {
        noClasses()
                .that()
                .resideOutsideOfPackage(module.packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(module.internals)
                .check(everything);
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
                .resideInAPackage(Module.CORE.packages)
                .should()
                .dependOnClassesThat(describe(
                        "read or write files or use the network",
                        used -> files.contains(used.getName())
                                || resides(used, "java.nio.file..", "java.nio.channels..", "java.net..")))
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

    @Test
    void noTwoModulesNeedEachOther() {
        slices().matching("io.github.sae4j.(*)..").should().beFreeOfCycles().check(everything);
    }

    @ParameterizedTest
    @EnumSource(Module.class)
    void isAmongTheClassesLookedAt(Module module) {
        assertThat(everything.stream().filter(type -> resides(type, module.packages)))
                .isNotEmpty();
    }

    private static boolean resides(JavaClass type, String... packages) {
        return JavaClass.Predicates.resideInAnyPackage(packages).test(type);
    }
}
