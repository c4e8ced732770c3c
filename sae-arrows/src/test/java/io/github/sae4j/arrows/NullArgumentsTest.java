package io.github.sae4j.arrows;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the libraries are given is never null: each constructor and method answers null with a {@code NullPointerException}. */
class NullArgumentsTest {

    private static final Pattern LIBRARY =
            Pattern.compile("io\\.github\\.sae4j\\.(safetensors|tensors|hub|core|loader|data|analysis)\\b.*");

    /** Those that the libraries call and others implement. */
    private static final Set<String> CALLBACKS = Set.of(
            "SparseFeatures$Edit",
            "EncodingPass$Step",
            "EncodingPass$ForwardStep",
            "PassListener",
            "SafetensorsHeader$Source",
            "ProgressListener");

    private static final List<Class<?>> TYPES = PublicTypes.all().stream()
            .filter(type -> LIBRARY.matcher(type.getPackageName()).matches())
            .toList();

    @TempDir
    private static Path folder;

    private static Specimens specimens;
    private static List<Call> calls;

    @BeforeAll
    static void findCalls() {
        specimens = Specimens.in(folder);
        calls = TYPES.stream()
                .flatMap(type -> Stream.concat(
                        beginnings(type).map(beginning -> new Call(beginning, null)),
                        methods(type)
                                .flatMap(method -> specimens.of(type).stream()
                                        .limit(1)
                                        .map(specimen -> new Call(method, specimen)))))
                .toList();
    }

    @AfterAll
    static void close() {
        specimens.close();
    }

    @Test
    void areFound() {
        assertThat(calls.size()).isGreaterThan(350);
    }

    @Test
    void areFoundOfEveryType() {
        assertThat(TYPES.stream()
                        .filter(type -> methods(type).findAny().isPresent())
                        .filter(type -> specimens.of(type).isEmpty())
                        .map(type ->
                                type.getName().substring(type.getPackageName().length() + 1))
                        .filter(name -> !CALLBACKS.contains(name)))
                .as("Specimens has none of these")
                .isEmpty();
    }

    /** The message names the argument, or the JVM does. */
    @Test
    void areRefusedTogether() {
        assertThat(calls.stream()
                        .map(call -> call.answer(new Object[call.executable.getParameterCount()]))
                        .filter(answer -> !answer.startsWith(NullPointerException.class.getName() + ": "))
                        .sorted())
                .isEmpty();
    }

    /** Others may be refused before the one that is null. */
    @Test
    void areTakenByNone() {
        assertThat(calls.stream()
                        .flatMap(call -> Arrays.stream(needed(call.executable)).mapToObj(place -> {
                            @Nullable
                            Object[] arguments = Arrays.stream(call.executable.getParameterTypes())
                                    .map(NullArgumentsTest::sample)
                                    .toArray();
                            arguments[place] = null;
                            return call.answer(arguments) + " at " + place;
                        }))
                        .filter(answer -> answer.startsWith("nothing"))
                        .sorted())
                .isEmpty();
    }

    private static Stream<? extends Executable> beginnings(Class<?> type) {
        Stream<Method> methods = declared(type)
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .filter(method -> !(type.isEnum() && method.getName().equals("valueOf")));
        Stream<? extends Executable> constructors =
                Modifier.isAbstract(type.getModifiers()) ? Stream.of() : Arrays.stream(type.getConstructors());
        return Stream.concat(methods, constructors).filter(beginning -> needed(beginning).length > 0);
    }

    private static Stream<Method> methods(Class<?> type) {
        return declared(type)
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isBridge())
                .filter(method -> !method.getName().equals("equals"))
                .filter(method -> needed(method).length > 0);
    }

    private static Stream<Method> declared(Class<?> type) {
        return Arrays.stream(type.getMethods()).filter(method -> method.getDeclaringClass() == type);
    }

    /** Returns the places of the arguments that there must be; an exception's message and cause are none. */
    private static int[] needed(Executable executable) {
        boolean exception = Throwable.class.isAssignableFrom(executable.getDeclaringClass());
        Class<?>[] types = executable.getParameterTypes();
        return IntStream.range(0, types.length)
                .filter(place -> !types[place].isPrimitive() && (!exception || types[place].isEnum()))
                .toArray();
    }

    /** What stands for an argument that is there. */
    private static @Nullable Object sample(Class<?> type) {
        Optional<Object> specimen = specimens.of(type).stream().findFirst();
        if (specimen.isPresent()) {
            return specimen.get();
        }
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 1);
        }
        return type.isInterface()
                ? Proxy.newProxyInstance(
                        NullArgumentsTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> null)
                : null;
    }

    /**
     * A constructor or method, and whose it is.
     *
     * @param specimen the object, or null if there is none yet
     */
    private record Call(Executable executable, @Nullable Object specimen) {

        /** Returns what is thrown, or that nothing is. */
        String answer(@Nullable Object[] arguments) {
            Class<?>[] types = executable.getParameterTypes();
            for (int place = 0; place < types.length; place++) {
                arguments[place] = types[place].isPrimitive() ? one(types[place]) : arguments[place];
            }
            try {
                if (executable instanceof Method method) {
                    method.invoke(specimen, arguments);
                } else {
                    ((Constructor<?>) executable).newInstance(arguments);
                }
                return "nothing by " + executable;
            } catch (InvocationTargetException e) {
                return e.getCause() + " by " + executable;
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(executable.toString(), e);
            }
        }

        private static Object one(Class<?> primitive) {
            Object array = Array.newInstance(primitive, 1);
            if (primitive != boolean.class && primitive != char.class) {
                Array.setByte(array, 0, (byte) 1);
            }
            return Array.get(array, 0);
        }
    }
}
