package io.github.sae4j.safetensors;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes that the writer makes, beside those that the reference implementation makes. */
class WriterBytesTest {

    @TempDir
    Path folder;

    private final Map<String, ByteBuffer> contents = new LinkedHashMap<>();

    private String written(List<TensorSpec> tensors, Map<String, String> metadata) throws IOException {
        Path target = folder.resolve("written.safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, tensors, metadata)) {
            for (TensorSpec tensor : tensors) {
                ByteBuffer zeros = ByteBuffer.allocate((int) tensor.byteSize());
                writer.write(
                        tensor.name(),
                        contents.getOrDefault(tensor.name(), zeros).duplicate());
            }
            writer.commit();
        }
        return new String(Files.readAllBytes(target), ISO_8859_1);
    }

    private static ByteBuffer zeroToFive() {
        ByteBuffer floats = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            floats.putFloat(i);
        }
        return floats.flip();
    }

    private static final String ZERO_TO_FIVE =
            "\0\0\0\0" + "\0\0\u0080?" + "\0\0\0@" + "\0\0@@" + "\0\0\u0080@" + "\0\0\u00a0@";

    @Test
    void padTheHeaderToAMultipleOfEight() throws IOException {
        assertThat(written(List.of(new TensorSpec("test", Dtype.I32, 2, 2)), Map.of()))
                .isEqualTo("@\0\0\0\0\0\0\0{\"test\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}    "
                        + "\0".repeat(16));
    }

    @Test
    void haveNoPaddingWhereNoneIsNeeded() throws IOException {
        contents.put("attn.0", zeroToFive());
        assertThat(written(List.of(new TensorSpec("attn.0", Dtype.F32, 1, 2, 3)), Map.of()))
                .isEqualTo("@\0\0\0\0\0\0\0{\"attn.0\":{\"dtype\":\"F32\",\"shape\":[1,2,3],\"data_offsets\":[0,24]}}"
                        + ZERO_TO_FIVE);
    }

    @Test
    void alignTheDataByUpToSevenSpaces() throws IOException {
        contents.put("attn0", zeroToFive());
        assertThat(written(List.of(new TensorSpec("attn0", Dtype.F32, 1, 1, 2, 3)), Map.of()))
                .isEqualTo("H\0\0\0\0\0\0\0{\"attn0\":{\"dtype\":\"F32\",\"shape\":[1,1,2,3],\"data_offsets\":[0,24]}}"
                        + "       " + ZERO_TO_FIVE);
    }

    @Test
    void packFourBitElements() throws IOException {
        assertThat(written(List.of(new TensorSpec("attn.0", Dtype.F4, 1, 2)), Map.of()))
                .isEqualTo(
                        "@\0\0\0\0\0\0\0{\"attn.0\":{\"dtype\":\"F4\",\"shape\":[1,2],\"data_offsets\":[0,1]}}    \0");
    }

    @Test
    void describeNoTensors() throws IOException {
        assertThat(written(List.of(), Map.of())).isEqualTo("\b\0\0\0\0\0\0\0{}      ");
        assertThat(written(List.of(), Map.of("framework", "pt")))
                .isEqualTo("(\0\0\0\0\0\0\0{\"__metadata__\":{\"framework\":\"pt\"}}     ");
    }

    @Test
    void putMetadataFirst() throws IOException {
        assertThat(written(List.of(new TensorSpec("test1", Dtype.I32, 2, 2)), Map.of("framework", "pt")))
                .isEqualTo("`\0\0\0\0\0\0\0{\"__metadata__\":{\"framework\":\"pt\"},"
                        + "\"test1\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16]}} " + "\0".repeat(16));
    }

    @Test
    void putWiderElementsFirst() throws IOException {
        List<TensorSpec> tensors =
                List.of(new TensorSpec("test2", Dtype.F16, 2, 2), new TensorSpec("test1", Dtype.I32, 2, 2));
        assertThat(written(tensors, Map.of()))
                .isEqualTo("\u0080\0\0\0\0\0\0\0{\"test1\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
                        + "\"test2\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[16,24]}}      "
                        + "\0".repeat(24));
    }

    @Test
    void areTheSameInWhateverOrderTensorsAndMetadataCome() throws IOException {
        List<TensorSpec> tensors = new ArrayList<>();
        for (Dtype dtype : Dtype.values()) {
            tensors.add(new TensorSpec("b." + dtype, dtype, 4, 2));
            tensors.add(new TensorSpec("a." + dtype, dtype, 8));
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("z", "1");
        metadata.put("a", "2");
        String forwards = written(tensors, metadata);
        Collections.reverse(tensors);
        Map<String, String> reversed = new LinkedHashMap<>();
        reversed.put("a", "2");
        reversed.put("z", "1");
        assertThat(written(tensors, reversed)).isEqualTo(forwards);
        Collections.shuffle(tensors, new Random(7));
        assertThat(written(tensors, metadata)).isEqualTo(forwards);
    }

    @Test
    void orderNamesByTheirUtf8Bytes() throws IOException {
        // In UTF-16 the emoji's surrogates come before U+FF5E; in UTF-8, and by code point, they come after.
        List<TensorSpec> tensors = List.of(
                new TensorSpec("\ud83d\ude00", Dtype.U8),
                new TensorSpec("\uff5e", Dtype.U8),
                new TensorSpec("z", Dtype.U8),
                new TensorSpec("Z", Dtype.U8),
                new TensorSpec("zz", Dtype.U8),
                new TensorSpec("", Dtype.U8));
        written(tensors, Map.of());
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("written.safetensors"))) {
            assertThat(file.tensors())
                    .extracting(TensorView::name)
                    .containsExactly("", "Z", "z", "zz", "\uff5e", "\ud83d\ude00");
        }
    }

    @Test
    void escapeWhatJsonDemandsAndNothingElse() throws IOException {
        String text = "\"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028é\ud83d\ude00";
        String header = new String(written(List.of(), Map.of(text, text)).getBytes(ISO_8859_1), UTF_8);
        String escaped = "\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u2028é\ud83d\ude00";
        assertThat(header).contains("{\"" + escaped + "\":\"" + escaped + "\"}");
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("written.safetensors"))) {
            assertThat(file.metadata()).isEqualTo(Map.of(text, text));
        }
    }
}
