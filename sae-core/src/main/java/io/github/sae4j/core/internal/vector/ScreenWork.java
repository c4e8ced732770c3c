package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.LANES;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.internal.host.ByteProducts;
import io.github.sae4j.core.internal.host.FoundRows;
import io.github.sae4j.core.internal.host.HostKernel;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import io.github.sae4j.core.internal.host.Screen;
import io.github.sae4j.core.internal.host.SelectionRule;
import io.github.sae4j.core.internal.host.Strongest;
import io.github.sae4j.core.internal.host.WorkerPool;
import io.github.sae4j.core.internal.host.Workers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The encoding of some tokens by a screen, with its buffers. Products of numbers in 8 bits show which features may be active;
 * their sums are added up as every kernel does, and the rule looks at those.
 */
final class ScreenWork {

    /** Tokens that are multiplied with 8-bit rows as they stream by, where nobody multiplies faster. */
    static final int FEW = 2;

    /** Tokens that are multiplied together: enough for libtorch, and half a kilobyte a feature. */
    private static final int TOKENS = 128;

    private static final int BLOCK = 1024;

    /** A token of which more than one in so many features are open is better encoded without a screen. */
    private static final int SHARE = 16;

    private final ScreenBounds bounds;
    private final SelectionRule rule;
    private final float[] bias;
    private final HostKernel dense;
    private final Workers workers;
    private final @Nullable ByteProducts products;
    private final int dIn;
    private final int dSae;
    private final int stride;
    private final int mostOpen;
    private final int mostTokens;
    private final Object quantized;
    private final Slot[] slots;
    private final Strongest strongest;
    private final FoundRows denseRows = new FoundRows();

    private float[] x = new float[0];
    private int first;
    private int tokens;
    private final float[] norms = new float[TOKENS];
    private final boolean[] isDense = new boolean[TOKENS];
    private final int[] counts = new int[TOKENS];
    private int[][] features = new int[0][];
    private float[][] values = new float[0][];

    private float[] ordered = new float[0];
    private ByteBuffer rowSums = ByteBuffer.allocate(0);
    private @Nullable ByteTokens byteTokens;

    /** What one thread works with. */
    private static final class Slot {

        private final OpenFeatures open;
        private final CloserLook closer;
        private final ExactSums exact;
        private final float[] pair = new float[2];
        private long[] entries = new long[0];
        private float[] keys = new float[0];

        private Slot(ScreenBounds bounds, SelectionRule rule, StoredMatrix rows) {
            this.open = new OpenFeatures(bounds, rule);
            this.closer = new CloserLook(bounds, rows, rule);
            this.exact = new ExactSums(rows);
        }
    }

    ScreenWork(
            Screen screen,
            StoredMatrix rows,
            ScreenBounds bounds,
            SelectionRule rule,
            HostKernel dense,
            Workers workers) {
        PreparedEncoder encoder = screen.encoder();
        this.bounds = bounds;
        this.rule = rule;
        this.bias = rule.bias();
        this.dense = dense;
        this.workers = workers;
        this.products = screen.products();
        this.dIn = rows.width();
        this.dSae = encoder.dSae();
        this.stride = encoder.stride();
        this.mostOpen = dSae / SHARE + 2 * rule.mostActive();
        this.mostTokens = Math.max(1, Math.min(TOKENS, Integer.MAX_VALUE / Integer.BYTES / dSae));
        this.quantized = Memory.of(encoder.quantized());
        this.slots = new Slot[workers.size()];
        Arrays.setAll(slots, slot -> new Slot(bounds, rule, rows));
        this.strongest = new Strongest(rule);
    }

    /** Encodes tokens, {@code [count, d_in]}. */
    void run(float[] activations, int count, FoundRows found) {
        x = activations;
        ByteProducts by = products == null || count < products.fewest() ? null : products;
        int step = by == null ? FEW : mostTokens;
        for (first = 0; first < count; first += tokens) {
            begin(Math.min(step, count - first));
            if (by == null) {
                multiplyRows();
            } else {
                multiplyBytes(by);
            }
            collect(found);
        }
    }

