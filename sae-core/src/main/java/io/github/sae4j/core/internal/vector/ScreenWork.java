package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.FLOATS;
import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.LANES;
import static io.github.sae4j.core.internal.vector.Memory.LOAD;

import io.github.sae4j.core.internal.host.ByteProducts;
import io.github.sae4j.core.internal.host.FoundRows;
import io.github.sae4j.core.internal.host.HostKernel;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import io.github.sae4j.core.internal.host.Screen;
import io.github.sae4j.core.internal.host.SelectionRule;
import io.github.sae4j.core.internal.host.WorkerPool;
import io.github.sae4j.core.internal.host.Workers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/**
 * The encoding of some tokens by a screen, with its buffers: products of 8-bit weights show of most features that they are not
 * active, and the sums of the others are added up as every kernel does.
 */
final class ScreenWork {

    /** Tokens that are multiplied in float32 with 8-bit rows as they stream by. */
    static final int FEW = 4;

    /** Tokens whose products with all features are looked at together, while they are in the last cache. */
    private static final int TOKENS = 128;

    private static final int BLOCK = 1024;

    /** A token of which more than one in so many features have to be looked at is better encoded without a screen. */
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
    private final Object quantized;
    private final ExactSums[] exact;
    private final FoundRows denseRows = new FoundRows();

