package io.github.sae4j.core.internal.host;

import java.util.Arrays;

/**
 * The strongest features of tokens so far: a few more than are kept, and a floor that rises. What is not above its token's
 * floor cannot be among the strongest, so most features cost one comparison.
 *
 * <p>Features of a token are offered by ascending index, and of equals the first ones stay. NaN counts as the strongest.
 * Where values may be negative, those that are 0 are among the features too.
 */
public final class Strongest {

    private final SelectionRule rule;
    private final int kept;
    private final int room;
    private final float lowest;
    private long[] entries = new long[0];
    private int[] counts = new int[0];
    private float[] floors = new float[0];
    private final float[] keys;

    /**
     * Creates it.
     *
     * @param rule how many features of a token are kept, and what makes them the strongest
     */
    public Strongest(SelectionRule rule) {
        this.rule = rule;
        this.kept = rule.mostActive();
        this.lowest = rule.lowestStrength();
        this.room = room(kept);
        this.keys = new float[room];
    }

    /** Returns how many features of a token it has room for. */
    public static int room(int kept) {
        return 2 * kept + 64;
    }

    /** Forgets what it has, and takes so many tokens. */
    public void reset(int tokens) {
        if (counts.length < tokens) {
            entries = new long[tokens * room];
            counts = new int[tokens];
            floors = new float[tokens];
        }
        Arrays.fill(counts, 0, tokens, 0);
        Arrays.fill(floors, 0, tokens, lowest);
    }

    /** Returns what the strength of a token's feature must be above. */
    public float floor(int token) {
        return floors[token];
    }

    /** Offers a feature whose strength is above the floor. */
    public void offer(int token, int feature, float value) {
        entries[token * room + counts[token]++] = entry(feature, value);
        if (counts[token] == room) {
            floors[token] = cut(entries, token * room, room, keys);
            counts[token] = kept;
        }
    }

    /** Copies what a token has, and returns how many features these are. */
    public int copy(int token, long[] to, int at) {
        System.arraycopy(entries, token * room, to, at, counts[token]);
        return counts[token];
    }

    /** Returns what is kept of a feature. */
    public static long entry(int feature, float value) {
        return ((long) feature << Integer.SIZE) | (Float.floatToRawIntBits(value) & 0xffffffffL);
    }

    /** Returns the feature of an entry. */
    public static int feature(long entry) {
        return (int) (entry >>> Integer.SIZE);
    }

    /** Returns the value of an entry. */
    public static float value(long entry) {
        return Float.intBitsToFloat((int) entry);
    }

    /**
     * Keeps the strongest of more entries than are kept, and of equals the first, in the order that they have.
     *
     * @param keys room for the strengths
     * @return the smallest strength that is kept
     */
    public float cut(long[] entries, int from, int count, float[] keys) {
        for (int i = 0; i < count; i++) {
            keys[i] = key(entries[from + i]);
        }
        Arrays.sort(keys, 0, count);
        float least = keys[count - kept];
        int equal = kept;
        for (int i = count - 1; i >= 0 && keys[i] > least; i--) {
            equal--;
        }
        int to = from;
        for (int i = from; i < from + count; i++) {
            float key = key(entries[i]);
            if (key > least || (key == least && equal-- > 0)) {
                entries[to++] = entries[i];
            }
        }
        return least;
    }

    private float key(long entry) {
        return rule.strength(feature(entry), value(entry));
    }
}
