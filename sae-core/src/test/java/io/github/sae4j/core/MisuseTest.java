package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MisuseTest {

    @TempDir
    private Path folder;

    @Test
    void everyMistakeEndsInOurExceptionAndNoneInTheEndOfTheProcess() throws IOException, InterruptedException {
        ForkedJvm jvm = ForkedJvm.run(folder, Misuse.class);
        assertThat(jvm.exitCode()).describedAs(jvm.output()).isZero();
        assertThat(jvm.output()).containsPattern("\\d{4} calls, 0 failures").doesNotContain("FAILED");
    }
}
