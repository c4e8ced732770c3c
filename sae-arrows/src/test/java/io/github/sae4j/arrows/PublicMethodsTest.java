package io.github.sae4j.arrows;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A public method of the libraries that may have nothing to return returns an {@code Optional} of its kind, never null. */
class PublicMethodsTest {

    private static final Set<String> BOXED = Stream.of(Integer.class, Long.class, Double.class)
            .map(box -> Optional.class.getName() + "<" + box.getName() + ">")
            .collect(Collectors.toSet());

    private static final List<Method> METHODS = publicMethods();

    @Test
    void areFound() {
        assertThat(METHODS).hasSizeGreaterThan(500);
    }

    @Test
    void returnNothingThatMayBeNull() {
        assertThat(METHODS.stream().filter(PublicMethodsTest::mayReturnNull)).isEmpty();
    }

    @Test
    void returnNoNumberInABox() {
        assertThat(METHODS.stream()
                        .filter(method ->
                                BOXED.contains(method.getGenericReturnType().getTypeName())))
                .as("OptionalInt, OptionalLong and OptionalDouble are for these")
                .isEmpty();
    }

    private static List<Method> publicMethods() {
        return PublicTypes.all().stream()
                .flatMap(type -> Stream.of(type.getMethods()))
                .filter(method -> method.getDeclaringClass().getName().startsWith(PublicTypes.ROOT))
                .distinct()
                .toList();
    }

    private static boolean mayReturnNull(Method method) {
        return method.getAnnotatedReturnType().isAnnotationPresent(Nullable.class);
    }
}