    private float[] x = new float[0];
    private int first;
    private int tokens;
    private final float[] norms = new float[TOKENS];
    private final float[] offs = new float[TOKENS];
    private final float[] scales = new float[TOKENS];
    private float[] ordered = new float[0];
    private ByteBuffer bytes = ByteBuffer.allocateDirect(0);
    private ByteBuffer sums = ByteBuffer.allocateDirect(0);
    private Object sumsMemory = Memory.of(sums);
    private int[][] candidates = new int[0][0];
    private int[] candidateCounts = new int[0];
    private int[] chosen = new int[0];
    private float[] values = new float[0];
    private final int[] begins = new int[TOKENS + 1];
    private final boolean[] isDense = new boolean[TOKENS];
    private final int[] counts = new int[TOKENS];

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
        this.quantized = Memory.of(encoder.quantized());
        this.exact = new ExactSums[workers.size()];
        Arrays.setAll(exact, slot -> new ExactSums(rows));
    }

    /** Encodes tokens, {@code [count, d_in]}. */
    void run(float[] activations, int count, FoundRows found) {
        x = activations;
        int step = count <= FEW || products == null ? FEW : TOKENS;
        for (first = 0; first < count; first += tokens) {
            tokens = Math.min(step, count - first);
            screen(count <= FEW || products == null ? null : products);
            encode(found);
        }
    }

    private void screen(@Nullable ByteProducts by) {
        for (int token = 0; token < tokens; token++) {
            double squares = 0;
            for (int k = 0; k < dIn; k++) {
                double number = x[(first + token) * dIn + k];
                squares += number * number;
            }
            norms[token] = PreparedEncoder.rootUp(squares);
            isDense[token] = !ScreenBounds.isOrdinary(norms[token]);
        }
        if (by == null) {
            screenByRows();
        } else {
            screenByProducts(by);
        }
    }

    // ---- few tokens: rows of 8-bit numbers stream by

    private void screenByRows() {
        int laid = tokens == 3 ? 4 : tokens;
        if (ordered.length < laid * stride) {
            ordered = new float[laid * stride];
        }
        for (int token = 0; token < laid; token++) {
            // Three tokens are multiplied as four, of which the last is not looked at.
            int at = (first + Math.min(token, tokens - 1)) * dIn;
            ByteRows.order(x, at, dIn, ordered, token * stride, stride);
        }
        int blocks = (dSae + BLOCK - 1) / BLOCK;
        room(blocks * tokens, BLOCK);
        workers.run(new RowScreen(laid), blocks, workers.size());
        gather(blocks, tokens);
    }

    /** Looks at a block of features for all tokens; candidates come by block and token. */
    private final class RowScreen extends WorkerPool.Work {

        private final int laid;

        private RowScreen(int laid) {
            this.laid = laid;
        }

        @Override
        protected void part(int slot, int block) {
            float[] out = new float[laid];
            int end = Math.min((block + 1) * BLOCK, dSae);
            try {
                for (int feature = block * BLOCK; feature < end; feature++) {
                    ByteRows.multiply(laid, quantized, (long) feature * stride, stride, ordered, out, 0);
                    float scale = bounds.scale[feature];
                    float error = bounds.error[feature];
                    float limit = bounds.limit[feature];
                    for (int token = 0; token < tokens; token++) {
                        float product = out[token] / ByteRows.UNIT * scale;
                        if (!(product + norms[token] * error <= limit)) {
                            int list = block * tokens + token;
                            candidates[list][candidateCounts[list]++] = feature;
                        }
                    }
                }
            } catch (Throwable e) {
                throw Memory.unchecked(e);
            }
        }
    }

    // ---- many tokens: in 8 bits too, multiplied by whoever does so fastest

    private void screenByProducts(ByteProducts by) {
        int room = Math.min(TOKENS, tokens);
        if (bytes.capacity() < room * stride) {
            bytes = ByteBuffer.allocateDirect(room * stride);
            sums = ByteBuffer.allocateDirect(room * dSae * Integer.BYTES).order(ByteOrder.nativeOrder());
            sumsMemory = Memory.of(sums);
        }
        workers.run(new Quantization(), tokens, workers.size());
        by.multiply(bytes, tokens, sums);
        room(tokens, dSae / SHARE + GROUP);
        workers.run(new ProductScreen(), tokens, workers.size());
        gather(1, tokens);
    }

    private final class Quantization extends WorkerPool.Work {

        @Override
        protected void part(int slot, int token) {
            float largest = 0;
            int at = (first + token) * dIn;
            for (int k = 0; k < dIn; k++) {
                largest = Math.max(largest, Math.abs(x[at + k]));
            }
            float step = isDense[token] ? 0 : largest / PreparedEncoder.LARGEST;
            double errors = 0;
            for (int k = 0; k < dIn; k++) {
                int q = step == 0
                        ? 0
                        : Math.max(
                                -PreparedEncoder.LARGEST,
                                Math.min(PreparedEncoder.LARGEST, Math.round(x[at + k] / step)));
                bytes.put(token * stride + k, (byte) q);
                double off = x[at + k] - (double) step * q;
                errors += off * off;
            }
            for (int k = dIn; k < stride; k++) {
                bytes.put(token * stride + k, (byte) 0);
            }
            scales[token] = step;
            offs[token] = PreparedEncoder.rootUp(errors);
        }
    }

    /** Looks at all features of a token. */
    private final class ProductScreen extends WorkerPool.Work {

        @Override
        protected void part(int slot, int token) {
            if (!isDense[token]) {
                try {
                    int[] list = candidates[token];
                    int count = look(token, list);
                    isDense[token] = count > list.length - GROUP;
                    candidateCounts[token] = isDense[token] ? 0 : count;
                } catch (Throwable e) {
                    throw Memory.unchecked(e);
                }
            }
        }

        private int look(int token, int[] list) throws Throwable {
            long at = (long) token * dSae * Integer.BYTES;
            int count = 0;
            int whole = dSae / LANES * LANES;
            float norm = norms[token];
            float off = offs[token];
            float scale = scales[token];
            int most = list.length - GROUP;
            for (int feature = 0; feature < whole && count <= most; feature += LANES) {
                IntVector sum = (IntVector) LOAD.invokeExact(sumsMemory, at + (long) feature * Integer.BYTES);
                FloatVector product = ((FloatVector) sum.convert(VectorOperators.I2F, 0))
                        .mul(scale)
                        .mul(FloatVector.fromArray(FLOATS, bounds.scale, feature));
                FloatVector most0 = product.add(
                        FloatVector.fromArray(FLOATS, bounds.error, feature).mul(norm));
                FloatVector upper = most0.add(
                        FloatVector.fromArray(FLOATS, bounds.reach, feature).mul(off));
                VectorMask<Float> below =
                        upper.compare(VectorOperators.LE, FloatVector.fromArray(FLOATS, bounds.limit, feature));
                if (!below.allTrue()) {
                    long open = ~below.toLong() & (-1L >>> (64 - LANES));
                    for (; open != 0; open &= open - 1) {
                        list[count++] = feature + Long.numberOfTrailingZeros(open);
                    }
                }
            }
            for (int feature = whole; feature < dSae && count <= most; feature++) {
                float product =
                        sums.getInt((int) (at + (long) feature * Integer.BYTES)) * scale * bounds.scale[feature];
                if (!(product + bounds.error[feature] * norm + bounds.reach[feature] * off <= bounds.limit[feature])) {
                    list[count++] = feature;
                }
            }
            return count;
        }
    }

    // ---- the sums of those that may be active

    private void room(int lists, int length) {
        if (candidates.length < lists || candidates[0].length < length) {
            candidates = new int[lists][length];
            candidateCounts = new int[lists];
        }
        Arrays.fill(candidateCounts, 0);
    }

    /** Puts candidates one after the other by token, each token's from a multiple of a group on. */
    private void gather(int blocks, int width) {
        int at = 0;
        for (int token = 0; token < tokens; token++) {
            int count = 0;
            for (int block = 0; block < blocks; block++) {
                count += candidateCounts[block * width + token];
            }
            isDense[token] |= count > dSae / SHARE + GROUP;
            begins[token] = at;
            counts[token] = isDense[token] ? 0 : count;
            at += (counts[token] + GROUP - 1) / GROUP * GROUP;
        }
        begins[tokens] = at;
        if (chosen.length < at) {
            chosen = new int[at];
            values = new float[at];
        }
        for (int token = 0; token < tokens; token++) {
            int to = begins[token];
            for (int block = 0; block < blocks && !isDense[token]; block++) {
                int list = block * width + token;
                System.arraycopy(candidates[list], 0, chosen, to, candidateCounts[list]);
                to += candidateCounts[list];
            }
        }
    }

    private void encode(FoundRows found) {
        int groups = begins[tokens] / GROUP;
        if (groups > 0) {
            workers.run(new Exact(), groups, workers.size());
        }
        int denseTokens = encodeDense();
        int row = 0;
        int[] active = new int[tokens];
        for (int token = 0; token < tokens; token++) {
            active[token] = isDense[token] ? denseRows.offset(row + 1) - denseRows.offset(row++) : keepActive(token);
        }
        found.extend(active, tokens);
        row = 0;
        for (int token = 0; token < tokens; token++) {
            if (isDense[token]) {
                for (int at = denseRows.offset(row); at < denseRows.offset(row + 1); at++) {
                    found.add(token, tokens, denseRows.index(at), denseRows.value(at));
                }
                row++;
            } else {
                for (int at = begins[token]; at < begins[token] + active[token]; at++) {
                    found.add(token, tokens, chosen[at], values[at]);
                }
            }
        }
        if (denseTokens > 0) {
            denseRows.clear();
        }
    }

    private final class Exact extends WorkerPool.Work {

        @Override
        protected void part(int slot, int group) {
            int at = group * GROUP;
            int token = Arrays.binarySearch(begins, 0, tokens, at);
            if (token < 0) {
                token = -token - 2;
            }
            while (counts[token] == 0 || begins[token] + counts[token] <= at) {
                token++;
            }
            int count = Math.min(GROUP, begins[token] + counts[token] - at);
            float[] group0 = new float[GROUP];
            for (int i = 0; i < count; i++) {
                group0[i] = bias[chosen[at + i]];
            }
            try {
                exact[slot].add(x, (first + token) * dIn, chosen, at, count, group0);
            } catch (Throwable e) {
                throw Memory.unchecked(e);
            }
            System.arraycopy(group0, 0, values, at, GROUP);
        }
    }

    /** Makes values of a token's sums, keeps those that are active, and returns how many these are. */
    private int keepActive(int token) {
        float[] above = bounds.above;
        int kept = begins[token];
        for (int at = begins[token]; at < begins[token] + counts[token]; at++) {
            int feature = chosen[at];
            float h = values[at];
            if (!(h <= above[feature])) {
                float value = rule.value(feature, h);
                if (value != 0) {
                    chosen[kept] = feature;
                    values[kept++] = value;
                }
            }
        }
        return kept - begins[token];
    }

    private int encodeDense() {
        int count = 0;
        for (int token = 0; token < tokens; token++) {
            count += isDense[token] ? 1 : 0;
        }
        if (count > 0) {
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
        return count;
    }
}
