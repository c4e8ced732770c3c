package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.internal.parquet.ParquetInput;
import io.github.sae4j.data.internal.tensors.InputArray;
import io.github.sae4j.tensors.ElementType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The ids of a file's tokens, whole numbers in an array beside their activations. */
final class TokenIds {

    private static final Set<String> NAMES = Set.of("token_ids", "tokens", "input_ids");

    private final InputArray ids;
    private final int bytes;
    private final boolean signed;

    private TokenIds(InputArray ids, int bytes, boolean signed) {
        this.ids = ids;
        this.bytes = bytes;
        this.signed = signed;
    }

    /**
     * Checks that there are ids.
     *
     * @param file the file's name, for sentences
     * @param tensors its arrays
     * @param layout how its tokens are arranged
     * @param needing what needs them
     * @throws DataException if there are none, or they are of other tokens
     */
    static void require(String file, List<InputArray> tensors, Layout layout, Setting needing) {
        InputArray ids = named(tensors)
                .orElseThrow(() -> new DataException(
                        Reason.NO_SUCH_TENSOR,
                        Sentence.of(
                                file + ": ",
                                needing.named(),
                                " needs the tokens' ids, but there is no array token_ids, tokens or input_ids beside the"
                                        + " activations.")));
        if (of(ids) == null) {
            throw new DataException(
                    Reason.MISMATCH,
                    file + ": " + ids.label() + " is " + ids.dtype()
                            + ", but ids are whole numbers of 2, 4 or 8 bytes.");
        }
        if (!layout.isOf(ids.shape())) {
            throw new DataException(
                    Reason.MISMATCH,
                    file + ": " + ids.label() + " has the shape " + ids.shape() + ", but the activations are of "
                            + layout.tokens() + " tokens.");
        }
    }

    /** Returns the ids of the tokens, if there are any. */
    static Optional<TokenIds> find(List<InputArray> tensors, Layout layout) {
        return named(tensors).filter(ids -> layout.isOf(ids.shape())).map(TokenIds::of);
    }

    private static Optional<InputArray> named(List<InputArray> tensors) {
        return tensors.stream()
                .filter(tensor -> tensor.name() != null && NAMES.contains(tensor.name()))
                .findFirst();
    }

    /**
     * Returns the numbers or texts of an array by which tokens are told apart.
     *
     * @return null for an array that holds neither
     */
    static @Nullable TokenIds ofDocuments(InputArray documents) {
        return documents.dtype().equals(ParquetInput.TEXT) ? new TokenIds(documents, Long.BYTES, true) : of(documents);
    }

    /** Returns null for an array that holds no whole numbers. */
    private static @Nullable TokenIds of(InputArray ids) {
        ElementType type = ids.type();
        if (type == null) {
            return null;
        }
        return switch (type) {
            case I16, I32, I64 -> new TokenIds(ids, type.bytes(), true);
            case U16, U32, U64 -> new TokenIds(ids, type.bytes(), false);
            default -> null;
        };
    }

    /** Reads the ids of some tokens, which must be asked for in order. */
    long[] read(long first, int count) {
        ByteBuffer buffer = ByteBuffer.allocate(count * bytes).order(ids.order());
        ids.bytes().read(first * bytes, buffer);
        buffer.flip();
        long[] read = new long[count];
        for (int i = 0; i < count; i++) {
            read[i] = switch (bytes) {
                case Short.BYTES -> signed ? buffer.getShort() : Short.toUnsignedLong(buffer.getShort());
                case Integer.BYTES -> signed ? buffer.getInt() : Integer.toUnsignedLong(buffer.getInt());
                default -> buffer.getLong();
            };
        }
        return read;
    }
}
