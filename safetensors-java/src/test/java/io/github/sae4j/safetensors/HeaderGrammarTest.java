package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import io.github.sae4j.safetensors.internal.Header;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a header may say and how it may say it. */
class HeaderGrammarTest {

    private static final String FIELDS = "\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]";

    @TempDir
    Path folder;

    private void assertRefused(String header, Reason reason) {
        FileImage.of(header, 4).assertRefused(folder, reason);
    }

    private static Header parse(String header, int dataBytes) {
        return FileImage.of(header, dataBytes).parse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}\r \t\n", "\t\n{}\r ", "{}", "{}      "})
    void takesWhitespaceAroundTheObject(String header) {
        assertThat(parse(header, 0).tensors()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{} {}",
                "{}}",
                "{},",
                "{}\0",
                "{}\0\0\0\0",
                "{}\u000b",
                "{}\u00a0",
                "{}//",
                "\f{}",
                "",
                "   ",
                "{'a':1}",
                "{a:1}",
                "{\"a\"=1}",
                "{\"a\":1;\"b\":2}",
                "{/*c*/}",
                "# c\n{}",
                ")]}'\n{}",
                "{\"a\":NaN}",
                "{\"a\":01}",
                "{\"a\":TRUE}",
                "{\"a\":[truE]}",
                "{\"a\":{\"shape\":[1E]}}",
                "{\"\\",
                "{\"a\u0001\":1}",
                "{\"a\":+1}",
                "{\"a\":1,}",
                "{,}",
                "{\"a\"}",
                "{\"a\n\":1}",
                "{\"\\x41\":1}",
                "{\"\\u12\":1}",
                "{\"\\'\":1}"
            })
    void refusesWhatIsNotJson(String header) {
        byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
        SafetensorsException refused = catchThrowableOfType(
                SafetensorsException.class,
                () -> FileImage.ofClaim(bytes.length, bytes, 0).parse());
        assertThat(refused).isNotNull();
        // A value may be found to be of the wrong type before what follows it is found not to be JSON.
        assertThat(refused.reason()).isIn(Reason.HEADER_NOT_JSON, Reason.HEADER_FORM);
    }

