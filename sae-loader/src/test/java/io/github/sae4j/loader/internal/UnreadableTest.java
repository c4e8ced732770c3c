package io.github.sae4j.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a file that the system does not give us is said to be. */
class UnreadableTest {

    @Test
    void saysThatThisProcessHasTooManyFilesOpen() {
        assertThat(Unreadable.because(
                        Path.of("sae/cfg.json"), new FileSystemException("sae/cfg.json", null, "Too many open files")))
                .hasMessage(
                        "sae/cfg.json cannot be read: this process has as many files open as it may (ulimit -n tells"
                                + " and sets how many; SAEs and files that are not closed count).");
    }
}
