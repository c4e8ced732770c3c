package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.safetensors.SafetensorsException.Reason;
import io.github.sae4j.safetensors.internal.Header;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Damaged headers, many of them: only our exception comes out. */
class MutatedHeaderTest {

    private static final int FILES = 250_000;
    private static final long SEED = 20_261_124;

    private static final Set<Reason> RULES = EnumSet.range(Reason.HEADER_TOO_SMALL, Reason.FILE_LENGTH_MISMATCH);

    private static final List<String> HEADERS = List.of(
            "{\"test\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}",
            "{\"__metadata__\":{\"format\":\"pt\",\"é\":\"\\u00e9\\ud83d\\ude00\"},"
                    + "\"W_enc\":{\"dtype\":\"BF16\",\"shape\":[4,2],\"data_offsets\":[0,16]},"
                    + "\"b_enc\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[16,24]}}  ",
            "{\"a\":{\"dtype\":\"F4\",\"shape\":[4],\"data_offsets\":[0,2]},"
                    + "\"b\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[2,3]},"
                    + "\"c\":{\"dtype\":\"I64\",\"shape\":[2,0],\"data_offsets\":[3,3]},"
                    + "\"d\":{\"x\":{\"y\":[1,2,{}]},\"dtype\":\"F6_E2M3\",\"shape\":[1,4],\"data_offsets\":[3,6]}}",
            "{}      ");

    private static final List<Integer> DATA_BYTES = List.of(16, 24, 6, 0);

    private static final List<String> FRAGMENTS = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u",
            "\\ud800",
            "0",
            "-",
            ".0",
            "e9",
            "1e400",
            "null",
            "true",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551615",
            "[[[[[[[[",
            "{\"a\":",
            "\"dtype\":\"F4\",",
            "\"shape\":[3],",
            "\"data_offsets\":[0,0],",
            "\"__metadata__\":{},",
            "\u00a0",
            "\0",
            "\n",
            "\ufeff",
            "/*",
            "NaN",
            "'",
            "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},");

    private final Random random = new Random(SEED);

    @Test
    @Timeout(900) // against a parser that never ends
    void endInAHeaderOrInOurException() {
        Map<Reason, Integer> refusals = new EnumMap<>(Reason.class);
        int accepted = 0;
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = mutant();
            try {
                Header header = new FileImage(bytes).parse();
                assertConsistent(header, bytes);
                accepted++;
            } catch (SafetensorsException e) {
                refusals.merge(e.reason(), 1, Integer::sum);
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "Mutant " + i + " ended in " + e + ": " + new String(bytes, StandardCharsets.ISO_8859_1), e);
            }
        }
        assertThat(accepted).as("mutants that are still valid").isGreaterThan(FILES / 1000);
        assertThat(refusals.keySet()).as("rules that were broken").isEqualTo(RULES);
    }

    private byte[] mutant() {
        int seed = random.nextInt(HEADERS.size());
        StringBuilder header = new StringBuilder(HEADERS.get(seed));
        int dataBytes = DATA_BYTES.get(seed);
        for (int edits = random.nextInt(4); edits > 0; edits--) {
            edit(header);
        }
        byte[] utf8 = header.toString().getBytes(StandardCharsets.UTF_8);
        for (int flips = Math.max(0, random.nextInt(5) - 2); flips > 0 && utf8.length > 0; flips--) {
            utf8[random.nextInt(utf8.length)] ^= (byte) (1 << random.nextInt(8));
        }
        long claimed = switch (random.nextInt(60)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextInt(300);
            case 2 -> utf8.length + 1L;
            case 3 -> Math.max(0, utf8.length - 1L);
            case 4 -> 1L << random.nextInt(64);
            default -> utf8.length;
        };
        int data = random.nextInt(40) == 0 ? random.nextInt(40) : dataBytes;
        byte[] file = ByteBuffer.allocate(8 + utf8.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(claimed)
                .put(utf8)
                .array();
        return random.nextInt(60) == 0 ? Arrays.copyOf(file, random.nextInt(file.length + 1)) : file;
    }

    private void edit(StringBuilder header) {
        int at = random.nextInt(header.length() + 1);
        int end = Math.min(header.length(), at + 1 + random.nextInt(random.nextBoolean() ? 2 : 30));
        switch (random.nextInt(7)) {
            case 0 -> header.delete(at, end);
            case 1 -> header.insert(at, FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
            case 2 -> header.replace(at, end, FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
            case 3 -> header.insert(random.nextInt(header.length() + 1), header.substring(at, end));
            case 4 -> header.insert(at, (char) random.nextInt(128));
            case 5 -> header.insert(at, " ");
            default -> nudgeANumber(header, at);
        }
    }

    private void nudgeANumber(StringBuilder header, int from) {
        for (int i = from; i < header.length(); i++) {
            if (Character.isDigit(header.charAt(i))) {
                header.setCharAt(i, (char) ('0' + random.nextInt(10)));
                return;
            }
        }
    }

    /** Reads what was accepted once more with a lenient parser, and holds that the file is covered without gaps. */
    private static void assertConsistent(Header header, byte[] bytes) {
        String json = new String(bytes, 8, (int) header.dataStart() - 8, StandardCharsets.UTF_8);
        JsonObject root = JsonParser.parseString(json).getAsJsonObject();
        root.remove(Header.METADATA_KEY);
        assertThat(header.tensors()).hasSize(root.size());
        long end = 0;
        for (Header.Tensor tensor : header.tensors()) {
            JsonObject fields = root.getAsJsonObject(tensor.name());
            JsonArray offsets = fields.getAsJsonArray("data_offsets");
            assertThat(fields.get("dtype").getAsString())
                    .isEqualTo(tensor.dtype().name());
            assertThat(offsets.get(0).getAsLong()).isEqualTo(tensor.begin()).isEqualTo(end);
            assertThat(offsets.get(1).getAsLong()).isEqualTo(tensor.end());
            long bits = tensor.dtype().bits();
            JsonArray shape = fields.getAsJsonArray("shape");
            for (int i = 0; i < shape.size(); i++) {
                assertThat(shape.get(i).getAsLong()).isEqualTo(tensor.shape()[i]);
                bits *= tensor.shape()[i];
            }
            assertThat(8 * (tensor.end() - tensor.begin())).isEqualTo(bits);
            end = tensor.end();
        }
        assertThat(header.dataStart() + end).isEqualTo(bytes.length);
    }
}
