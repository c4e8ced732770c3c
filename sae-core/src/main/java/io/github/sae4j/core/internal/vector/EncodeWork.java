package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.GROUP;

import io.github.sae4j.core.WeightType;
import io.github.sae4j.core.internal.host.FoundRows;
import io.github.sae4j.core.internal.host.SelectionRule;
import io.github.sae4j.core.internal.host.Strongest;
import io.github.sae4j.core.internal.host.WorkerPool;
import io.github.sae4j.core.internal.host.Workers;
import java.util.Arrays;

/**
 * The encoding of a chunk of tokens, a range of features at a time, with its buffers. Each thread has its own panel, sums
 * and active features, all of the size of a cache.
 */
final class EncodeWork extends WorkerPool.Work {

    /** Multiply-adds below which a call is not worth waking another thread for. */
    private static final long SMALL = 1 << 20;

    private final Panels panels;
    private final Selection selection;
    private final SelectionRule rule;
    private final int dIn;
    private final int dSae;
    private final Workers workers;
    private final Slot[] slots;

    private float[] x = new float[0];
    private float[] packed = new float[0];
    private int tokens;
    private boolean plain;
    private BlockShape shape = new BlockShape(GROUP, 1);
    private int[] slotOf = new int[0];
    private int[] beginOf = new int[0];
    private int[] endOf = new int[0];
    private int[] counts = new int[0];
    private long[] candidates = new long[0];
    private float[] keys = new float[0];

    /** What one thread works with. */
    private static final class Slot {

        private float[] panel = new float[0];
        private float[] sums = new float[0];
        private final int[] square = new int[Memory.LANES * Memory.LANES];
        private final PlainRows plainRows = new PlainRows();
        private final ActiveBuffer active = new ActiveBuffer();
        private final Strongest strongest;

        private Slot(SelectionRule rule) {
            this.strongest = new Strongest(rule);
        }
    }

    EncodeWork(Panels panels, Selection selection, SelectionRule rule, int dIn, Workers workers) {
        this.panels = panels;
        this.selection = selection;
        this.rule = rule;
        this.dIn = dIn;
        this.dSae = rule.dSae();
        this.workers = workers;
        this.slots = new Slot[workers.size()];
        Arrays.setAll(slots, slot -> new Slot(rule));
    }

    /** Encodes tokens, {@code [tokens, d_in]}. */
    void run(float[] activations, int count, FoundRows found) {
        x = activations;
        tokens = count;
        int threads = (long) tokens * dIn * dSae < SMALL ? 1 : workers.size();
        shape = BlockShape.of(tokens, panels, threads, dSae);
        plain = tokens == 1
                && panels.streams(tokens)
                && panels.stored().type() == WeightType.BFLOAT16
                && WarmUp.PROCESS.isPlain((long) dIn * dSae);
        if (rule.mostActive() > 0) {
            for (Slot slot : slots) {
                slot.strongest.reset(tokens);
            }
        }
        int blocks = (dSae + shape.features() - 1) / shape.features();
        if (slotOf.length < blocks) {
            slotOf = new int[blocks];
            beginOf = new int[blocks];
            endOf = new int[blocks];
        }
        pack();
        workers.run(this, blocks, threads);
        if (rule.mostActive() > 0) {
            collectStrongest(found);
        } else {
            collect(blocks, found);
        }
        x = packed;
        if (plain) {
            WarmUp.PROCESS.goOn(panels.stored(), workers.pool());
        }
    }

    /** Lays tokens out as tiles read them: {@code [k][height]} for each tile. One token lies so already. */
    private void pack() {
        if (tokens == 1) {
            return;
        }
        if (packed.length < tokens * dIn) {
            packed = new float[tokens * dIn];
        }
        int height;
        for (int token = 0; token < tokens; token += height) {
            height = Tiles.height(tokens - token);
            int to = token * dIn;
            for (int k = 0; k < dIn; k++) {
                int from = token * dIn + k;
                for (int row = 0; row < height; row++) {
                    packed[to++] = x[from];
                    from += dIn;
                }
            }
        }
        x = packed;
    }

    @Override
    protected void part(int slotIndex, int block) {
        Slot slot = slots[slotIndex];
        int feature = block * shape.features();
        int features = Math.min(shape.features(), dSae - feature);
        int groups = (features + GROUP - 1) / GROUP;
        if (slot.sums.length < groups * tokens * GROUP) {
            slot.sums = new float[groups * tokens * GROUP];
        }
        selection.begin(feature, groups, tokens, slot.sums);
        int streamed = panels.streams(tokens) ? features / GROUP * GROUP : 0;
        try {
            if (streamed > 0) {
                stream(slot, panels.stored(), feature, streamed / GROUP);
            }
            if (streamed < features) {
                multiply(slot, feature + streamed, features - streamed, streamed * tokens);
            }
        } catch (Throwable e) {
            throw Memory.unchecked(e);
        }
        if (rule.mostActive() > 0) {
            selection.selectStrongest(feature, groups, tokens, slot.sums, slot.strongest);
        } else {
            slotOf[block] = slotIndex;
            beginOf[block] = slot.active.size();
            selection.select(feature, groups, tokens, slot.sums, slot.active);
            endOf[block] = slot.active.size();
        }
    }

