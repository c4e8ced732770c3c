package io.github.sae4j.tensors.internal;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ObjectInput;
import org.junit.jupiter.api.Test;

/** The readers of containers have no means to load a class, call a method by its name or start a process. */
class NoClassByNameTest {

    private static final JavaClasses READERS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.sae4j.tensors");

    @Test
    void loadsNone() {
        noClasses()
                .should()
                .callMethod(Class.class, "forName", String.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ClassLoader.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ObjectInput.class)
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(Runtime.class, ProcessBuilder.class, java.util.ServiceLoader.class)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.lang.reflect", "javax.script")
                .check(READERS);
    }
}