    private void begin(int count) {
        tokens = count;
        if (features.length < tokens) {
            features = new int[tokens][mostOpen + LANES];
            values = new float[tokens][mostOpen];
        }
    }

    private void multiplyRows() {
        if (ordered.length < tokens * stride) {
            ordered = new float[tokens * stride];
            rowSums = room(tokens, Float.BYTES * dSae);
        }
        for (int token = 0; token < tokens; token++) {
            ByteRows.order(x, (first + token) * dIn, dIn, ordered, token * stride, stride);
        }
        workers.run(new RowProducts(), (dSae + BLOCK - 1) / BLOCK, workers.size());
        look(rowSums, null);
    }

    private final class RowProducts extends WorkerPool.Work {

        @Override
        protected void part(int slot, int block) {
            int end = Math.min((block + 1) * BLOCK, dSae);
            try {
                if (tokens == 1) {
                    multiplyOne(slots[slot].pair, block * BLOCK, end);
                } else {
                    multiplyTwo(slots[slot].pair, block * BLOCK, end);
                }
            } catch (Throwable e) {
                throw Memory.unchecked(e);
            }
        }

        private void multiplyOne(float[] pair, int begin, int end) throws Throwable {
            int half = (end - begin) / 2;
            for (int feature = begin; feature < begin + half; feature++) {
                int other = feature + half;
                ByteRows.multiplyRows(quantized, (long) feature * stride, (long) other * stride, stride, ordered, pair);
                rowSums.putFloat(feature * Float.BYTES, pair[0]);
                rowSums.putFloat(other * Float.BYTES, pair[1]);
            }
            if (begin + 2 * half < end) {
                float product = ByteRows.multiply(quantized, (long) (end - 1) * stride, stride, ordered);
                rowSums.putFloat((end - 1) * Float.BYTES, product);
            }
        }

        private void multiplyTwo(float[] pair, int begin, int end) throws Throwable {
            for (int feature = begin; feature < end; feature++) {
                ByteRows.multiplyTokens(quantized, (long) feature * stride, stride, ordered, pair);
                rowSums.putFloat(feature * Float.BYTES, pair[0]);
                rowSums.putFloat((dSae + feature) * Float.BYTES, pair[1]);
            }
        }
    }

    private void multiplyBytes(ByteProducts by) {
        ByteTokens bytes = byteTokens;
        if (bytes == null || bytes.room() < tokens) {
            int room = bytes == null ? tokens : Math.min(mostTokens, Math.max(tokens, 2 * bytes.room()));
            bytes = new ByteTokens(room(room, stride), room, dIn, stride);
            byteTokens = bytes;
        }
        ByteTokens quantizedTokens = bytes;
        bytes.of(x, first);
        workers.run(bytes, tokens, workers.size());
        by.multiply(bytes.bytes(), tokens, sums -> look(sums, quantizedTokens));
    }

    private static ByteBuffer room(int tokens, int bytes) {
        try {
            // A slice begins and ends at multiples.
            return ByteBuffer.allocateDirect(tokens * bytes + 2 * PreparedEncoder.WHOLE)
                    .alignedSlice(PreparedEncoder.WHOLE)
                    .order(ByteOrder.nativeOrder());
        } catch (OutOfMemoryError e) {
            throw new SaeException(
                    SaeException.Reason.OUT_OF_MEMORY,
                    "There is no memory outside the heap for " + tokens + " tokens of " + bytes
                            + " bytes: start Java with a larger -XX:MaxDirectMemorySize, encode in fewer threads, or"
                            + " do not prepare it.",
                    e);
        }
    }

    /** Finds active features by the sums of products of 8-bit numbers, float32. */
    private void look(ByteBuffer sums, @Nullable ByteTokens bytes) {
        workers.run(new Look(sums, bytes), tokens, workers.size());
    }

    /**
     * Finds the active features of a token. Sums are added up right after the closer look, whose rows are still in the second
     * cache or the third.
     */
    private final class Look extends WorkerPool.Work {

        private final ByteBuffer sums;
        private final Object memory;
        private final @Nullable ByteTokens bytes;

        private Look(ByteBuffer sums, @Nullable ByteTokens bytes) {
            this.sums = sums;
            this.memory = Memory.of(sums);
            this.bytes = bytes;
        }

