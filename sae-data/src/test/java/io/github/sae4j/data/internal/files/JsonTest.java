package io.github.sae4j.data.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON has no word for what is not a number. */
class JsonTest {

    private static JsonObject document(double number) {
        JsonArray inner = new JsonArray();
        inner.add(number);
        inner.add((float) number);
        inner.add("NaN");
        JsonObject member = new JsonObject();
        member.addProperty("x", number);
        inner.add(member);
        JsonObject document = new JsonObject();
        document.addProperty("a", number);
        document.addProperty("b", 1.5);
        document.add("c", inner);
        return document;
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void numbersThatAreNoneAreNullWhereverTheyStand(double number) {
        String expected = "{\"a\":null,\"b\":1.5,\"c\":[null,null,\"NaN\",{\"x\":null}]}";

        assertThat(Json.line(document(number))).isEqualTo(expected);
        assertThat(Json.inPage(document(number))).isEqualTo(expected);
        assertThat(Json.indented(document(number)).replaceAll("\\s", "")).isEqualTo(expected);
    }

    @Test
    void aFloatIsWrittenWithItsOwnDigits() {
        StringBuilder text = new StringBuilder();

        Json.append(text, 0.1f);
        Json.append(text.append(' '), Float.NaN);
        Json.append(text.append(' '), Float.NEGATIVE_INFINITY);

        assertThat(text).hasToString("0.1 null null");
    }

    @Test
    void noTextEndsTheScriptThatItIsIn() {
        JsonObject document = new JsonObject();
        document.addProperty("text", "</script>");

        assertThat(Json.inPage(document)).doesNotContain("<");
        assertThat(Json.line(document)).contains("</script>");
    }
}
