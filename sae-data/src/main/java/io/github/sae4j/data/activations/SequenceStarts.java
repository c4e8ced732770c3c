package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.internal.tensors.InputArray;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What tells where the sequences of a file begin.
 *
 * @param told whether its shape or the user does, or an array
 * @param documents the array that does, or null
 */
record SequenceStarts(boolean told, @Nullable InputArray documents) {

    private static final Set<String> NAMES = Set.of(
            "document",
            "document_id",
            "doc",
            "doc_id",
            "sequence",
            "sequence_id",
            "sample",
            "sample_id",
            "prompt",
            "prompt_id");

    /**
     * Finds out what tells it.
     *
     * @param file the file's name, for sentences
     * @param tensors its arrays
     * @param layout how its tokens are arranged
     * @param told whether that tells it already
     * @param wanted what the user says
     * @throws DataException if the array that the user names is not there, or cannot tell it
     */
    static SequenceStarts of(String file, List<InputArray> tensors, Layout layout, boolean told, Sequences wanted) {
        if (wanted.documents() != null) {
            InputArray documents = named(file, tensors, wanted.documents());
            if (!layout.isOf(documents.shape()) || TokenIds.ofDocuments(documents) == null) {
                throw new DataException(
                        Reason.MISMATCH,
                        Sentence.of(
                                file + ": ",
                                Setting.SEQUENCE_COLUMN.of(wanted.documents()),
                                " is " + documents.dtype() + " " + documents.shape()
                                        + ", but should have a whole number or a text for each of the "
                                        + layout.tokens()
                                        + " tokens."));
            }
            return new SequenceStarts(true, documents);
        }
        if (told) {
            return new SequenceStarts(true, null);
        }
        List<InputArray> found = tensors.stream()
                .filter(tensor -> tensor.name() != null
                        && NAMES.contains(tensor.name())
                        && layout.isOf(tensor.shape())
                        && TokenIds.ofDocuments(tensor) != null)
                .toList();
        return found.size() == 1 ? new SequenceStarts(true, found.get(0)) : new SequenceStarts(false, null);
    }

    private static InputArray named(String file, List<InputArray> tensors, String name) {
        return tensors.stream()
                .filter(tensor -> name.equals(tensor.name()))
                .findFirst()
                .orElseThrow(() -> new DataException(
                        Reason.NO_SUCH_TENSOR,
                        Sentence.of(
                                file + ": there is no ",
                                Setting.SEQUENCE_COLUMN.of(name),
                                "; the file holds "
                                        + tensors.stream()
                                                .map(InputArray::summary)
                                                .collect(Collectors.joining(", "))
                                        + ".")));
    }

    /**
     * Checks that it is told.
     *
     * @throws DataException if it is not
     */
    void require(String file, InputArray activations) {
        if (!told) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            file + ": " + activations.label() + " " + activations.shape()
                                    + " does not tell where sequences begin, which ",
                            Setting.SKIP_FIRST.named(),
                            " needs; say ",
                            Setting.SEQUENCE_LENGTH.of("N"),
                            ", ",
                            Setting.FILE_IS_SEQUENCE.named(),
                            " if each file is one, or ",
                            Setting.SEQUENCE_COLUMN.of("NAME"),
                            "."));
        }
    }

    /** Returns the place of each token in its sequence. */
    Positions positions(Layout layout) {
        return documents == null
                ? Positions.ofLength(Math.max(1, layout.sequence()))
                : Positions.ofDocuments(Objects.requireNonNull(TokenIds.ofDocuments(documents)));
    }
}
