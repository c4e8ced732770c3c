package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that are split over several files. */
class ShardedModelTest {

    private static final String INDEX = "{\"metadata\":{\"total_size\":5,\"note\":\"n\",\"more\":[1,{\"x\":null}]},"
            + "\"weight_map\":{\"c\":\"m-2.safetensors\",\"a\":\"m-1.safetensors\",\"b\":\"sub/m-3.safetensors\","
            + "\"d\":\"m-1.safetensors\"},\"unknown\":[]}";

    @TempDir
    Path folder;

    private static void assertRefused(Reason reason, ThrowingCallable call) {
        SafetensorsException refused = catchThrowableOfType(SafetensorsException.class, call);
        assertThat(refused).isNotNull();
        assertThat(refused.reason()).as(refused.getMessage()).isEqualTo(reason);
    }

    private Path index(String json) {
        try {
            return Files.writeString(folder.resolve("m.safetensors.index.json"), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void shard(String file, String tensor, int value) {
        List<TensorSpec> tensors = List.of(new TensorSpec(tensor, Dtype.U8, 1));
        try (SafetensorsWriter writer = SafetensorsWriter.create(folder.resolve(file), tensors, Map.of())) {
            writer.write(tensor, ByteBuffer.wrap(new byte[] {(byte) value}));
            writer.commit();
        }
    }

    @Test
    void giveTheirTensorsByName() throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        shard("m-1.safetensors", "a", 1);
        shard("m-2.safetensors", "c", 3);
        shard("sub/m-3.safetensors", "b", 2);
        try (ShardedSafetensors model = ShardedSafetensors.open(index(INDEX))) {
            assertThat(model.path()).isEqualTo(folder.resolve("m.safetensors.index.json"));
            assertThat(model.names()).containsExactly("c", "a", "b", "d");
            assertThat(model.files())
                    .containsExactly(
                            folder.resolve("m-2.safetensors"),
                            folder.resolve("m-1.safetensors"),
                            folder.resolve("sub").resolve("m-3.safetensors"));
            assertThat(model.tensor("a").slice().get(0)).isEqualTo((byte) 1);
            assertThat(model.tensor("b").slice().get(0)).isEqualTo((byte) 2);
            assertThat(model.tensor("c").slice().get(0)).isEqualTo((byte) 3);
            assertThat(model.contains("a")).isTrue();
            assertThat(model.contains("x")).isFalse();
            assertRefused(Reason.NO_SUCH_TENSOR, () -> model.tensor("x"));
            assertThatThrownBy(() -> model.tensor("x")).hasMessageContaining("\"c\", \"a\", \"b\", \"d\"");
            // The index promises d in a file that has only a.
            assertRefused(Reason.NO_SUCH_TENSOR, () -> model.tensor("d"));
        }
    }

    @Test
    void keepTheirMetadata() {
        try (ShardedSafetensors model = ShardedSafetensors.open(index(INDEX))) {
            assertThat(model.metadata()).isEqualTo(Map.of("total_size", "5", "note", "n", "more", "[1,{\"x\":null}]"));
            assertThat(model.totalSize()).hasValue(5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"metadata\":null,", "\"metadata\":{},", "\"metadata\":{\"total_size\":\"many\"},"})
    void mayNotSayTheirSize(String metadata) {
        try (ShardedSafetensors model = ShardedSafetensors.open(index("{" + metadata + "\"weight_map\":{}}"))) {
            assertThat(model.totalSize()).isEmpty();
            assertThat(model.names()).isEmpty();
        }
    }

    @Test
    void openAFileOnlyWhenATensorOfItIsAskedFor() {
        shard("m-1.safetensors", "a", 1);
        try (ShardedSafetensors model = ShardedSafetensors.open(index(INDEX))) {
            assertThat(model.tensor("a").slice().get(0)).isEqualTo((byte) 1);
            assertRefused(Reason.NO_SUCH_FILE, () -> model.tensor("c"));
            assertThatThrownBy(() -> model.tensor("c"))
                    .hasMessageContainingAll("m-2.safetensors: there is no such file", "index.json", "\"c\"");
            shard("m-2.safetensors", "c", 3);
            assertThat(model.tensor("c").slice().get(0)).isEqualTo((byte) 3);
        }
    }

    @Test
    void checkEachFile() throws IOException {
        Files.writeString(folder.resolve("m-1.safetensors"), "not one at all");
        try (ShardedSafetensors model = ShardedSafetensors.open(index(INDEX))) {
            assertRefused(Reason.HEADER_TOO_LARGE, () -> model.tensor("a"));
        }
    }

    @Test
    void areClosedWithAllTheirFiles() {
        shard("m-1.safetensors", "a", 1);
        ShardedSafetensors model = ShardedSafetensors.open(index(INDEX));
        TensorView tensor = model.tensor("a");
        ByteBuffer slice = tensor.slice();
        model.close();
        model.close();
        assertThat(slice.get(0)).isEqualTo((byte) 1);
        assertThatIllegalStateException().isThrownBy(tensor::slice);
        assertThatIllegalStateException().isThrownBy(() -> model.tensor("a"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{}",
                "{\"weight_map\":[]}",
                "{\"weight_map\":null}",
                "{\"weight_map\":{\"a\":1}}",
                "{\"weight_map\":{\"a\":null}}",
                "{\"weight_map\":{\"a\":\"x\",\"a\":\"y\"}}",
                "{\"weight_map\":{},\"weight_map\":{}}",
                "{\"weight_map\":{},\"metadata\":1}",
                "{\"weight_map\":{},\"metadata\":{\"a\":1,\"a\":2}}",
                "{\"weight_map\":{},\"metadata\":{\"a\":NaN}}",
                "{\"weight_map\":{}} trailing",
                "{weight_map:{}}",
                "{\"weight_map\":{\"a\":\"\\ud800.safetensors\"}}",
                "{\"weight_map\":{}}\0"
            })
    void needAWellFormedIndex(String json) {
        Path path = index(json);
        assertRefused(Reason.INVALID_INDEX, () -> ShardedSafetensors.open(path));
        assertThatThrownBy(() -> ShardedSafetensors.open(path)).hasMessageStartingWith(path + ": ");
    }

    @Test
    void needAnIndexInUtf8() throws IOException {
        Path path = folder.resolve("latin1.index.json");
        Files.write(path, "{\"weight_map\":{\"é\":\"x\"}}".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(Reason.INVALID_INDEX, () -> ShardedSafetensors.open(path));
    }

    @Test
    void needAnIndexThatIsThere() {
        assertRefused(Reason.NO_SUCH_FILE, () -> ShardedSafetensors.open(folder.resolve("missing.json")));
    }

    @Test
    void refuseAnIndexOfDeepNesting() {
        Path path = index("{\"weight_map\":{},\"metadata\":{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}}");
        assertRefused(Reason.INVALID_INDEX, () -> ShardedSafetensors.open(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../m.safetensors",
                "..",
                ".",
                "",
                "sub/../../m.safetensors",
                "sub/..",
                "./m.safetensors",
                "sub//m.safetensors",
                "sub/",
                "/etc/passwd",
                "//server/share/m.safetensors",
                "\\\\\\\\server\\\\share\\\\m.safetensors",
                "\\\\\\\\?\\\\C:\\\\m.safetensors",
                "..\\\\m.safetensors",
                "sub\\\\..\\\\..\\\\m.safetensors",
                "\\\\m.safetensors",
                "C:/m.safetensors",
                "c:m.safetensors",
                "C:\\\\m.safetensors",
                "sub/D:/m.safetensors",
                ".. /m.safetensors",
                ".../m.safetensors",
                ".. ./m.safetensors",
                "m.safetensors:stream",
                "m\\u0000.safetensors",
                "m\\n.safetensors",
                "m?.safetensors",
                "NUL",
                "sub/con.safetensors",
                "COM1",
                "lpt9.safetensors"
            })
    void refuseFileNamesThatLeadElsewhere(String name) {
        Path path = index("{\"weight_map\":{\"good\":\"m.safetensors\",\"bad\":\"" + name + "\"}}");
        assertRefused(Reason.UNSAFE_FILE_NAME, () -> ShardedSafetensors.open(path));
        assertThatThrownBy(() -> ShardedSafetensors.open(path))
                .message()
                .startsWith(path + ": ")
                .endsWith(".");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model-00001-of-00002.safetensors",
                "sub/folder/m.safetensors",
                "..m.safetensors",
                "m..safetensors",
                ".hidden/m",
                "console.safetensors",
                "com10.safetensors",
                "é 語.safetensors"
            })
    void takeFileNamesInsideTheirFolder(String name) {
        Path path = index("{\"weight_map\":{\"a\":\"" + name + "\"}}");
        try (ShardedSafetensors model = ShardedSafetensors.open(path)) {
            assertThat(model.files()).containsExactly(folder.resolve(name));
        }
    }
}
