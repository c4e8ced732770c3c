package io.github.sae4j.tensors.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.fixtures.TorchCase;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.TensorView;
import io.github.sae4j.tensors.Tensor;
import io.github.sae4j.tensors.TensorFile;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.MappedFile;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PyTorch's own files are read as PyTorch reads them; broken and hostile ones are refused for the right reason. */
class PublishedTorchFilesTest {

    /** For each file to refuse, words that only the right reason has. */
    private static final Map<String, List<String>> REASONS = Map.ofEntries(
            Map.entry("reject-builtins-eval", List.of("\"__builtin__.eval\"", "neither loaded nor called")),
            Map.entry("reject-byteorder-unknown", List.of("byte order", "little or big")),
            Map.entry("reject-declared-count-overflow", List.of("4611686018427387904 elements", "no file has")),
            Map.entry("reject-deep-nesting", List.of("a list", "dictionary of tensors")),
            Map.entry("reject-empty", List.of("it is empty")),
            Map.entry("reject-ext-opcode", List.of("EXT1")),
            Map.entry("reject-git-lfs-pointer", List.of("Git LFS pointer")),
            Map.entry("reject-global-without-call", List.of("\"posix.system\"")),
            Map.entry("reject-html", List.of("web page")),
            Map.entry("reject-huge-broadcast", List.of("1099511627776 elements", "12 that are stored")),
            Map.entry("reject-inst-os-system", List.of("DICT", "was not carried out")),
            Map.entry("reject-legacy-truncated", List.of("the file ends after")),
            Map.entry("reject-load-from-bytes", List.of("\"torch.storage._load_from_bytes\"")),
            Map.entry("reject-missing-storage", List.of("data/7", "no such member")),
            Map.entry("reject-namespace", List.of("\"argparse.Namespace\"")),
            Map.entry("reject-negative-size", List.of("negative", "-3")),
            Map.entry("reject-negative-stride", List.of("strides", "negative")),
            Map.entry("reject-no-data-pkl", List.of("no data.pkl")),
            Map.entry("reject-numpy-scalar", List.of("\"numpy._core.multiarray.scalar\"")),
            Map.entry("reject-obj-os-system", List.of("\"posix.system\"")),
            Map.entry("reject-offset-beyond-storage", List.of("offset 9", "its storage has 12")),
            Map.entry("reject-os-system", List.of("\"posix.system\"")),
            Map.entry("reject-os-system-legacy", List.of("\"posix.system\"")),
            Map.entry("reject-persistent-id-kind", List.of("persistent id")),
            Map.entry("reject-persistent-id-shape", List.of("persistent id")),
            Map.entry("reject-pickle-huge-string", List.of("2147483647 bytes", "are left")),
            Map.entry("reject-pickle-stack-underflow", List.of("empty stack")),
            Map.entry("reject-pickle-truncated", List.of("without a STOP")),
            Map.entry("reject-pickle-unknown-memo", List.of("memo", "never filled")),
            Map.entry("reject-pickle-unknown-opcode", List.of("0xff")),
            Map.entry("reject-rebuild-arguments", List.of("_rebuild_tensor_v2", "other arguments")),
            Map.entry("reject-size-overflow", List.of("larger than any file")),
            Map.entry("reject-size-stride-rank", List.of("shape", "strides", "differ in length")),
            Map.entry("reject-sparse-tensor", List.of("\"torch._utils._rebuild_sparse_tensor\"")),
            Map.entry("reject-stack-global-os-system", List.of("protocol 4")),
            Map.entry("reject-storage-longer-than-declared", List.of("52 bytes", "12 elements", "take 48")),
            Map.entry("reject-storage-shorter-than-declared", List.of("44 bytes", "12 elements", "take 48")),
            Map.entry("reject-storage-smaller-than-strides", List.of("strides [5, 1]", "reaches element 13")),
            Map.entry("reject-truncated-last-byte", List.of("no end record", "cut short")),
            Map.entry("reject-truncated-zip", List.of("no end record", "cut short")),
            Map.entry("reject-two-data-pkl", List.of("two members", "archive/data.pkl")),
            Map.entry("reject-unknown-storage-class", List.of("\"torch.BloatStorage\"")),
            Map.entry("reject-whole-module", List.of("\"torch.nn.modules.activation.ReLU\"", "state_dict")),
            Map.entry("reject-zip-entry-larger-than-file", List.of("data/0", "4800")));

    static List<TorchCase> valid() {
        return TorchCase.valid();
    }

    static List<TorchCase> rejected() {
        return TorchCase.rejected();
    }

