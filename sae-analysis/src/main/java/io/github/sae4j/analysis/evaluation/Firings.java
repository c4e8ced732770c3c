package io.github.sae4j.analysis.evaluation;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.TokenBatch;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How often each feature fires, above zero or, in SAEs that have such features, below, and how many are on each token, counted
 * in one pass.
 *
 * <pre>{@code
 * Firings firings = new Firings(sae.config().dSae());
 * firings.add(TokenBatch.of(activations), sae.encode(activations));
 * int[] dead = firings.dead();
 * }</pre>
 *
 * <p>Those of several machines or threads are counted apart and added up, through {@link #toBytes} where they are far from each
 * other:
 *
 * <pre>{@code
 * Firings part = new Firings(sae.config().dSae());
 * part.add(TokenBatch.of(activations), sae.encode(activations));
 * byte[] sent = part.toBytes();
 *
 * Firings all = new Firings(sae.config().dSae());
 * all.add(Firings.fromBytes(sent));
 * }</pre>
 *
 * <p>Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class Firings {

    /** A feature that fires on a larger share of the tokens than this is called dense. */
    public static final double DENSE = 0.1;

    private static final String LETTERS = "SAEC";
    private static final int VERSION = 1;

    private final long[] ofFeature;
    private final long[] tokensOfL0;
    private long tokens;
    private long active;

    /** Counts nothing yet, of so many features. */
    public Firings(int dSae) {
        this.ofFeature = new long[dSae];
        this.tokensOfL0 = new long[dSae + 1];
    }

    /**
     * Takes in the tokens that are not skipped.
     *
     * @param batch the tokens
     * @param features the features of all of them, none of those that are skipped
     * @throws IllegalArgumentException if they are of fewer or more tokens, or of another number of features
     */
    public void add(TokenBatch batch, SparseFeatures features) {
        if (features.tokens() != batch.count() || features.dSae() != ofFeature.length) {
            throw new IllegalArgumentException("[" + batch.count() + ", " + ofFeature.length
                    + "] features are counted, not [" + features.tokens() + ", " + features.dSae() + "].");
        }
        IntBuffer indices = features.indices();
        FloatBuffer values = features.values();
        for (int token = 0; token < features.tokens(); token++) {
            int l0 = 0;
            for (int count = features.activeCount(token); count > 0; count--) {
                int feature = indices.get();
                if (isFiring(values.get())) {
                    ofFeature[feature]++;
                    l0++;
                }
            }
            if (!batch.isSkipped(token)) {
                tokensOfL0[l0]++;
                tokens++;
                active += l0;
            }
        }
    }

    /**
     * Takes in what others have counted, of other tokens of the same SAE, and leaves them as they are.
     *
     * @throws IllegalArgumentException if they are of another number of features
     */
    public void add(Firings other) {
        requireSameWidth(other);
        for (int feature = 0; feature < ofFeature.length; feature++) {
            ofFeature[feature] += other.ofFeature[feature];
        }
        for (int l0 = 0; l0 < tokensOfL0.length; l0++) {
            tokensOfL0[l0] += other.tokensOfL0[l0];
        }
        tokens += other.tokens;
        active += other.active;
    }

    void requireSameWidth(Firings other) {
        Objects.requireNonNull(other, "other");
        if (other.ofFeature.length != ofFeature.length) {
            throw new IllegalArgumentException("Firings of " + ofFeature.length + " features cannot take in those of "
                    + other.ofFeature.length + ".");
        }
    }

    /** NaN is no firing. */
    public static boolean isFiring(float value) {
        return value > 0 || value < 0;
    }

    /** Returns how many tokens were counted. */
    public long tokens() {
        return tokens;
    }

    /** Returns the mean L0, NaN without tokens. */
    public double l0() {
        return (double) active / tokens;
    }

    /** Returns the smallest L0 that at least a share of the tokens does not exceed. */
    public long l0Quantile(double share) {
        long rank = rank(share, tokens);
        long below = 0;
        for (int l0 = 0; l0 < tokensOfL0.length; l0++) {
            below += tokensOfL0[l0];
            if (below >= rank) {
                return l0;
            }
        }
        return 0;
    }

    /** Returns how many tokens have which L0, ascending, without those L0 that no token has. */
    public SortedMap<Integer, Long> tokensOfL0() {
        SortedMap<Integer, Long> counts = new TreeMap<>();
        for (int l0 = 0; l0 < tokensOfL0.length; l0++) {
            if (tokensOfL0[l0] > 0) {
                counts.put(l0, tokensOfL0[l0]);
            }
        }
        return counts;
    }

    /** Returns the number of tokens on which a feature fires. */
    public long count(int feature) {
        return ofFeature[feature];
    }

    /** Returns the density of a feature: the share of the tokens on which it fires. */
    public double density(int feature) {
        return tokens == 0 ? 0 : (double) ofFeature[feature] / tokens;
    }

    /**
     * Returns, for each share, the smallest density that at least that share of all features does not exceed.
     *
     * @param shares each from 0 to 1
     * @throws IllegalArgumentException if one is not
     */
    public double[] densityQuantiles(double... shares) {
        for (double share : Objects.requireNonNull(shares, "shares")) {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("A share of the features is from 0 to 1, not " + share + ".");
            }
        }
        long[] sorted = ofFeature.clone();
        Arrays.sort(sorted);
        return Arrays.stream(shares)
                .map(share -> tokens == 0 ? 0 : (double) sorted[(int) rank(share, sorted.length) - 1] / tokens)
                .toArray();
    }

    private static long rank(double share, long of) {
        return Math.max(1, (long) Math.ceil(share * of));
    }

    /** Returns the features that never fire, ascending. */
    public int[] dead() {
        return IntStream.range(0, ofFeature.length)
                .filter(feature -> ofFeature[feature] == 0)
                .toArray();
    }

    /** Returns the features whose density is above {@value #DENSE}, the densest first. */
    public int[] dense() {
        return IntStream.range(0, ofFeature.length)
                .filter(feature -> density(feature) > DENSE)
                .boxed()
                .sorted((one, other) -> Long.compare(ofFeature[other], ofFeature[one]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * Returns what was counted in a form that keeps from version to version of this library, for another process to
     * {@linkplain #add(Firings) add}; {@link #fromBytes} reads it. Little-endian, a few bytes for each feature and each L0 that a
     * token has; equal counts are equal bytes.
     */
    public byte[] toBytes() {
        StateWriter out = new StateWriter(LETTERS, VERSION);
        out.putCount(ofFeature.length);
        for (long count : ofFeature) {
            out.putCount(count);
        }
        SortedMap<Integer, Long> counts = tokensOfL0();
        out.putCount(counts.size());
        counts.forEach((l0, count) -> {
            out.putCount(l0);
            out.putCount(count);
        });
        return out.bytes();
    }

    /**
     * Returns what {@link #toBytes} wrote.
     *
     * @throws IllegalArgumentException if the bytes are none, cut, of a later form, or say what cannot be
     */
    public static Firings fromBytes(byte[] bytes) {
        StateReader in = new StateReader(bytes, LETTERS, VERSION, "firings");
        Firings firings = new Firings(in.getSize());
        for (int feature = 0; feature < firings.ofFeature.length; feature++) {
            firings.ofFeature[feature] = in.getCount();
        }
        for (int left = in.getSize(); left > 0; left--) {
            long l0 = in.getCount();
            if (l0 > firings.ofFeature.length) {
                throw in.impossible("a token has " + l0 + " of " + firings.ofFeature.length + " features");
            }
            long count = in.getCount();
            firings.tokensOfL0[(int) l0] += count;
            firings.tokens += count;
            firings.active += l0 * count;
        }
        in.requireEnd();
        return firings;
    }
}