        @Override
        protected void part(int slotIndex, int token) {
            Slot slot = slots[slotIndex];
            norms[token] = ScreenBounds.norm(x, (first + token) * dIn, dIn);
            counts[token] = 0;
            isDense[token] = !ScreenBounds.isOrdinary(norms[token]);
            if (isDense[token]) {
                return;
            }
            try {
                int count = find(slot.open, token);
                isDense[token] = count > mostOpen;
                if (!isDense[token]) {
                    counts[token] = keep(slot, token, count);
                }
            } catch (Throwable e) {
                throw Memory.unchecked(e);
            }
        }

        private int find(OpenFeatures open, int token) throws Throwable {
            float scale = bytes == null ? 1 / ByteRows.UNIT : bytes.scale(token);
            float error = bytes == null ? 0 : bytes.error(token);
            open.begin(memory, sums, (long) token * dSae * Float.BYTES, scale);
            return open.find(norms[token], error, features[token], mostOpen);
        }

        private int keep(Slot slot, int token, int count) throws Throwable {
            int[] open = features[token];
            int at = (first + token) * dIn;
            int left = slot.closer.keep(x, at, norms[token], open, count);
            addUp(slot.exact, at, open, values[token], left);
            return keepActive(slot, open, values[token], left);
        }
    }

    private void addUp(ExactSums exact, int xAt, int[] open, float[] sums, int count) throws Throwable {
        for (int i = 0; i < count; i++) {
            sums[i] = bias[open[i]];
        }
        for (int i = 0; i < count; i += GROUP) {
            exact.add(x, xAt, open, i, Math.min(GROUP, count - i), sums);
        }
    }

    private void collect(FoundRows found) {
        encodeDense();
        int row = 0;
        for (int token = 0; token < tokens; token++) {
            if (isDense[token]) {
                counts[token] = denseRows.offset(row + 1) - denseRows.offset(row);
                row++;
            }
        }
        found.extend(counts, tokens);
        row = 0;
        for (int token = 0; token < tokens; token++) {
            if (isDense[token]) {
                for (int at = denseRows.offset(row); at < denseRows.offset(row + 1); at++) {
                    found.add(token, tokens, denseRows.index(at), denseRows.value(at));
                }
                row++;
            } else {
                for (int i = 0; i < counts[token]; i++) {
                    found.add(token, tokens, features[token][i], values[token][i]);
                }
            }
        }
        denseRows.clear();
    }

    private void encodeDense() {
        int count = 0;
        for (int token = 0; token < tokens; token++) {
            count += isDense[token] ? 1 : 0;
        }
        if (count == 0) {
            return;
        }
        float[] some = new float[count * dIn];
        int to = 0;
        for (int token = 0; token < tokens; token++) {
            if (isDense[token]) {
                System.arraycopy(x, (first + token) * dIn, some, to, dIn);
                to += dIn;
            }
        }
        dense.encode(some, count, denseRows);
    }

    /** Makes values of sums, moves those that are active to the front, and returns how many these are. */
    private int keepActive(Slot slot, int[] open, float[] sums, int count) {
        int active = 0;
        for (int i = 0; i < count; i++) {
            int feature = open[i];
            float h = sums[i];
            if (!(h <= bounds.above[feature])) {
                float value = rule.value(feature, h);
                if (value != 0) {
                    open[active] = feature;
                    sums[active++] = value;
                }
            }
        }
        int most = rule.mostActive();
        return most > 0 && active > most ? keepStrongest(slot, open, sums, active, most) : active;
    }

    private int keepStrongest(Slot slot, int[] active, float[] activeValues, int count, int most) {
        if (slot.entries.length < count) {
            slot.entries = new long[count];
            slot.keys = new float[count];
        }
        for (int i = 0; i < count; i++) {
            slot.entries[i] = Strongest.entry(active[i], activeValues[i]);
        }
        strongest.cut(slot.entries, 0, count, slot.keys);
        for (int i = 0; i < most; i++) {
            active[i] = Strongest.feature(slot.entries[i]);
            activeValues[i] = Strongest.value(slot.entries[i]);
        }
        return most;
    }
}
