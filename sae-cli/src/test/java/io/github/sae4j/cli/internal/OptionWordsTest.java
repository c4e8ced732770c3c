package io.github.sae4j.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the loader advises in Java is advised in options. */
class OptionWordsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "NEEDS_OVERRIDE|Give it: override(\"k\", 50).|Give it: --set k=50.",
                "NOT_UNDERSTOOD|Open the SAE with allowUnknown(\"a.b\"), and so for each.|Open the SAE with --allow-unknown"
                        + " a.b, and so for each.",
                "SETTING_REFUSED|allowUnknown(\"x\") has no effect.|--allow-unknown x has no effect.",
                "NON_FINITE|allowNonFinite(true) opens the SAE.|--allow-non-finite opens the SAE.",
                "OFFLINE|Leave offline mode (HF_HUB_OFFLINE or offline(true)).|Leave offline mode (HF_HUB_OFFLINE or"
                        + " --offline).",
                "SET_OF_LAYERS|It is a set. openSet() opens it.|It is a set. sae encode, decode, reconstruct and info take it.",
                "CANNOT_OPEN|No memory: start Java with a larger -XX:MaxDirectMemorySize, or do not prepare it.|No memory: set"
                        + " SAE_JAVA_OPTS=-XX:MaxDirectMemorySize=N with a larger N, or leave out --prepared.",
                "CANNOT_OPEN|It takes 2400 MB: start Java with -XX:MaxDirectMemorySize=3g.|It takes 2400 MB: set"
                        + " SAE_JAVA_OPTS=-XX:MaxDirectMemorySize=3g.",
                "NOT_FOUND|There is no folder override(\"k\", 50).|There is no folder override(\"k\", 50)."
            })
    void takeThePlaceOfCalls(Reason reason, String ofTheLibrary, String ofTheCommand) {
        assertThat(OptionWords.of(new SaeLoadException(reason, ofTheLibrary))).isEqualTo(ofTheCommand);
    }
}
