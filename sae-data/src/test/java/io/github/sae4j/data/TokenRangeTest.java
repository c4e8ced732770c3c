package io.github.sae4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.ActivationsBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenRangeTest {

    private ActivationsBuilder builder;

    @BeforeEach
    void nameAFile(@TempDir Path folder) throws IOException {
        builder = Activations.from(Files.createFile(folder.resolve("x.safetensors")));
    }

    @Test
    void beginsAtATokenThatThereMayBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.tokens(-5, 10))
                .withMessage("A stretch of tokens begins at 0 or later, but this one begins at -5.");
    }

    @Test
    void hasATokenAtLeast() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.tokens(10, 5))
                .withMessage(
                        "A stretch of tokens ends after its first one, but this one begins at 10 and ends before 5.");
        assertThatIllegalArgumentException().isThrownBy(() -> new TokenRange(5, 5));
        assertThat(new TokenRange(5, 6).isAll()).isFalse();
    }
}
