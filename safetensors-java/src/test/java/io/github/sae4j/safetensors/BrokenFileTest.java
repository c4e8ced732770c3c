package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that break one rule of the format each. */
class BrokenFileTest {

    private static final String GOOD_HEADER = "{\"test\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}";

    @TempDir
    Path folder;

    private static String tensor(String name, String dtype, String shape, String offsets) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets
                + "}";
    }

    private static String aliased(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> tensor("weight_" + i, "F32", "[2,2]", "[0,16]"))
                .collect(Collectors.joining(",", "{", "}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<", "<\0\0\0\0\0\0"})
    void refusesFilesShorterThanTheLengthField(String bytes) {
        assertThat(FileImage.ofLatin1(bytes).assertRefused(folder, Reason.HEADER_TOO_SMALL))
                .hasMessageContaining("has " + bytes.length() + " bytes");
    }

    @Test
    void refusesAHeaderThatIsNotThere() {
        assertThat(FileImage.ofLatin1("<\0\0\0\0\0\0\0").assertRefused(folder, Reason.HEADER_BEYOND_END))
                .hasMessageContainingAll("60 bytes", "only 0 bytes");
    }

    @Test
    void refusesAHeaderThatClaimsMoreThanTheFile() {
        assertThat(FileImage.ofClaim(1000, GOOD_HEADER.getBytes(StandardCharsets.UTF_8), 16)
                        .assertRefused(folder, Reason.HEADER_BEYOND_END))
                .hasMessageContainingAll("1000 bytes", "only 76 bytes");
    }

    @Test
    void refusesALengthWhoseTopBytesAreSet() {
        FileImage image = FileImage.ofLatin1("<\0\0\0\0\u00ff\u00ff\u00ff" + GOOD_HEADER + "\0".repeat(16));
        assertThat(image.assertRefused(folder, Reason.HEADER_TOO_LARGE))
                .hasMessageContainingAll("18446742974197923900", "100000000");
    }

    @ParameterizedTest
    @ValueSource(longs = {100_000_001, 600_000_000, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void refusesALengthAboveTheLimit(long claimed) {
        assertThat(FileImage.ofClaim(claimed, GOOD_HEADER.getBytes(StandardCharsets.UTF_8), 16)
                        .assertRefused(folder, Reason.HEADER_TOO_LARGE))
                .hasMessageContaining(Long.toUnsignedString(claimed));
    }

    @Test
    void takesALengthAtTheLimit() {
        byte[] header = " ".repeat(100_000_000).getBytes(StandardCharsets.UTF_8);
        header[0] = '{';
        header[99_999_999] = '}';
        assertThat(FileImage.ofClaim(header.length, header, 0).parse().dataStart())
                .isEqualTo(100_000_008);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u00ff", // never starts a character
                "\u00c0\u00af", // overlong slash
                "\u00ed\u00a0\u0080", // a surrogate
                "\u00f4\u0090\u0080\u0080", // beyond U+10FFFF
                "{\"\u00e2\u0082\"", // cut short
            })
    void refusesHeadersThatAreNotUtf8(String header) {
        byte[] bytes = header.getBytes(StandardCharsets.ISO_8859_1);
        FileImage.ofClaim(bytes.length, bytes, 0).assertRefused(folder, Reason.HEADER_NOT_UTF8);
    }

    @Test
    void findsAnInvalidByteBehindLongText() {
        byte[] header = ("{" + " ".repeat(20_000) + "}\u00ff").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(FileImage.ofClaim(header.length, header, 0).assertRefused(folder, Reason.HEADER_NOT_UTF8))
                .hasMessageContaining("byte 20010 of the file");
    }

    @Test
    void refusesAnOpenBrace() {
        FileImage.ofLatin1("\1\0\0\0\0\0\0\0{").assertRefused(folder, Reason.HEADER_NOT_JSON);
    }

    @Test
    void refusesOffsetsShorterThanTheShapeNeeds() {
        String header = "{\"test\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,4]}}";
        assertThat(FileImage.of(header, 4).assertRefused(folder, Reason.SIZE_MISMATCH))
                .hasMessageContainingAll("\"test\"", "I32", "[2, 2]", "needs 16 bytes", "span 4");
    }

    @Test
    void refusesOffsetsLongerThanTheShapeNeeds() {
        FileImage.of("{" + tensor("a", "U8", "[3]", "[0,4]") + "}", 4).assertRefused(folder, Reason.SIZE_MISMATCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[2,18446744073709551614]",
                "[2,9223372036854775807]",
                "[9223372036854775807,2,0]",
                "[4294967296,4294967296]",
                "[1152921504606846976]",
                "[99999999999999999999999]"
            })
    void refusesShapesWhoseBytesCannotBeCounted(String shape) {
        assertThat(FileImage.of("{" + tensor("test", "F64", shape, "[0,16]") + "}", 16)
                        .assertRefused(folder, Reason.SIZE_OVERFLOW))
                .hasMessageContaining("\"test\"");
    }

    @Test
    void refusesOffsetsBeyondAnyFile() {
        FileImage.of("{" + tensor("test", "U8", "[4]", "[0,18446744073709551615]") + "}", 4)
                .assertRefused(folder, Reason.SIZE_OVERFLOW);
        FileImage.of("{" + tensor("test", "U8", "[4]", "[0,9223372036854775807]") + "}", 4)
                .assertRefused(folder, Reason.SIZE_MISMATCH);
    }

    @Test
    void refusesBytesAfterTheLastTensor() {
        FileImage image = FileImage.ofLatin1(
                "<\0\0\0\0\0\0\0" + GOOD_HEADER + "\0".repeat(16) + "extra_bogus_data_for_polyglot_file");
        assertThat(image.assertRefused(folder, Reason.FILE_LENGTH_MISMATCH))
                .hasMessageContainingAll("describes 16 bytes", "but 50 bytes");
    }

    @Test
    void refusesAFileThatIsCutShort() {
        assertThat(FileImage.of(GOOD_HEADER, 14).assertRefused(folder, Reason.FILE_LENGTH_MISMATCH))
                .hasMessageContainingAll("describes 16 bytes", "but 14 bytes", "cut short");
    }

    @Test
    void refusesBytesAfterAHeaderWithoutTensors() {
        FileImage.of("{}", 1).assertRefused(folder, Reason.FILE_LENGTH_MISMATCH);
    }

    @Test
    void refusesTensorsThatShareBytes() {
        assertThat(FileImage.of(aliased(10), 16).assertRefused(folder, Reason.INVALID_OFFSETS))
                .hasMessageContainingAll("\"weight_", "[0, 16]", "begin at 16");
    }

    @Test
    void refusesAHundredThousandTensorsThatShareBytes() {
        FileImage.of(aliased(100_000), 16).assertRefused(folder, Reason.INVALID_OFFSETS);
    }

    @Test
    void refusesTensorsThatOverlapInPart() {
        FileImage.of("{" + tensor("a", "U8", "[4]", "[0,4]") + "," + tensor("b", "U8", "[4]", "[2,6]") + "}", 6)
                .assertRefused(folder, Reason.INVALID_OFFSETS);
    }

    @Test
    void refusesAHoleBetweenTensors() {
        FileImage.of("{" + tensor("a", "U8", "[4]", "[0,4]") + "," + tensor("b", "U8", "[4]", "[5,9]") + "}", 9)
                .assertRefused(folder, Reason.INVALID_OFFSETS);
    }

    @Test
    void refusesAHoleBeforeTheFirstTensor() {
        FileImage.of("{" + tensor("a", "U8", "[4]", "[1,5]") + "}", 5).assertRefused(folder, Reason.INVALID_OFFSETS);
    }

    @Test
    void refusesATensorThatEndsBeforeItBegins() {
        FileImage.of("{" + tensor("a", "U8", "[4]", "[0,4]") + "," + tensor("b", "U8", "[0]", "[4,2]") + "}", 4)
                .assertRefused(folder, Reason.INVALID_OFFSETS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F4", "F6_E2M3", "F6_E3M2"})
    void refusesSmallElementsThatDoNotFillWholeBytes(String dtype) {
        assertThat(FileImage.of("{" + tensor("a", dtype, "[1,3]", "[0,2]") + "}", 2)
                        .assertRefused(folder, Reason.PARTIAL_BYTE))
                .hasMessageContainingAll("\"a\"", "3 elements of " + dtype);
    }

    @Test
    void looksAtOffsetsBeforeSizesAndAtSizesBeforeTheFilesEnd() {
        FileImage.of("{" + tensor("a", "F4", "[3]", "[1,2]") + "}", 9).assertRefused(folder, Reason.INVALID_OFFSETS);
        FileImage.of("{" + tensor("a", "F4", "[3]", "[0,7]") + "}", 9).assertRefused(folder, Reason.PARTIAL_BYTE);
        FileImage.of("{" + tensor("a", "F4", "[4]", "[0,7]") + "}", 9).assertRefused(folder, Reason.SIZE_MISMATCH);
        FileImage.of("{" + tensor("a", "F4", "[4]", "[0,2]") + "}", 9)
                .assertRefused(folder, Reason.FILE_LENGTH_MISMATCH);
    }

    @Test
    void keepsMessagesShortAndPrintableWhateverTheFileSays() {
        String name = "\\u0000\\u001b[31m\\n\\u202e" + "x".repeat(10_000);
        SafetensorsException refused = FileImage.of("{" + tensor(name, "U9", "[4]", "[0,4]") + "}", 4)
                .assertRefused(folder, Reason.UNKNOWN_DTYPE);
        assertThat(refused.getMessage().replace(folder.toString(), ""))
                .hasSizeLessThan(300)
                .matches("[^\\p{Cntrl}\u202e]*");
    }
}