    @ParameterizedTest
    @MethodSource("valid")
    void areReadAsPyTorchReadsThem(TorchCase torch) {
        try (TensorFile file = TensorFile.open(torch.file());
                SafetensorsFile expected = SafetensorsFile.open(torch.expected())) {
            assertThat(file.tensors().stream().map(tensor -> tensor.name().replace("state_dict.", "")))
                    .containsExactlyInAnyOrderElementsOf(
                            expected.tensors().stream().map(TensorView::name).toList());
            for (Tensor tensor : file.tensors()) {
                TensorView view = expected.tensor(tensor.name().replace("state_dict.", ""));
                assertThat(tensor.type().name())
                        .as(tensor.toString())
                        .isEqualTo(view.dtype().label());
                assertThat(tensor.shape()).as(tensor.toString()).isEqualTo(view.shape());
                assertThat(hex(tensor.slices(view.dtype().byteSize(1))))
                        .as(tensor.toString())
                        .isEqualTo(hex(view.slices(view.dtype().byteSize(1))));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("valid")
    void areReadTheSameTheOtherWayRound(TorchCase torch) {
        try (TensorFile file = TensorFile.open(torch.file())) {
            for (Tensor tensor : file.tensors()) {
                if (tensor.shape().length != 2 || tensor.elements() == 0) {
                    continue;
                }
                int width = tensor.type().bytes();
                int rows = (int) tensor.shape()[0];
                int columns = (int) tensor.shape()[1];
                byte[] across = bytes(tensor.slices((long) columns * width));
                byte[] down = bytes(tensor.transpose().slices((long) rows * width));
                for (int row = 0; row < rows; row++) {
                    for (int column = 0; column < columns; column++) {
                        int i = (row * columns + column) * width;
                        int j = (column * rows + row) * width;
                        assertThat(HexFormat.of().formatHex(down, j, j + width))
                                .isEqualTo(HexFormat.of().formatHex(across, i, i + width));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rejected")
    void areRefusedForTheirOwnReason(TorchCase torch) {
        assertThat(REASONS).containsKey(torch.name());
        assertThatThrownBy(() -> TensorFile.open(torch.file()).close())
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith(torch.file().toString())
                .hasMessageContainingAll(REASONS.get(torch.name()).toArray(String[]::new));
    }

    @Test
    void areAllThere() {
        assertThat(TorchCase.valid()).hasSize(14);
        assertThat(TorchCase.rejected().stream().map(TorchCase::name))
                .containsExactlyInAnyOrderElementsOf(REASONS.keySet());
    }

    @Test
    void useTransposedViewsWhereTheyLie() {
        try (TensorFile file = TensorFile.open(named("valid-views-shared-storage"))) {
            Tensor transposed = file.tensor("transposed");
            assertThat(transposed.isTransposed()).isTrue();
            assertThat(transposed.isInPlace()).isFalse();
            assertThat(transposed.transpose().isInPlace()).isTrue();
            assertThat(file.tensor("whole").isInPlace()).isTrue();
            assertThat(file.tensor("tail").isInPlace()).isTrue();
            assertThat(file.tensor("columns").isInPlace()).isFalse();
            assertThat(file.tensor("broadcast").isInPlace()).isFalse();
        }
        try (TensorFile file = TensorFile.open(named("valid-deflated"))) {
            assertThat(file.tensor("W").isInPlace()).isFalse();
        }
        try (TensorFile file = TensorFile.open(named("valid-big-endian"))) {
            assertThat(file.tensor("W").isInPlace()).isFalse();
        }
    }

    @Test
    void keepPlainValuesReadable() {
        try (MappedFile bytes = MappedFile.open(named("valid-nested-state-dict"))) {
            Map<String, PickledValue.Plain> found = plainValues(bytes);
            Map<String, String> values = found.entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, entry -> shown(entry.getValue())));
            assertThat(values)
                    .containsEntry("epoch", "3")
                    .containsEntry("lr", "3.0E-4")
                    .containsEntry("done", "true")
                    .containsEntry("none", "NONE")
                    .containsEntry("big", "1180591620717411303424")
                    .containsEntry("neg", "-1099511627776")
                    .containsEntry("config.layers.0", "1")
                    .containsEntry("config.layers.2", "300")
                    .containsEntry("config.layers.3", "70000")
                    .containsEntry("config.pair.1", "zwei")
                    .containsEntry("config.nom é", "naïve ☃")
                    .containsEntry("raw", "00ff");
            assertThat(found).doesNotContainKey("absent");
        }
        try (MappedFile bytes = MappedFile.open(named("valid-torch-values"))) {
            Map<String, PickledValue.Plain> found = plainValues(bytes);
            assertThat(found.get("dtype")).isEqualTo(new PickledValue.Text("torch.bfloat16"));
            assertThat(found.get("device")).isEqualTo(new PickledValue.Text("cpu"));
            assertThat(shown(found.get("shape.1"))).isEqualTo("3");
        }
    }

    private static Map<String, PickledValue.Plain> plainValues(MappedFile file) {
        return TorchFile.read(new ErrorContext("some.pt"), file).values();
    }

    private static String shown(PickledValue.Plain value) {
        if (value instanceof PickledValue.Whole whole) {
            return whole.value().toString();
        }
        if (value instanceof PickledValue.Real real) {
            return Double.toString(real.value());
        }
        if (value instanceof PickledValue.Truth truth) {
            return Boolean.toString(truth.value());
        }
        if (value instanceof PickledValue.Text text) {
            return text.value();
        }
        if (value instanceof PickledValue.Binary binary) {
            return hex(List.of(binary.value().duplicate()));
        }
        return value.toString();
    }

    private static java.nio.file.Path named(String name) {
        return TorchCase.valid().stream()
                .filter(torch -> torch.name().equals(name))
                .findFirst()
                .orElseThrow()
                .file();
    }

    private static String hex(List<ByteBuffer> parts) {
        return HexFormat.of().formatHex(bytes(parts));
    }

    private static byte[] bytes(List<ByteBuffer> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer part : parts) {
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }
}