    /** Multiplies few tokens with whole groups of the encoder where they lie. */
    private void stream(Slot slot, StoredMatrix stored, int feature, int groups) throws Throwable {
        int row = 0;
        while (row < dIn) {
            int part = stored.partOf(row);
            int end = (int) Math.min(dIn, Math.min(stored.endOf(part), (long) row + shape.depth()));
            long at = stored.position(part, row, feature);
            int height;
            for (int token = 0; token < tokens; token += height) {
                height = Tiles.height(tokens - token);
                Object memory = stored.memory(part);
                int xAt = token * dIn + row * height;
                if (plain) {
                    slot.plainRows.add(stored, part, at, end - row, x, xAt, groups, slot.sums);
                } else if (height == 1) {
                    streamOne(slot.sums, stored, memory, at, end - row, xAt, token * GROUP, groups);
                } else {
                    streamMore(slot.sums, stored, memory, at, end - row, height, xAt, token * GROUP, groups);
                }
            }
            row = end;
        }
    }

    private void streamOne(
            float[] sums, StoredMatrix stored, Object memory, long first, int rows, int xFirst, int sumsAt, int groups)
            throws Throwable {
        long rowBytes = stored.rowBytes();
        int step = tokens * GROUP;
        long at = first;
        int xAt = xFirst;
        int row = 0;
        int byFour = stored.type() == WeightType.BFLOAT16 ? rows / 4 * 4 : 0;
        for (; row < byFour; row += 4, at += 4 * rowBytes, xAt += 4) {
            RowSums.addFour(
                    memory,
                    at,
                    x[xAt],
                    memory,
                    at + rowBytes,
                    x[xAt + 1],
                    memory,
                    at + 2 * rowBytes,
                    x[xAt + 2],
                    memory,
                    at + 3 * rowBytes,
                    x[xAt + 3],
                    groups,
                    sums,
                    sumsAt,
                    step);
        }
        for (; row < rows; row++, at += rowBytes) {
            RowSums.add(stored.type(), memory, at, x[xAt++], groups, sums, sumsAt, step);
        }
    }

    private void streamMore(
            float[] sums,
            StoredMatrix stored,
            Object memory,
            long first,
            int rows,
            int height,
            int xFirst,
            int sumsAt,
            int groups)
            throws Throwable {
        long rowBytes = stored.rowBytes();
        int step = tokens * GROUP;
        long at = first;
        int xAt = xFirst;
        int row = 0;
        int together = RowSums.rowsTo(height);
        for (; row + together <= rows; row += together, at += together * rowBytes, xAt += together * height) {
            RowSums.addSome(height, memory, at, rowBytes, x, xAt, groups, sums, sumsAt, step);
        }
        for (; row < rows; row++, at += rowBytes) {
            for (int within = 0; within < height; within++) {
                RowSums.add(stored.type(), memory, at, x[xAt++], groups, sums, sumsAt + within * GROUP, step);
            }
        }
    }

    private void multiply(Slot slot, int feature, int features, int sumsAt) throws Throwable {
        int groups = (features + GROUP - 1) / GROUP;
        int needed = groups * Panels.stride(shape.depth());
        if (slot.panel.length < needed) {
            slot.panel = new float[needed];
        }
        for (int k = 0; k < dIn; k += shape.depth()) {
            int depth = Math.min(shape.depth(), dIn - k);
            panels.fill(k, depth, feature, features, slot.panel, slot.square);
            for (int group = 0; group < groups; group++) {
                int panelAt = group * Panels.stride(depth);
                int to = sumsAt + group * tokens * GROUP;
                int height;
                for (int token = 0; token < tokens; token += height) {
                    height = Tiles.height(tokens - token);
                    Tiles.add(
                            height,
                            x,
                            token * dIn + k * height,
                            slot.panel,
                            panelAt,
                            depth,
                            slot.sums,
                            to + token * GROUP);
                }
            }
        }
    }

    private void collect(int blocks, FoundRows found) {
        if (counts.length < tokens) {
            counts = new int[tokens];
        }
        Arrays.fill(counts, 0, tokens, 0);
        for (Slot slot : slots) {
            for (int at = 0; at < slot.active.size(); at++) {
                counts[slot.active.token(at)]++;
            }
        }
        found.extend(counts, tokens);
        for (int block = 0; block < blocks; block++) {
            ActiveBuffer active = slots[slotOf[block]].active;
            for (int at = beginOf[block]; at < endOf[block]; at++) {
                found.add(active.token(at), tokens, active.feature(at), active.value(at));
            }
        }
        for (Slot slot : slots) {
            slot.active.clear();
        }
    }

    private void collectStrongest(FoundRows found) {
        if (candidates.length == 0) {
            candidates = new long[slots.length * Strongest.room(rule.mostActive())];
            keys = new float[candidates.length];
            counts = new int[1];
        }
        for (int token = 0; token < tokens; token++) {
            int count = 0;
            for (Slot slot : slots) {
                count += slot.strongest.copy(token, candidates, count);
            }
            Arrays.sort(candidates, 0, count);
            if (count > rule.mostActive()) {
                slots[0].strongest.cut(candidates, 0, count, keys);
                count = rule.mostActive();
            }
            if (rule.rule().mayBeNegative()) {
                count = withoutZeros(count);
            }
            counts[0] = count;
            found.extend(counts, 1);
            for (int at = 0; at < count; at++) {
                found.add(0, 1, Strongest.feature(candidates[at]), Strongest.value(candidates[at]));
            }
        }
    }

    /** A feature that is 0 may be among the strongest and take a place, but is not active. */
    private int withoutZeros(int count) {
        int kept = 0;
        for (int at = 0; at < count; at++) {
            if (Strongest.value(candidates[at]) != 0) {
                candidates[kept++] = candidates[at];
            }
        }
        return kept;
    }
}
