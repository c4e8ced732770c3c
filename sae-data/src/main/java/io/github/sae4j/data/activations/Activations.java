package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.TokenRange;
import io.github.sae4j.data.internal.LayerAxis;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The activations of one or several files, token after token as float32.
 *
 * <p>One file is open at a time, and only the tokens of one batch are ever in memory. Not for use by several threads.
 *
 * <pre>{@code
 * try (Activations activations = Activations.from(Path.of("x.safetensors")).skipFirst(1).openFor(sae)) {
 *     for (TokenBatch batch : activations.batches(1024)) {
 *         SparseFeatures features = sae.encode(batch.keptRows());
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class Activations implements ActivationReader {

    private final ActivationSource source;
    private final TensorChoice wanted;
    private final InputRequirements expected;
    private final List<Layout> parts;
    private final List<FileState> states;
    private final Layout whole;
    private final Layout layout;
    private final TokenRange range;
    private final Skipping skipping;
    private final NormLimit limit;
    private final boolean hasIds;
    private final boolean hasRows;
    private final @Nullable String documents;
    private ActivationFile file;
    private @Nullable TokenIds ids;
    private Positions positions;
    private int part;
    private long nextOfPart;
    private long left;
    private boolean closed;

    private Activations(
            ActivationRequest request,
            List<Layout> parts,
            boolean hasIds,
            boolean hasRows,
            NormLimit limit,
            ActivationFile first) {
        this.source = request.source();
        this.wanted = request.wanted();
        this.expected = request.expected();
        this.range = request.range();
        this.skipping = request.skipping();
        this.parts = parts;
        this.states = source.files().stream().map(FileState::of).toList();
        Layout all = Layout.following(source.name(), parts);
        this.whole = expected.layers() == 0 ? all : LayerAxis.of(source.name(), all, dIn(), "d_in", expected);
        this.layout = whole.slice(range);
        this.limit = limit;
        this.file = first;
        this.hasIds = hasIds;
        this.hasRows = hasRows;
        this.documents = first.documents();
        this.ids = hasIds ? first.tokenIds() : null;
        this.positions = first.positions();
        this.left = layout.tokens();
        this.nextOfPart = Math.min(range.from(), whole.tokens());
    }

    /**
     * Returns a builder that reads some files one after another.
     *
     * @param files safetensors, npy, npz, Parquet, Arrow, PyTorch or memory-mapped files, at least one
     * @throws DataException if one of them cannot be read
     */
    public static ActivationsBuilder from(Path... files) {
        return new ActivationsBuilder(ActivationSource.of(List.of(Objects.requireNonNull(files, "files"))));
    }

    /**
     * Returns a builder that reads what a source has.
     *
     * @param source files of a folder or a pattern, or standard input
     */
    public static ActivationsBuilder from(ActivationSource source) {
        return new ActivationsBuilder(Objects.requireNonNull(source, "source"));
    }

    /**
     * Opens the first file, and checks the arrays of all. Where tokens are skipped by their norms, all are read once for the
     * median.
     *
     * @param request what is to be read
     * @throws DataException if there is no such file or array, it does not fit the SAE, or files do not fit each other
     */
    static Activations open(ActivationRequest request) {
        request.requireWholeSource();
        ActivationSource source = request.source();
        if (request.skipping().byNorm() && source.isStandardInput()) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            Setting.MAX_NORM_MULTIPLE.named(),
                            " reads the activations twice, but standard input comes once."));
        }
        ActivationFile first = request.open(0);
        try {
            List<Layout> parts = new ArrayList<>(List.of(first.layout()));
            boolean hasIds = hasIds(first, request);
            boolean hasDocuments = first.documents() != null;
            boolean hasRows = first.tellsLength();
            for (int part = 1; part < source.files().size(); part++) {
                try (ActivationFile other = request.open(part)) {
                    request.requireAlike(first, other);
                    hasIds &= hasIds(other, request);
                    hasDocuments |= other.documents() != null;
                    hasRows &= other.tellsLength();
                    parts.add(other.layout());
                }
            }
            requireTokens(request, parts);
            Activations activations =
                    new Activations(request, parts, hasIds, hasRows, limit(request, parts, hasDocuments), first);
            activations.requireWholeSequences();
            activations.requireKept();
            return activations;
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
    }

    private static boolean hasIds(ActivationFile file, ActivationRequest request) {
        Setting needing = request.needingIds();
        if (needing != null) {
            file.requireTokenIds(needing);
        }
        return needing != null || (request.ids() == IdUse.CARRIED && file.hasTokenIds());
    }

    private static void requireTokens(ActivationRequest request, List<Layout> parts) {
        if (parts.stream().allMatch(part -> part.tokens() == 0)) {
            throw new DataException(
                    Reason.MISMATCH,
                    parts.size() == 1
                            ? request.source().name(0) + ": it has no tokens."
                            : request.source().name() + ": none of these files has tokens.");
        }
    }

    private static NormLimit limit(ActivationRequest request, List<Layout> parts, boolean hasDocuments) {
        Skipping skipping = request.skipping();
        if (skipping.byNorm()) {
            return NormLimit.of(request);
        }
        SkippedCount count = new SkippedCount(skipping, request.range());
        if (skipping.tokenIds().isEmpty() && (skipping.first() == 0 || !hasDocuments)) {
            return new NormLimit(Double.POSITIVE_INFINITY, count.ofLayouts(parts));
        }
        for (int part = 0; part < parts.size(); part++) {
            try (ActivationFile file = request.open(part)) {
                count.add(file);
            }
        }
        return new NormLimit(Double.POSITIVE_INFINITY, count.count());
    }

    private void requireKept() {
        if (layout.tokens() == 0) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            range.setting(),
                            " takes no tokens: " + source.name() + " has " + whole.tokens() + ", counted from 0."));
        }
        if (limit.skipped() == layout.tokens()) {
            Sentence none = Sentence.of(
                    skipping.settings(), " leaves none of the " + layout.tokens() + " tokens of " + source.name());
            throw new DataException(
                    Reason.MISMATCH,
                    range.isAll() ? Sentence.of(none, ".") : Sentence.of(none, " that ", range.setting(), " takes."));
        }
    }

    private void requireWholeSequences() {
        if (expected.takesSequences() && (!layout.hasSequences() || layout.sequence() != whole.sequence())) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            range.setting(),
                            " cuts sequences of " + whole.sequence() + " tokens, but " + expected.name()
                                    + " takes whole ones."));
        }
    }

    /** Returns whether the tokens' ids are read with them. */
    @Override
    public boolean hasIds() {
        return hasIds;
    }

    /** Returns how the tokens that are read are arranged. */
    @Override
    public Layout layout() {
        return layout;
    }

    @Override
    public int dIn() {
        return expected.config().dIn();
    }

    /** Returns how all tokens of the files are arranged. */
    @Override
    public Layout whole() {
        return whole;
    }

    /** Returns the number of a token among all of the files, where it is the given one of those that are read. */
    @Override
    public long number(long token) {
        return Math.min(range.from(), whole.tokens()) + token;
    }

    /** Returns how to name what is read in a result. */
    @Override
    public String sourceName() {
        return source.name();
    }

    /**
     * Returns where a token is.
     *
     * @param token its number among those that are read, from 0
     * @throws IndexOutOfBoundsException if there is no such token
     */
    @Override
    public TokenPlace place(long token) {
        Objects.checkIndex(token, layout().tokens());
        int at = 0;
        long ofPart = number(token);
        while (ofPart >= parts.get(at).tokens()) {
            ofPart -= parts.get(at++).tokens();
        }
        long sequence = parts.get(at).sequence();
        return hasRows
                ? TokenPlace.of(source.name(at), ofPart / sequence, ofPart % sequence)
                : TokenPlace.of(source.name(at), ofPart);
    }

    /** Returns the settings that say which numbers of the files are read; empty if that is plain. */
    @Override
    public List<Setting.Value> selected() {
        List<Setting.Value> selected = new ArrayList<>(wanted.settings());
        if (skipping.first() > 0 && documents != null && wanted.sequences().documents() == null) {
            selected.add(Setting.SEQUENCE_COLUMN.of(documents));
        }
        return selected;
    }

    /** Returns how many of the tokens that are read are skipped. */
    @Override
    public long skippedTokens() {
        return limit.skipped();
    }

    /** Returns the settings by which tokens are left out; empty if none are. */
    @Override
    public List<Setting.Value> leftOut() {
        List<Setting.Value> leftOut = new ArrayList<>(skipping.settings());
        if (!range.isAll()) {
            leftOut.add(0, range.setting());
        }
        return leftOut;
    }

    /**
     * Passes over tokens without reading them.
     *
     * @param tokens how many, at most those that are left
     * @throws IllegalArgumentException if that are fewer than 0 or more than are left
     * @throws IllegalStateException if the reader is closed
     */
    @Override
    public void skip(long tokens) {
        requireOpen();
        if (tokens < 0 || tokens > left) {
            throw new IllegalArgumentException("From 0 to " + left + " tokens of " + source.name()
                    + " can be passed over, but " + tokens + " were to be.");
        }
        nextOfPart += tokens;
        left -= tokens;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed.");
        }
    }

    /**
     * Reads the next tokens.
     *
     * @param batch is filled with as many tokens as it has room for and are asked for, fewer at the end, none after it
     * @param most how many are asked for
     * @throws DataException if a file cannot be read or has changed, or holds NaN or infinity that is not allowed
     * @throws IllegalStateException if the reader is closed
     */
    @Override
    public void next(TokenBatch batch, long most) {
        requireOpen();
        float[][] rows = batch.room();
        int wanted = (int) Math.min(rows.length, most);
        batch.clear();
        int row = 0;
        while (row < wanted && left > 0) {
            goToNext();
            int count =
                    (int) Math.min(Math.min(wanted - row, left), parts.get(part).tokens() - nextOfPart);
            file.read(nextOfPart, rows, row, row + count);
            long[] places = skipping.first() == 0 ? null : positions.of(nextOfPart, count);
            long[] tokenIds = ids == null ? null : ids.read(nextOfPart, count);
            for (int i = 0; i < count; i++) {
                boolean skipped = skipping.skips(
                                places == null ? Long.MAX_VALUE : places[i], tokenIds == null ? null : tokenIds[i])
                        || (skipping.byNorm() && limit.isExceededBy(rows[row + i]));
                if (skipped) {
                    batch.skip(row + i);
                }
                if (tokenIds != null) {
                    batch.identify(row + i, tokenIds[i]);
                }
                // 16-bit activations of the BOS token can overflow; only where later tokens look back at it does that
                // matter.
                if (!expected.allowNonFinite()
                        && (!skipped || expected.takesSequences())
                        && NonFinite.isIn(rows[row + i])) {
                    throw new NonFinite(file, nextOfPart + i).refusal(rows, row + i, row + count);
                }
            }
            nextOfPart += count;
            left -= count;
            row += count;
            if (left == 0 || nextOfPart == parts.get(part).tokens()) {
                requireUnchanged();
            }
        }
        batch.filled(row);
    }

    private void requireUnchanged() {
        if (!source.isStandardInput()) {
            states.get(part).requireSame();
        }
    }

    /** Goes on to the file that has the next token. */
    private void goToNext() {
        int before = part;
        while (nextOfPart >= parts.get(part).tokens()) {
            nextOfPart -= parts.get(part++).tokens();
        }
        if (part != before) {
            file.close();
            file = ActivationRequest.open(source, part, wanted, expected);
            positions = file.positions();
            if (!file.layout().equals(parts.get(part))) {
                throw new DataException(Reason.CHANGED, file + " has changed since the work began.");
            }
            ids = hasIds ? file.tokenIds() : null;
        }
    }

    @Override
    public void close() {
        closed = true;
        file.close();
    }

    @Override
    public String toString() {
        return parts.size() == 1 ? file.toString() : source.name();
    }
}
