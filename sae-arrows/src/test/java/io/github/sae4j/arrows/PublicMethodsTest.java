package io.github.sae4j.arrows;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A public method of the libraries that may have nothing to return returns an {@code Optional}, never null. */
class PublicMethodsTest {

    private static final String ROOT = "io.github.sae4j";

    @Test
    void returnNothingThatMayBeNull() {
        List<Method> methods = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(ROOT).stream()
                        .filter(type -> !type.getPackageName().contains(".internal"))
                        .filter(PublicMethodsTest::isPublic)
                        .map(JavaClass::reflect)
                        .flatMap(type -> Stream.of(type.getMethods()))
                        .filter(method -> method.getDeclaringClass().getName().startsWith(ROOT))
                        .distinct()
                        .toList();

        assertThat(methods).hasSizeGreaterThan(500);
        assertThat(methods.stream().filter(PublicMethodsTest::mayReturnNull)).isEmpty();
    }

    private static boolean isPublic(JavaClass type) {
        Optional<JavaClass> enclosing = type.getEnclosingClass();
        return type.getModifiers().contains(JavaModifier.PUBLIC) && (enclosing.isEmpty() || isPublic(enclosing.get()));
    }

    private static boolean mayReturnNull(Method method) {
        return method.getAnnotatedReturnType().isAnnotationPresent(Nullable.class);
    }
}
