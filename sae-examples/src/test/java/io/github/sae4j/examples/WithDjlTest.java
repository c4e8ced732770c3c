package io.github.sae4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WithDjlTest {

    @TempDir
    private Path folder;

    @Test
    void printsTheShapes() {
        SmallSae small = SmallSae.in(folder, 1);

        assertThat(String.join("\n", Printed.by(WithDjl::main, small.folder()))).matches("""
                        activations          \\(2, 4, 64\\)
                        sparse features      \\(2, 4, 256\\), [0-9]+ active
                        dense features       \\(2, 4, 256\\)
                        decoded from sparse  \\(2, 4, 64\\)
                        decoded from dense   \\(2, 4, 64\\)""");
    }
}
