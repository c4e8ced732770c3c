package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two applications in one process, each with sae4j and DJL of its own, as in a servlet container. */
class ClassLoadersTest {

    @Test
    void onlyOneHasLibtorchAndTheOtherIsToldWhy(@TempDir Path folder) throws Exception {
        ForkedJvm run = ForkedJvm.run(folder, TwoApplications.class, ForkedJvm.VECTORS);

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output().lines())
                .filteredOn(line -> !line.startsWith("WARNING: "))
                .containsExactly(
                        "has libtorch",
                        "UNAVAILABLE libtorch is loaded already, by another class loader of this process: a native"
                                + " library can have one only. Put DJL and sae4j where all applications share them, or use"
                                + " Java arrays on the CPU, which need no libtorch.",
                        "encodes 2 tokens");
    }

    /** Runs {@link Application} with one class loader, and then with another. */
    static final class TwoApplications {

        private TwoApplications() {}

        public static void main(String[] args) throws Exception {
            URL[] classPath = Arrays.stream(
                            System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(TwoApplications::url)
                    .toArray(URL[]::new);
            for (int application = 0; application < 2; application++) {
                // Stays open: libraries belong to a loader as long as it lives.
                URLClassLoader loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader());
                Thread.currentThread().setContextClassLoader(loader);
                loader.loadClass(Application.class.getName())
                        .getMethod("start", boolean.class)
                        .invoke(null, application == 0);
            }
        }

        private static URL url(String entry) {
            try {
                return new File(entry).toURI().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }

    /** Asks for libtorch, and encodes without it where it is refused. */
    public static final class Application {

        private Application() {}

        public static void start(boolean first) {
            TinySae tiny = TinySae.of(8, 16);
            try (SparseAutoencoder sae = tiny.open()) {
                sae.newManager().close();
                System.out.println("has libtorch");
            } catch (SaeException e) {
                System.out.println(e.reason() + " " + e.getMessage());
            }
            if (!first) {
                try (SparseAutoencoder sae = tiny.open()) {
                    System.out.println(
                            "encodes " + sae.encode(tiny.activations(2, 1)).tokens() + " tokens");
                }
            }
        }
    }
}
