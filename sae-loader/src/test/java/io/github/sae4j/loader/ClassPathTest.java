package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A library that an application's class path lacks ends in this library's exception, which names what is missing. */
class ClassPathTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"gson", "hf-hub4j", "tensor-files"})
    void lackingALibraryIsAFailureToLoad(String library) throws IOException {
        new TinySae().in(folder);
        try (URLClassLoader application =
                new URLClassLoader(classPathWithout(library), ClassLoader.getPlatformClassLoader())) {
            Throwable failure = opened(application);

            assertThat(failure.getClass().getName()).isEqualTo(SaeLoadException.class.getName());
            assertThat(failure)
                    .hasMessageStartingWith("A library on the class path is missing, or of a version that this one does"
                            + " not go with (java.lang.NoClassDefFoundError: ")
                    .hasCauseInstanceOf(NoClassDefFoundError.class);
        }
    }

    private Throwable opened(ClassLoader application) {
        Throwable thrown = catchThrowable(() -> Class.forName(SAE.class.getName(), true, application)
                .getMethod("fromDisk", Path.class)
                .invoke(null, folder));
        return thrown instanceof InvocationTargetException ? thrown.getCause() : thrown;
    }

    private static URL[] classPathWithout(String library) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains(library))
                .map(entry -> {
                    try {
                        return Path.of(entry).toUri().toURL();
                    } catch (MalformedURLException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toArray(URL[]::new);
    }
}
