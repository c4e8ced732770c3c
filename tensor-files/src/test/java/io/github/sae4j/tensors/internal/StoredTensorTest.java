package io.github.sae4j.tensors.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.tensors.ElementType;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.internal.StoredTensor.Storage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Views of a storage are used where they lie or gathered, and never reach beyond it. */
class StoredTensorTest {

    private static final ErrorContext FILE = new ErrorContext("some.pt");

    /** Returns a storage of the numbers 0, 1, 2, … */
    private static Storage counting(int count, ByteOrder order) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(order);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(i);
        }
        return new Storage(ElementType.F32, new HeapBytes(bytes.array()), order, true);
    }

    private static StoredTensor view(int count, long offset, long[] shape, long[] strides) {
        return StoredTensor.view(FILE, "W", counting(count, ByteOrder.LITTLE_ENDIAN), offset, shape, strides);
    }

    private static long[] of(long... numbers) {
        return numbers;
    }

    private static List<Integer> numbers(StoredTensor tensor) {
        List<Integer> numbers = new ArrayList<>();
        for (ByteBuffer part : tensor.slices(4)) {
            assertThat(part.isDirect()).isTrue();
            assertThat(part.isReadOnly()).isTrue();
            assertThat(part.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            while (part.hasRemaining()) {
                numbers.add((int) part.getFloat());
            }
        }
        return numbers;
    }

    @Test
    void usesRowsWhereTheyLie() {
        StoredTensor rows = view(12, 3, of(2, 4), of(4, 1));
        assertThat(rows.isRowMajor()).isTrue();
        assertThat(rows.isInPlace()).isTrue();
        assertThat(rows.isTransposed()).isFalse();
        assertThat(numbers(rows)).containsExactly(3, 4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void usesColumnsWhereTheyLieAsTheTransposedMatrix() {
        StoredTensor columns = view(6, 0, of(2, 3), of(1, 2));
        assertThat(columns.isTransposed()).isTrue();
        assertThat(columns.isInPlace()).isFalse();
        assertThat(numbers(columns)).containsExactly(0, 2, 4, 1, 3, 5);
        StoredTensor transpose = columns.transpose();
        assertThat(transpose.shape()).containsExactly(3, 2);
        assertThat(transpose.isInPlace()).isTrue();
        assertThat(numbers(transpose)).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void ignoresTheStrideOfAnAxisWithOneElement() {
        assertThat(view(4, 0, of(1, 4), of(77, 1)).isRowMajor()).isTrue();
        assertThat(view(4, 0, of(4, 1), of(1, 99)).isRowMajor()).isTrue();
        assertThat(view(4, 0, of(4, 1), of(1, 99)).isTransposed()).isFalse();
    }

    @Test
    void gathersWhatLiesOtherwise() {
        assertThat(numbers(view(12, 1, of(2, 3), of(4, 2)))).containsExactly(1, 3, 5, 5, 7, 9);
        assertThat(numbers(view(12, 0, of(3), of(5)))).containsExactly(0, 5, 10);
        assertThat(numbers(view(12, 2, of(2, 3), of(0, 1)))).containsExactly(2, 3, 4, 2, 3, 4);
        assertThat(numbers(view(12, 0, of(2, 2, 3), of(1, 6, 2))))
                .containsExactly(0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11);
        assertThat(numbers(view(12, 7, of(), of()))).containsExactly(7);
        assertThat(numbers(view(12, 30, of(3, 0), of(1, 1)))).isEmpty();
    }

    @Test
    void gathersOnce() {
        StoredTensor tensor = view(12, 0, of(3), of(5));
        assertThat(tensor.slices(4).get(0)).isEqualTo(tensor.slices(4).get(0));
        assertThat(numbers(tensor)).isEqualTo(numbers(tensor));
    }

    @Test
    void turnsBigEndianNumbersRound() {
        StoredTensor rows = StoredTensor.view(FILE, "W", counting(6, ByteOrder.BIG_ENDIAN), 0, of(2, 3), of(3, 1));
        assertThat(rows.isRowMajor()).isTrue();
        assertThat(rows.isInPlace()).isFalse();
        assertThat(numbers(rows)).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(numbers(rows.transpose())).containsExactly(0, 3, 1, 4, 2, 5);
    }

    @Test
    void cutsBetweenUnits() {
        StoredTensor rows = view(12, 0, of(4, 3), of(3, 1));
        assertThat(rows.slices(12)).hasSize(1);
        assertThatThrownBy(() -> rows.slices(13)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rows.slices(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isNotTransposedUnlessItIsAMatrix() {
        assertThatThrownBy(() -> view(12, 0, of(12), of(1)).transpose()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void staysInsideItsStorage() {
        assertRefused(12, 0, of(3, 4), of(5, 1), "reaches element 13", "storage has 12");
        assertRefused(12, 9, of(4), of(1), "offset 9", "reaches element 12");
        assertRefused(0, 0, of(), of(), "storage has 0");
        assertRefused(12, -1, of(1), of(1), "negative");
        assertRefused(12, 0, of(-1), of(1), "negative");
        assertRefused(12, 11, of(2), of(-1), "strides", "negative");
        assertRefused(12, 0, of(2, 2), of(1), "differ in length");
        assertRefused(12, 0, of(2, 2), of(Long.MAX_VALUE - 1, 1), "reaches element 9223372036854775807");
        assertRefused(12, 12, of(2, 2), of(Long.MAX_VALUE, 1), "larger than any file");
        assertRefused(12, 0, of(3, 1), of(Long.MAX_VALUE, 1), "larger than any file");
        assertRefused(12, 0, of(1L << 33, 1L << 33), of(0, 0), "larger than any file");
        assertRefused(12, 0, new long[65], new long[65], "65 axes");
    }

    @Test
    void repeatsNumbersForEachFeatureButNotForEver() {
        assertThat(view(1, 0, of(1 << 20), of(0)).byteSize()).isEqualTo(4 << 20);
        assertRefused(12, 0, of(1L << 40), of(0), "1099511627776 elements", "12 that are stored");
    }

    private static void assertRefused(int count, long offset, long[] shape, long[] strides, String... words) {
        assertThatThrownBy(() -> view(count, offset, shape, strides))
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith("some.pt: \"W\": ")
                .hasMessageContainingAll(words);
    }

    @Test
    void takesAsManyBytesAsItsShapeNeeds() {
        Storage storage = counting(6, ByteOrder.LITTLE_ENDIAN);
        assertThat(numbers(StoredTensor.whole(FILE, "W", storage, of(2, 3), true)))
                .containsExactly(0, 2, 4, 1, 3, 5);
        assertThat(numbers(StoredTensor.whole(FILE, "W", storage, of(2, 3), false)))
                .containsExactly(0, 1, 2, 3, 4, 5);
        assertThatThrownBy(() -> StoredTensor.whole(FILE, "W", storage, of(2, 4), false))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContainingAll("takes 32 bytes", "has 24");
        assertThatThrownBy(() -> StoredTensor.whole(FILE, "W", storage, of(1L << 62, 4), false))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("larger than any file");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void gathersElementsOfEveryWidthOverTheBordersOfChunks(int width) {
        byte[] bytes = new byte[width * 100 * 130];
        new Random(width).nextBytes(bytes);
        StridedLayout transposed = new StridedLayout(0, of(100, 130), of(1, 100));
        MemoryBytes gathered =
                new Gathering(transposed, width, ByteOrder.LITTLE_ENDIAN, new HeapBytes(bytes)).gather(FILE, 8);
        byte[] expected = new byte[bytes.length];
        for (int row = 0; row < 100; row++) {
            for (int column = 0; column < 130; column++) {
                System.arraycopy(bytes, (column * 100 + row) * width, expected, (row * 130 + column) * width, width);
            }
        }
        assertThat(gathered.reach(0)).isEqualTo(256);
        assertThat(gathered.reach(255)).isEqualTo(1);
        assertThat(gathered.read(0, expected.length)).isEqualTo(expected);
        byte[] across = new byte[1000];
        gathered.slice(100, 1000).get(across);
        assertThat(across).isEqualTo(java.util.Arrays.copyOfRange(expected, 100, 1100));
    }

    @Test
    void saysWhenThereIsNotEnoughMemory() {
        assertThatThrownBy(() -> MemoryBytes.allocate(FILE, Long.MAX_VALUE - (1L << 40), 30))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContainingAll("bytes of memory", "MaxDirectMemorySize");
    }
}
