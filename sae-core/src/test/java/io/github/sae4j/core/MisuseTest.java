package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MisuseTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {ForkedJvm.VECTORS, "-Dwithout.vectors"})
    void everyMistakeEndsInOurExceptionAndNoneInTheEndOfTheProcess(String option)
            throws IOException, InterruptedException {
        ForkedJvm jvm = ForkedJvm.run(folder, Misuse.class, option);
        assertThat(jvm.exitCode()).describedAs(jvm.output()).isZero();
        assertThat(jvm.output()).containsPattern("\\d{4} calls, 0 failures").doesNotContain("FAILED");
    }
}
