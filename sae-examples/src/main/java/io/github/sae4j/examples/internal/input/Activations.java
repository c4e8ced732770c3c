package io.github.sae4j.examples.internal.input;

import io.github.sae4j.examples.internal.CommandException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The activations of one or several files, token after token as float32.
 *
 * <p>One file is open at a time, and only the tokens of one batch are ever in memory. Not for use by several threads.
 */
public final class Activations implements AutoCloseable {

    private final ActivationSource source;
    private final @Nullable String tensorName;
    private final Expected expected;
    private final List<Layout> parts;
    private final Layout layout;
    private final int skipFirst;
    private ActivationFile file;
    private int part;
    private long nextOfPart;

    private Activations(
            ActivationSource source,
            @Nullable String tensorName,
            Expected expected,
            List<Layout> parts,
            int skipFirst,
            ActivationFile first) {
        this.source = source;
        this.tensorName = tensorName;
        this.expected = expected;
        this.parts = parts;
        this.layout = Layout.following(source.name(), parts);
        this.skipFirst = skipFirst;
        this.file = first;
    }

    /**
     * Opens the first file, and checks the arrays of all.
     *
     * @param source the files
     * @param tensorName the array's name, or null to take the only floating-point one of each that fits the SAE
     * @param expected the SAE that is to take the activations
     * @param skipFirst how many tokens at the beginning of each sequence are skipped
     * @throws CommandException if there is no such file or array, it does not fit the SAE, or files do not fit each other
     */
    public static Activations open(
            ActivationSource source, @Nullable String tensorName, Expected expected, int skipFirst) {
        ActivationFile first = file(source, 0, tensorName, expected);
        try {
            List<Layout> parts = new ArrayList<>(List.of(first.layout()));
            for (int part = 1; part < source.files().size(); part++) {
                try (ActivationFile other = file(source, part, tensorName, expected)) {
                    requireAlike(first, other, expected);
                    parts.add(other.layout());
                }
            }
            return new Activations(source, tensorName, expected, parts, skipFirst, first);
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
    }

    private static ActivationFile file(
            ActivationSource source, int part, @Nullable String tensorName, Expected expected) {
        if (source.isStandardInput()) {
            return ActivationFile.of(NpyStream.NAME, NpyStream.open(System.in), tensorName, expected);
        }
        Path path = source.files().get(part);
        return ActivationFile.of(path.toString(), TensorFile.open(path), tensorName, expected);
    }

    private static void requireAlike(ActivationFile first, ActivationFile other, Expected expected) {
        if (first.layout().heads() != other.layout().heads()) {
            throw new CommandException(first + " and " + other
                    + " cannot follow one another: one has an axis of heads, the other has not.");
        }
        if (expected.takesSequences()
                && first.layout().sequence() != other.layout().sequence()) {
            throw new CommandException(first + " and " + other + " cannot follow one another: " + expected.name()
                    + " takes sequences of one length.");
        }
    }

    /** Returns how the tokens of all files are arranged. */
    public Layout layout() {
        return layout;
    }

    /** Returns how to name what is read in a result. */
    public String sourceName() {
        return source.name();
    }

    /**
     * Returns where a token is.
     *
     * @param token its number, counted over all files from 0
     */
    public TokenPlace place(long token) {
        int at = 0;
        long ofPart = token;
        while (ofPart >= parts.get(at).tokens()) {
            ofPart -= parts.get(at++).tokens();
        }
        long sequence = parts.get(at).sequence();
        return new TokenPlace(source.name(at), ofPart / sequence, ofPart % sequence);
    }

    /** Returns which tokens are skipped, as the user asked for it; empty if none are. */
    public String skipped() {
        return skipFirst == 0 ? "" : "--skip-first " + skipFirst;
    }

    /**
     * Reads the next tokens.
     *
     * @param batch is filled with as many tokens as it has room for, fewer at the end, none after it
     * @throws CommandException if a file cannot be read or has changed, or holds NaN or infinity that is not allowed
     */
    public void next(TokenBatch batch) {
        float[][] rows = batch.room();
        batch.start();
        int row = 0;
        while (row < rows.length && hasNext()) {
            Layout here = parts.get(part);
            int to = (int) Math.min(rows.length, row + here.tokens() - nextOfPart);
            for (int skipping = row; skipping < to; skipping++) {
                if (isSkipped(nextOfPart + skipping - row)) {
                    batch.skip(skipping);
                }
            }
            file.read(nextOfPart, rows, row, to, this::maySayAnything);
            nextOfPart += to - row;
            row = to;
        }
        batch.filled(row);
    }

    /** Goes on to the file that has the next token, if there is one. */
    private boolean hasNext() {
        while (nextOfPart == parts.get(part).tokens()) {
            if (part == parts.size() - 1) {
                return false;
            }
            file.close();
            part++;
            file = file(source, part, tensorName, expected);
            nextOfPart = 0;
            if (!file.layout().equals(parts.get(part))) {
                throw new CommandException(file + " has changed since the work began.");
            }
        }
        return true;
    }

    private boolean isSkipped(long tokenOfPart) {
        return tokenOfPart % parts.get(part).sequence() < skipFirst;
    }

    /** 16-bit activations of the BOS token can overflow; only where later tokens look back at it does that matter. */
    private boolean maySayAnything(long tokenOfPart) {
        return expected.allowNonFinite() || (isSkipped(tokenOfPart) && !expected.takesSequences());
    }

    @Override
    public void close() {
        file.close();
    }

    @Override
    public String toString() {
        return parts.size() == 1 ? file.toString() : source.name();
    }
}
