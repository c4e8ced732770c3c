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
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every module keeps to its own room: which packages it may use, and what no other may see of it. */
class ArchitectureTest {

    private static final String ROOT = "io.github.sae4j.";

    private static JavaClasses everything;

    private static final Module SAFETENSORS = module("safetensors", "com.google.gson..");
    private static final Module TENSORS = module("tensors", SAFETENSORS.packages());
    private static final Module HUB = module("hub", "com.google.gson..", "org.slf4j..");
    private static final Module CORE = module("core", "ai.djl..", "org.slf4j..", "jdk.incubator.vector..");
    private static final Module LOADER = module(
            "loader",
            CORE.packages(),
            TENSORS.packages(),
            SAFETENSORS.packages(),
            HUB.packages(),
            "ai.djl..",
            "com.google.gson..",
            "org.snakeyaml..",
            "org.slf4j..");
    private static final Module EXAMPLES = module(
            "examples",
            LOADER.packages(),
            CORE.packages(),
            TENSORS.packages(),
            SAFETENSORS.packages(),
            HUB.packages(),
            "ai.djl..",
            "com.google.gson..",
            "org.slf4j..",
            "picocli..",
            "me.tongfei.progressbar..",
            "org.apache.parquet..",
            "org.apache.arrow.flatbuf..",
            "com.google.flatbuffers..",
            "org.apache.hadoop.conf..",
            "org.jline..",
            "jdk.incubator.vector..");
    private static final Module FIXTURES =
            module("fixtures", SAFETENSORS.packages(), "org.assertj..", "com.sun.net.httpserver..");

    static List<Module> modules() {
        return List.of(SAFETENSORS, TENSORS, HUB, CORE, LOADER, EXAMPLES, FIXTURES);
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
        classes()
                .that()
                .resideInAPackage(module.packages())
                .should()
                .onlyDependOnClassesThat(describe(
                        "reside in " + String.join(", ", module.allowed()),
                        used -> used.isPrimitive() || used.isArray() || resides(used, module.allowed())))
                .check(everything);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void keepsItsInternalsToItself(Module module) {
        noClasses()
                .that()
                .resideOutsideOfPackage(module.packages())
                .should()
                .dependOnClassesThat()
                .resideInAPackage(module.internals())
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
                .resideInAPackage(CORE.packages())
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
        String[] packages = {"io.github.sae4j.core.internal.vector", "io.github.sae4j.examples.internal.limits"};
        noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .check(everything);
        noClasses()
                .that()
                .resideOutsideOfPackage(packages[0])
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packages[0])
                .check(everything);
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

    private static boolean resides(JavaClass type, List<String> packages) {
        return JavaClass.Predicates.resideInAnyPackage(packages.toArray(String[]::new))
                .test(type);
    }

    private static Module module(String name, String... others) {
        return new Module(name, List.of(others));
    }

    /**
     * A module of the project.
     *
     * @param name the last part of its package's name
     * @param others the packages that it may use beside its own, the JDK's and JSpecify's annotations
     */
    private record Module(String name, List<String> others) {

        String packages() {
            return ROOT + name + "..";
        }

        String internals() {
            return ROOT + name + ".internal..";
        }

        List<String> allowed() {
            return Stream.concat(Stream.of(packages(), "java..", "org.jspecify.."), others.stream())
                    .toList();
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
