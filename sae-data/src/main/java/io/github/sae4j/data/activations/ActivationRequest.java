package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.TokenRange;
import io.github.sae4j.data.internal.Inputs;
import io.github.sae4j.data.internal.formats.NpyStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be read.
 *
 * @param source the files
 * @param wanted which numbers of each are the activations
 * @param expected the SAE that is to take the activations
 * @param range which tokens, counted over all files
 * @param skipping which of these are skipped
 * @param ids what the tokens' ids beside the activations are for
 */
record ActivationRequest(
        ActivationSource source,
        TensorChoice wanted,
        InputRequirements expected,
        TokenRange range,
        Skipping skipping,
        IdUse ids) {

    /**
     * Checks that all tokens are read where they are for a set of layers, whose rows are no tokens.
     *
     * @throws DataException if some are chosen or left out
     */
    void requireWholeSource() {
        List<Setting.Value> others = new ArrayList<>(wanted.layers().spoken());
        others.addAll(wanted.sequences().settings());
        others.addAll(skipping.settings());
        if (!range.isAll()) {
            others.add(range.setting());
        }
        if (expected.layers() > 0 && !others.isEmpty()) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            expected.name() + " is a set of layers, which takes all tokens of a file; ",
                            others,
                            " cannot be used with it."));
        }
    }

    /** Returns what needs the tokens' ids, or null if nothing does. */
    @Nullable
    Setting needingIds() {
        if (!skipping.tokenIds().isEmpty()) {
            return Setting.SKIP_TOKENS;
        }
        return ids == IdUse.REQUIRED ? Setting.DELPHI : null;
    }

    /**
     * Opens one of the files, and checks that it tells where sequences begin if that matters.
     *
     * @param part its number
     * @throws DataException if there is no such file or array, or it does not fit
     */
    ActivationFile open(int part) {
        ActivationFile file = open(source, part, wanted, expected);
        try {
            if (skipping.first() > 0) {
                file.requireStarts();
            }
            return file;
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Opens one of several files. */
    static ActivationFile open(ActivationSource source, int part, TensorChoice wanted, InputRequirements expected) {
        if (source.isStandardInput()) {
            return ActivationFile.of(NpyStream.NAME, NpyStream.open(System.in), wanted, expected);
        }
        Path path = source.files().get(part);
        return ActivationFile.of(path.toString(), Inputs.open(path), wanted, expected);
    }

    /**
     * Checks that the tokens of a file may follow those of the first.
     *
     * @throws DataException if they may not
     */
    void requireAlike(ActivationFile first, ActivationFile other) {
        if (first.layout().heads() != other.layout().heads()) {
            throw new DataException(
                    Reason.MISMATCH,
                    first + " and " + other
                            + " cannot follow one another: one has an axis of heads, the other does not.");
        }
        if (first.tensorName() != null
                && other.tensorName() != null
                && !first.tensorName().equals(other.tensorName())) {
            throw new DataException(
                    Reason.MISMATCH,
                    first + " and " + other
                            + " cannot follow one another: by their names they may be of different layers.");
        }
        if (expected.takesSequences()
                && first.layout().sequence() != other.layout().sequence()) {
            throw new DataException(
                    Reason.MISMATCH,
                    first + " and " + other + " cannot follow one another: " + expected.name()
                            + " takes sequences of one length.");
        }
    }
}