    @Test
    void refusesAByteOrderMark() {
        assertRefused("\ufeff{\"a\":{" + FIELDS + "}}", Reason.HEADER_NOT_JSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "\"a\"", "1", "true", "null"})
    void refusesARootThatIsNotAnObject(String header) {
        assertRefused(header, Reason.HEADER_FORM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "\"a\"", "1", "true", "null"})
    void refusesATensorThatIsNotAnObject(String description) {
        assertRefused("{\"a\":" + description + "}", Reason.HEADER_FORM);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"dtype\":\"U8\",\"shape\":[4]",
                "\"dtype\":\"U8\",\"data_offsets\":[0,4]",
                "\"shape\":[4],\"data_offsets\":[0,4]",
                ""
            })
    void refusesAMissingField(String fields) {
        assertRefused("{\"a\":{" + fields + "}}", Reason.HEADER_FORM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"dtype\":\"U8\"", "\"shape\":[4]", "\"data_offsets\":[0,4]"})
    void refusesARepeatedField(String field) {
        assertRefused("{\"a\":{" + FIELDS + "," + field + "}}", Reason.DUPLICATE_NAME);
    }

    @Test
    void refusesARepeatedTensor() {
        assertRefused("{\"a\":{" + FIELDS + "},\"a\":{" + FIELDS + "}}", Reason.DUPLICATE_NAME);
        assertRefused("{\"a\":{" + FIELDS + "},\"\\u0061\":{" + FIELDS + "}}", Reason.DUPLICATE_NAME);
    }

    @Test
    void refusesRepeatedMetadata() {
        assertRefused("{\"__metadata__\":{},\"__metadata__\":{},\"a\":{" + FIELDS + "}}", Reason.DUPLICATE_NAME);
        assertRefused("{\"__metadata__\":null,\"__metadata__\":null,\"a\":{" + FIELDS + "}}", Reason.DUPLICATE_NAME);
        assertRefused("{\"__metadata__\":{\"k\":\"1\",\"k\":\"1\"},\"a\":{" + FIELDS + "}}", Reason.DUPLICATE_NAME);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4.0",
                "1e2",
                "4E0",
                "-1",
                "-0",
                "\"4\"",
                "true",
                "null",
                "[4]",
                "{}",
                "0.0",
                "-9223372036854775808",
                "1e999999"
            })
    void refusesNumbersThatAreNotWholeOrNotNumbers(String number) {
        assertRefused(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[" + number + "],\"data_offsets\":[0,4]}}", Reason.HEADER_FORM);
        assertRefused(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0," + number + "]}}", Reason.HEADER_FORM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "\"4\"", "{}", "null", "{\"0\":4}"})
    void refusesAShapeThatIsNotAnArray(String shape) {
        assertRefused("{\"a\":{\"dtype\":\"U8\",\"shape\":" + shape + ",\"data_offsets\":[0,4]}}", Reason.HEADER_FORM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[0]", "[4]", "[0,4,4]", "[0,2,2,4]", "4", "null", "{}"})
    void refusesOffsetsThatAreNotTwoNumbers(String offsets) {
        assertRefused("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" + offsets + "}}", Reason.HEADER_FORM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"u8\"", "\"U8 \"", "\"\"", "\"F8\"", "\"float32\"", "\"F8_E4M3FN\""})
    void refusesUnknownDtypes(String dtype) {
        assertRefused("{\"a\":{\"dtype\":" + dtype + ",\"shape\":[4],\"data_offsets\":[0,4]}}", Reason.UNKNOWN_DTYPE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "null", "[\"U8\"]", "{\"U8\":null}", "true"})
    void refusesADtypeThatIsNotAString(String dtype) {
        assertRefused("{\"a\":{\"dtype\":" + dtype + ",\"shape\":[4],\"data_offsets\":[0,4]}}", Reason.HEADER_FORM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "null", "true", "[]", "{}", "1.5"})
    void refusesMetadataThatAreNotStrings(String value) {
        assertRefused("{\"__metadata__\":{\"k\":" + value + "},\"a\":{" + FIELDS + "}}", Reason.HEADER_FORM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\"text\"", "true", "[]"})
    void refusesMetadataThatAreNotAnObject(String value) {
        assertRefused("{\"__metadata__\":" + value + ",\"a\":{" + FIELDS + "}}", Reason.HEADER_FORM);
    }

    @Test
    void takesNullForNoMetadata() {
        assertThat(parse("{\"__metadata__\":null,\"a\":{" + FIELDS + "}}", 4).metadata())
                .isEmpty();
    }

    @Test
    void keepsMetadataInTheirOrder() {
        assertThat(parse("{\"a\":{" + FIELDS + "},\"__metadata__\":{\"z\":\"1\",\"\":\"\\u00e9\\n\",\"b\":\"\"}}", 4)
                        .metadata())
                .containsExactly(entry("z", "1"), entry("", "é\n"), entry("b", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "\\udc00", "\\udc00\\ud800", "x\\ud800y", "\\ud83d\\ud83d\\ude00"})
    void refusesHalfASurrogatePair(String text) {
        assertRefused("{\"" + text + "\":{" + FIELDS + "}}", Reason.HEADER_NOT_JSON);
        assertRefused("{\"__metadata__\":{\"" + text + "\":\"\"},\"a\":{" + FIELDS + "}}", Reason.HEADER_NOT_JSON);
        assertRefused("{\"__metadata__\":{\"\":\"" + text + "\"},\"a\":{" + FIELDS + "}}", Reason.HEADER_NOT_JSON);
    }

    @Test
    void takesAnyTextAsAName() {
        assertThat(parse("{\"\\ud83d\\ude00 \\u0000\\\"/\\/ é\":{" + FIELDS + "}}", 4)
                        .tensors()
                        .get(0)
                        .name())
                .isEqualTo("\ud83d\ude00 \0\"// é");
        assertThat(parse("{\"\":{" + FIELDS + "}}", 4).tensors().get(0).name()).isEmpty();
    }

    @Test
    void ignoresFieldsItDoesNotKnow() {
        Header header = parse("{\"a\":{\"strides\":[1,{\"x\":[null,1.5,\"\\ud800\"]}]," + FIELDS + ",\"Dtype\":1}}", 4);
        assertThat(header.tensors()).hasSize(1);
    }

    @Test
    void refusesDeepNestingInAFieldItDoesNotKnow() {
        assertRefused(
                "{\"a\":{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "," + FIELDS + "}}",
                Reason.HEADER_NOT_JSON);
        assertThat(parse("{\"a\":{\"x\":" + "[".repeat(100) + "]".repeat(100) + "," + FIELDS + "}}", 4)
                        .tensors())
                .hasSize(1);
    }

    @Test
    void takesFieldsInAnyOrderAndTensorsInAnyOrder() {
        Header header = parse(
                "{ \"b\" : {\"data_offsets\":[ 4 , 6 ], \"shape\":[ 1 ,\n1 ],\"dtype\":\"BF16\"} , \"a\":{" + FIELDS
                        + "}}",
                6);
        assertThat(header.tensors()).extracting(Header.Tensor::name).containsExactly("a", "b");
        assertThat(header.tensors().get(1).dtype()).isEqualTo(Dtype.BF16);
        assertThat(header.tensors().get(1).shape()).containsExactly(1, 1);
    }

    @Test
    void takesScalarsAndTensorsWithoutElements() {
        Header header = parse(
                "{\"scalar\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[0,4]},"
                        + "\"none\":{\"dtype\":\"I32\",\"shape\":[2,0],\"data_offsets\":[0,0]},"
                        + "\"end\":{\"dtype\":\"F4\",\"shape\":[0],\"data_offsets\":[4,4]},"
                        + "\"huge\":{\"dtype\":\"U8\",\"shape\":[9223372036854775807,0],\"data_offsets\":[4,4]}}",
                4);
        assertThat(header.tensors()).hasSize(4);
        assertThat(header.tensors().get(0).name()).isEqualTo("none");
    }

    @Test
    void takesTensorsOfManyDimensions() {
        assertThat(parse(
                                "{\"a\":{\"dtype\":\"U8\",\"shape\":[" + "1,".repeat(99_999)
                                        + "4],\"data_offsets\":[0,4]}}",
                                4)
                        .tensors()
                        .get(0)
                        .shape())
                .hasSize(100_000)
                .endsWith(1, 4);
    }
}
