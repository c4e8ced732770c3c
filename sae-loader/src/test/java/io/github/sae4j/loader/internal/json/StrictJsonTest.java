package io.github.sae4j.loader.internal.json;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.sae4j.loader.SaeLoadException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no JSON object is refused in a sentence. */
class StrictJsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{\"d_in\": 8, \"d_sae\": 16",
                "{\"d_in\": 8, \"d_sae\": 16}}",
                "{\"d_in\": 8, \"d_sae\": 16} {}",
                "{\"d_in\": 8, \"d_sae\": 16,}",
                "{'d_in': 8, 'd_sae': 16}",
                "{\"d_in\": 8, \"d_sae\": 16} // comment",
                "{\"d_in\": 8, \"d_sae\": 16, \"d_in\": 8}",
                "{\"d_in\": 8, \"d_sae\": 16, \"x\": {\"a\": 1, \"a\": 2}}",
                "{\"d_in\": NaN, \"d_sae\": 16}",
                "{d_in: 8}",
                "{\"d_in\": 08, \"d_sae\": 16}"
            })
    void refusesWhatIsNotJson(String text) {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> StrictJson.object(text, "/x/cfg.json"))
                .withMessageStartingWith("/x/cfg.json is not JSON: ")
                .withMessageMatching("[^\n]*\\.")
                .withMessageNotContainingAny("JsonReader", "http");
    }

    @Test
    void refusesNestingWithoutEnd() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> StrictJson.object("{\"x\": " + "[".repeat(100_000), "cfg.json"))
                .withMessageStartingWith("cfg.json is not JSON: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "1", "null", "\"text\""})
    void refusesWhatIsNotAnObject(String text) {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> StrictJson.object(text, "cfg.json"))
                .withMessage("cfg.json should hold a JSON object, but holds something else.");
    }
}
