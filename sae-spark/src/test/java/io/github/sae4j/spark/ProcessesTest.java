package io.github.sae4j.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Java's options, and what is on the class path, in a process of their own: none of them has libtorch. */
class ProcessesTest {

    /** Those of Spark 4 have the vector module among them. */
    private static final List<String> SPARKS_OPTIONS = Arrays.stream(
                    JavaModuleOptions.defaultModuleOptions().split(" "))
            .filter(option -> !option.equals("--add-modules=jdk.incubator.vector"))
            .toList();

    private static final String WARNING = "The module jdk.incubator.vector is missing on ";

    @TempDir
    private static Path folder;

    private static Corpus corpus;

    @BeforeAll
    static void make() {
        corpus = Corpus.in(folder, 40);
    }

    private record Ended(int status, String output, String log) {}

    /** A job of its own process. */
    static final class Job {

        private Job() {}

        public static void main(String[] arguments) {
            Corpus corpus = Corpus.in(Path.of(arguments[0]), 40);
            long active = corpus.encoder()
                    .transform(corpus.dataset(2))
                    .selectExpr("sum(size(features.indices))")
                    .head()
                    .getLong(0);
            System.out.println("active features: " + active);
            Corpus.session().stop();
        }
    }

    private static Ended run(List<String> options) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g"));
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path")
                        .replace(File.pathSeparator + File.pathSeparator, File.pathSeparator)));
        command.addAll(List.of(Job.class.getName(), folder.resolve("job").toString()));
        Path output = folder.resolve("output");
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(log.toFile())
                .start();
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), Files.readString(output, UTF_8), Files.readString(log, UTF_8));
    }

    private static List<String> both(List<String> some, String... others) {
        return Stream.concat(some.stream(), Arrays.stream(others)).toList();
    }

    @Test
    void withTheVectorModuleNothingIsSaid() throws Exception {
        Ended job = run(both(SPARKS_OPTIONS, "--add-modules=jdk.incubator.vector"));

        assertThat(job.status()).as(job.log()).isZero();
        assertThat(job.output())
                .contains("active features: " + corpus.features().activeCount());
        assertThat(job.log()).doesNotContain(WARNING);
    }

    @Test
    void withoutTheVectorModuleOneWarningSaysWhatToSet() throws Exception {
        Ended job = run(SPARKS_OPTIONS);

        assertThat(job.status()).as(job.log()).isZero();
        assertThat(job.log().split(WARNING, -1)).as(job.log()).hasSize(2);
        assertThat(job.log())
                .contains("set spark.executor.extraJavaOptions and spark.driver.extraJavaOptions to"
                        + " --add-modules=jdk.incubator.vector");
    }

    /** Spark's own sentence, which docs/spark.md explains. */
    @Test
    void withoutSparksOwnOptionsSparkItselfDoesNotStart() throws Exception {
        assumeThat(Corpus.session().version()).startsWith("3.");
        Ended job = run(List.of("--add-modules=jdk.incubator.vector"));

        assertThat(job.status()).isNotZero();
        assertThat(job.log()).contains("cannot access class sun.nio.ch.DirectBuffer");
    }
}
