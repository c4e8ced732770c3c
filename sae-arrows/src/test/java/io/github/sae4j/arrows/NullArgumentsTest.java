package io.github.sae4j.arrows;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The constructors and static methods with which a use of the libraries begins answer null, where there must be something, with
 * a {@code NullPointerException}.
 */
class NullArgumentsTest {

    private static final Pattern LIBRARY =
            Pattern.compile("io\\.github\\.sae4j\\.(safetensors|tensors|hub|core|loader|data|analysis)\\b.*");

    private static final List<Executable> BEGINNINGS = PublicTypes.all().stream()
            .filter(type -> LIBRARY.matcher(type.getPackageName()).matches())
            .flatMap(NullArgumentsTest::beginnings)
            .filter(beginning -> needed(beginning).length > 0)
            .toList();

    /** What stands for an argument that is there. */
    private static final Map<Class<?>, Object> SAMPLES = Map.of(
            String.class, "x",
            Path.class, Path.of("x"),
            List.class, List.of(),
            Set.class, Set.of(),
            Map.class, Map.of(),
            Optional.class, Optional.empty(),
            OptionalInt.class, OptionalInt.empty(),
            OptionalLong.class, OptionalLong.empty(),
            OptionalDouble.class, OptionalDouble.empty());

    @Test
    void areFound() {
        assertThat(BEGINNINGS).hasSizeGreaterThan(100);
    }

    @Test
    void areRefusedTogether() {
        assertThat(BEGINNINGS.stream()
                        .map(beginning -> answer(beginning, new Object[beginning.getParameterCount()]))
                        .filter(answer -> !answer.startsWith(NullPointerException.class.getName()))
                        .sorted())
                .isEmpty();
    }

    /** Others may be refused before the one that is null. */
    @Test
    void areTakenByNoConstructor() {
        assertThat(BEGINNINGS.stream()
                        .filter(Constructor.class::isInstance)
                        .flatMap(beginning -> Arrays.stream(needed(beginning)).mapToObj(place -> {
                            @Nullable
                            Object[] arguments = Arrays.stream(beginning.getParameterTypes())
                                    .map(NullArgumentsTest::sample)
                                    .toArray();
                            arguments[place] = null;
                            return answer(beginning, arguments) + " at " + place;
                        }))
                        .filter(answer -> answer.startsWith("nothing"))
                        .sorted())
                .isEmpty();
    }

    private static Stream<Executable> beginnings(Class<?> type) {
        Stream<Method> methods = Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass() == type)
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .filter(method -> !(type.isEnum() && method.getName().equals("valueOf")));
        Stream<? extends Executable> constructors =
                Modifier.isAbstract(type.getModifiers()) ? Stream.of() : Arrays.stream(type.getConstructors());
        return Stream.concat(methods, constructors);
    }

    /** Returns the places of the arguments that there must be; an exception's message and cause are none. */
    private static int[] needed(Executable beginning) {
        boolean exception = Throwable.class.isAssignableFrom(beginning.getDeclaringClass());
        AnnotatedType[] types = beginning.getAnnotatedParameterTypes();
        Class<?>[] classes = beginning.getParameterTypes();
        return IntStream.range(0, types.length)
                .filter(place -> !classes[place].isPrimitive() && !types[place].isAnnotationPresent(Nullable.class))
                .filter(place -> !exception || classes[place].isEnum())
                .toArray();
    }

    /** Returns the name of what is thrown, or that nothing is. */
    private static String answer(Executable beginning, @Nullable Object[] arguments) {
        Class<?>[] types = beginning.getParameterTypes();
        for (int place = 0; place < types.length; place++) {
            arguments[place] = types[place].isPrimitive() ? one(types[place]) : arguments[place];
        }
        try {
            if (beginning instanceof Method method) {
                method.invoke(null, arguments);
            } else {
                ((Constructor<?>) beginning).newInstance(arguments);
            }
            return "nothing by " + beginning;
        } catch (InvocationTargetException e) {
            return e.getCause().getClass().getName() + " by " + beginning;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(beginning.toString(), e);
        }
    }

    private static @Nullable Object sample(Class<?> type) {
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 1);
        }
        if (SAMPLES.containsKey(type) || !type.isInterface()) {
            return SAMPLES.get(type);
        }
        return Proxy.newProxyInstance(
                NullArgumentsTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> null);
    }

    private static Object one(Class<?> primitive) {
        Object array = Array.newInstance(primitive, 1);
        if (primitive != boolean.class && primitive != char.class) {
            Array.setByte(array, 0, (byte) 1);
        }
        return Array.get(array, 0);
    }
}
