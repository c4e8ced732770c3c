package io.github.sae4j.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.fixtures.TorchCase;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a program sees of a file of PyTorch. */
class TorchTensorsTest {

    static List<TorchCase> valid() {
        return TorchCase.valid();
    }

    static List<TorchCase> rejected() {
        return TorchCase.rejected();
    }

    static List<TorchCase> single() {
        return TorchCase.single();
    }

    /** In the safetensors files names do not begin with that of the dictionary around. */
    private static String key(Tensor tensor) {
        return tensor.name().replace("state_dict.", "");
    }

    private static ByteBuffer whole(Tensor tensor) {
        List<ByteBuffer> slices = tensor.slices(tensor.type().bytes());
        return slices.isEmpty() ? ByteBuffer.allocate(0) : slices.get(0);
    }

    @ParameterizedTest
    @MethodSource("valid")
    void tensorsAreThoseThatPyTorchReads(TorchCase example) {
        try (TensorFile found = TensorFile.open(example.file());
                SafetensorsFile expected = SafetensorsFile.open(example.expected())) {
            assertThat(found.tensors().stream().map(TorchTensorsTest::key))
                    .containsExactlyInAnyOrderElementsOf(
                            expected.tensors().stream().map(TensorView::name).toList());
            for (Tensor tensor : found.tensors()) {
                TensorView same = expected.tensor(key(tensor));
                assertThat(tensor.type().name()).isEqualTo(same.dtype().label());
                assertThat(tensor.shape()).isEqualTo(same.shape());
                ByteBuffer bytes = ByteBuffer.allocate((int) same.byteSize());
                same.read(0, bytes);
                assertThat(whole(tensor)).isEqualTo(bytes.flip());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rejected")
    void whatTensorsDoNotNeedIsRefused(TorchCase example) {
        assertThatThrownBy(() -> {
                    try (TensorFile opened = TensorFile.open(example.file())) {
                        opened.tensors().forEach(TorchTensorsTest::whole);
                    }
                })
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining(example.name() + ".pt");
    }

    @ParameterizedTest
    @MethodSource("single")
    void aSingleTensorHasNoName(TorchCase example) {
        try (TensorFile file = TensorFile.open(example.file())) {
            assertThat(file.tensors()).singleElement().satisfies(tensor -> {
                assertThat(tensor.name()).isEmpty();
                assertThat(tensor.type()).isEqualTo(ElementType.F32);
                assertThat(tensor.shape()).containsExactly(3, 4);
                float[] numbers = new float[12];
                whole(tensor).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
                assertThat(numbers).containsExactly(1, 0, 3, -4, 0, 0, 0, 0, -5, -6, 0.5f, 0.25f);
                assertThat(tensor.slices(16)).hasSize(1);
                assertThatThrownBy(() -> tensor.slices(15)).isInstanceOf(IllegalArgumentException.class);
            });
        }
    }

    @Test
    void aClosedFileGivesNoMore() {
        TensorFile file = TensorFile.open(single().get(0).file());
        Tensor tensor = file.tensors().get(0);
        ByteBuffer before = whole(tensor);
        file.close();
        file.close();

        assertThat(before.order(ByteOrder.LITTLE_ENDIAN).getFloat(8)).isEqualTo(3);
        TensorFile other = TensorFile.open(single().get(0).file());
        Tensor unread = other.tensors().get(0);
        other.close();
        assertThatThrownBy(() -> unread.slices(16))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
