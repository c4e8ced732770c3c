package io.github.sae4j.core.internal.host;

import java.util.Arrays;

/**
 * The strongest features of tokens so far: a few more than are kept, and a floor that rises. What is not above its token's
 * floor cannot be among the strongest, so most features cost one comparison.
 *
 * <p>Features of a token are offered by ascending index, and of equals the first ones stay. NaN counts as the strongest.
 */
public final class Strongest {

    private final int kept;
    private final int room;
    private long[] entries = new long[0];
    private int[] counts = new int[0];
    private float[] floors = new float[0];
    private final float[] keys;

    /**
     * Creates it.
     *
     * @param kept how many features of a token are kept
     */
    public Strongest(int kept) {
        this.kept = kept;
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
        Arrays.fill(floors, 0, tokens, 0);
    }

    /** Returns what a feature of a token must be above. */
    public float floor(int token) {
        return floors[token];
    }

    /** Offers a feature that is above the floor, or NaN. */
    public void offer(int token, int feature, float value) {
        entries[token * room + counts[token]++] =
                ((long) feature << Integer.SIZE) | (Float.floatToRawIntBits(value) & 0xffffffffL);
        if (counts[token] == room) {
            floors[token] = cut(entries, token * room, room, kept, keys);
            counts[token] = kept;
        }
    }

    /** Copies what a token has, and returns how many features these are. */
    public int copy(int token, long[] to, int at) {
        System.arraycopy(entries, token * room, to, at, counts[token]);
        return counts[token];
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
     * @param keys room for the values
     * @return the smallest value that is kept
     */
    public static float cut(long[] entries, int from, int count, int kept, float[] keys) {
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

    private static float key(long entry) {
        float value = value(entry);
        return Float.isNaN(value) ? Float.POSITIVE_INFINITY : value;
    }
}
