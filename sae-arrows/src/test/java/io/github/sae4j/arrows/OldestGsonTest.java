package io.github.sae4j.arrows;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.FieldAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The libraries run with the Gson that Spark 3.5 has before theirs on the class path: all that they refer to is there. */
class OldestGsonTest {

    private static final Path JAR = Path.of("target", "oldest-gson.jar");
    private static final String GSON = "com.google.gson";

    private static URLClassLoader oldest;

    static List<Module> librariesThatUseGson() {
        return House.documented().modules().stream()
                .filter(module -> module.libraries().contains(GSON) && Poms.isPublished(module.name()))
                .toList();
    }

    @BeforeAll
    static void open() throws IOException {
        oldest = new URLClassLoader(new URL[] {JAR.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    @AfterAll
    static void close() throws IOException {
        oldest.close();
    }

    @ParameterizedTest
    @MethodSource("librariesThatUseGson")
    void hasAllThatIsReferredTo(Module module) {
        Set<String> types = new TreeSet<>();
        Set<String> members = new TreeSet<>();
        Set<String> missing = new TreeSet<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(module.root())) {
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(OldestGsonTest::isOfGson)
                    .map(JavaClass::getName)
                    .filter(name -> types.add(name) && !hasType(name))
                    .forEach(missing::add);
            type.getAccessesFromSelf().stream()
                    .map(JavaAccess::getTarget)
                    .filter(target -> isOfGson(target.getOwner()))
                    .filter(target -> members.add(described(target)) && !hasMember(target))
                    .map(OldestGsonTest::described)
                    .forEach(missing::add);
        }

        assertThat(members).isNotEmpty();
        assertThat(missing)
                .as("what %s refers to that the oldest Gson lacks", module)
                .isEmpty();
    }

    private static boolean isOfGson(JavaClass type) {
        return (type.getPackageName() + ".").startsWith(GSON + ".");
    }

    private static boolean hasType(String name) {
        try {
            return Modifier.isPublic(oldest.loadClass(name).getModifiers());
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static boolean hasMember(AccessTarget target) {
        String owner = target.getOwner().getName();
        if (!hasType(owner)) {
            return false;
        }
        try {
            return members(target, oldest.loadClass(owner))
                    .filter(member ->
                            Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers()))
                    .anyMatch(member -> described(member, owner).equals(described(target)));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<? extends Member> members(AccessTarget target, Class<?> owner) {
        if (target.getName().equals(JavaConstructor.CONSTRUCTOR_NAME)) {
            return Stream.of(owner.getDeclaredConstructors());
        }
        return withAncestors(owner)
                .flatMap(type -> Stream.of(
                        target instanceof FieldAccessTarget ? type.getDeclaredFields() : type.getDeclaredMethods()));
    }

    private static Stream<Class<?>> withAncestors(Class<?> type) {
        return Stream.of(
                        Stream.of(type),
                        Stream.ofNullable(type.getSuperclass()).flatMap(OldestGsonTest::withAncestors),
                        Stream.of(type.getInterfaces()).flatMap(OldestGsonTest::withAncestors))
                .flatMap(types -> types);
    }

    /** As a class file refers to it: with the types of its parameters and of what it returns. */
    private static String described(AccessTarget target) {
        String name = target.getOwner().getName() + "." + target.getName();
        if (target instanceof CodeUnitAccessTarget unit) {
            return unit.getRawReturnType().getName() + " " + name
                    + unit.getRawParameterTypes().stream()
                            .map(JavaClass::getName)
                            .collect(joining(", ", "(", ")"));
        }
        return ((FieldAccessTarget) target).getRawType().getName() + " " + name;
    }

    private static String described(Member member, String owner) {
        if (member instanceof Field field) {
            return field.getType().getName() + " " + owner + "." + field.getName();
        }
        Executable unit = (Executable) member;
        String parameters =
                Stream.of(unit.getParameterTypes()).map(Class::getName).collect(joining(", ", "(", ")"));
        return unit instanceof Method method
                ? method.getReturnType().getName() + " " + owner + "." + method.getName() + parameters
                : "void " + owner + "." + JavaConstructor.CONSTRUCTOR_NAME + parameters;
    }
}
