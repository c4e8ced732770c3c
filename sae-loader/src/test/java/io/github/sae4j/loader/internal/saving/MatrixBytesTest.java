package io.github.sae4j.loader.internal.saving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoadException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bytes of a matrix, in whatever pieces they come, are its rows in order. */
class MatrixBytesTest {

    private static final int ROWS = 23;
    private static final int COLUMNS = 7;

    /** Rows in parts of 5, as files of more than 2 GiB come in several. */
    private static WeightMatrix stored(int rows, int columns, WeightType type) {
        Random random = new Random(42);
        List<ByteBuffer> parts = new ArrayList<>();
        for (int row = 0; row < rows; row += 5) {
            int count = Math.min(5, rows - row) * columns;
            ByteBuffer part = ByteBuffer.allocateDirect(count * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                type.put(part, i * type.bytes(), (float) random.nextGaussian());
            }
            parts.add(part);
        }
        return WeightMatrix.of(type, rows, columns, parts);
    }

    /** The same shape, of columns that lie together. */
    private static WeightMatrix storedTransposed(WeightType type) {
        return stored(/* rows= */ COLUMNS, /* columns= */ ROWS, type).transposed();
    }

    private static float at(WeightMatrix matrix, int row, int column) {
        int storedRow = matrix.isTransposed() ? column : row;
        int storedColumn = matrix.isTransposed() ? row : column;
        int storedWidth = (int) (matrix.isTransposed() ? matrix.rows() : matrix.columns());
        int at = ((storedRow % 5) * storedWidth + storedColumn) * matrix.type().bytes();
        return matrix.type().get(matrix.parts().get(storedRow / 5), at);
    }

    private static List<ByteBuffer> pieces(MatrixBytes bytes) {
        List<ByteBuffer> pieces = new ArrayList<>();
        bytes.writeTo(piece -> {
            ByteBuffer copy = ByteBuffer.allocate(piece.remaining()).order(ByteOrder.LITTLE_ENDIAN);
            pieces.add(copy.put(piece).flip());
        });
        return pieces;
    }

    private static ByteBuffer joined(List<ByteBuffer> pieces) {
        ByteBuffer whole = ByteBuffer.allocate(
                        pieces.stream().mapToInt(ByteBuffer::remaining).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        pieces.forEach(whole::put);
        return whole.flip();
    }

    @ParameterizedTest
    @CsvSource({"1", "100", "400", "100000"})
    void areTheRowsOfATransposedMatrixInPiecesOfAnySize(int pieceBytes) {
        WeightMatrix matrix = storedTransposed(WeightType.BFLOAT16);
        List<ByteBuffer> pieces =
                pieces(MatrixBytes.of("W", matrix, WeightType.BFLOAT16, null).inPiecesOf(pieceBytes));
        assertThat(pieces).allMatch(piece -> piece.remaining() <= Math.max(pieceBytes, COLUMNS * 2));
        requireElements(joined(pieces), matrix, WeightType.BFLOAT16, (row, column) -> 1);
    }

    @ParameterizedTest
    @CsvSource({"1", "100", "400", "100000"})
    void areMultipliedAndConvertedInPiecesOfAnySize(int pieceBytes) {
        MatrixBytes.Factors factors = (row, column) -> 0.5 + row + 100 * column;
        for (WeightMatrix matrix :
                List.of(stored(ROWS, COLUMNS, WeightType.BFLOAT16), storedTransposed(WeightType.BFLOAT16))) {
            for (WeightType type : WeightType.values()) {
                List<ByteBuffer> pieces =
                        pieces(MatrixBytes.of("W", matrix, type, factors).inPiecesOf(pieceBytes));
                requireElements(joined(pieces), matrix, type, factors);
            }
        }
    }

    @Test
    void areThoseInMemoryIfNothingChanges() {
        WeightMatrix matrix = stored(ROWS, COLUMNS, WeightType.FLOAT16);
        List<ByteBuffer> given = new ArrayList<>();
        MatrixBytes.of("W", matrix, WeightType.FLOAT16, null).inPiecesOf(1).writeTo(given::add);
        assertThat(given).hasSize(5).allMatch(ByteBuffer::isReadOnly).isEqualTo(matrix.parts());
    }

    @Test
    void keepInfinityAndRefuseToMakeIt() {
        WeightMatrix matrix = WeightMatrix.of(new float[][] {{Float.NEGATIVE_INFINITY, Float.NaN, 65504}});
        ByteBuffer bytes = joined(pieces(MatrixBytes.of("W", matrix, WeightType.FLOAT16, null)));
        assertThat(WeightType.FLOAT16.get(bytes, 0)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(WeightType.FLOAT16.get(bytes, 2)).isNaN();
        assertThat(WeightType.FLOAT16.get(bytes, 4)).isEqualTo(65504);
        MatrixBytes tooLarge = MatrixBytes.of("W", matrix, WeightType.FLOAT32, (row, column) -> 1e38);
        assertThatThrownBy(() -> tooLarge.writeTo(piece -> {}))
                .isInstanceOf(SaeLoadException.class)
                .hasMessage("The weight 65504.0 in row 0, column 2 of W is too large to be saved in float32.");
    }

    private static void requireElements(
            ByteBuffer bytes, WeightMatrix matrix, WeightType type, MatrixBytes.Factors factors) {
        assertThat(bytes.remaining()).isEqualTo(ROWS * COLUMNS * type.bytes());
        ByteBuffer expected = ByteBuffer.allocate(4);
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                type.put(expected, 0, (float) (at(matrix, row, column) * factors.at(row, column)));
                assertThat(type.get(bytes, (row * COLUMNS + column) * type.bytes()))
                        .as("row %s, column %s", row, column)
                        .isEqualTo(type.get(expected, 0));
            }
        }
    }
}
