package io.github.sae4j.arrows;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Optional;

/** The types of the libraries that users see. */
final class PublicTypes {

    static final String ROOT = "io.github.sae4j";

    /** Its types extend Spark's, which users bring and this module has not. */
    private static final String ON_SPARK = ROOT + ".spark";

    private PublicTypes() {}

    static List<Class<?>> all() {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(ROOT).stream()
                        .filter(type -> !type.getPackageName().contains(".internal"))
                        .filter(type -> !type.getPackageName().startsWith(ON_SPARK))
                        .filter(PublicTypes::isPublic)
                        .<Class<?>>map(JavaClass::reflect)
                        .toList();
    }

    private static boolean isPublic(JavaClass type) {
        Optional<JavaClass> enclosing = type.getEnclosingClass();
        return type.getModifiers().contains(JavaModifier.PUBLIC) && (enclosing.isEmpty() || isPublic(enclosing.get()));
    }
}
