package io.github.sae4j.tensors.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damage of many kinds to the bytes of a file. */
public final class Mutations {

    private final Random random;
    private final List<byte[]> fragments;

    /**
     * Prepares damage.
     *
     * @param random decides
     * @param fragments what is put in, among other things
     */
    public Mutations(Random random, List<byte[]> fragments) {
        this.random = random;
        this.fragments = fragments;
    }

    /** Returns a copy with one to four changes. */
    public byte[] of(byte[] original) {
        byte[] bytes = original.clone();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            bytes = changed(bytes);
        }
        return bytes;
    }

    private byte[] changed(byte[] bytes) {
        if (bytes.length == 0) {
            return fragment();
        }
        int at = random.nextInt(bytes.length);
        int end = Math.min(bytes.length, at + 1 + random.nextInt(random.nextBoolean() ? 3 : 40));
        return switch (random.nextInt(12)) {
            case 0 -> replaced(bytes, at, end, new byte[0]);
            case 1 -> replaced(bytes, at, at, fragment());
            case 2 -> replaced(bytes, at, end, fragment());
            case 3 -> replaced(bytes, at, at, Arrays.copyOfRange(bytes, at, end));
            case 4 -> replaced(bytes, random.nextInt(bytes.length + 1), -1, Arrays.copyOfRange(bytes, at, end));
            case 5 -> overwritten(bytes, at, fragment());
            case 6 -> overwritten(bytes, at, new byte[] {-1, -1, -1, -1});
            case 7 -> random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : overwritten(bytes, at, new byte[] {0});
            case 8 -> overwritten(bytes, at, new byte[] {(byte) (bytes[at] + (random.nextBoolean() ? 1 : -1))});
            case 9 -> overwritten(bytes, at, new byte[] {(byte) random.nextInt(256)});
            default -> overwritten(bytes, at, new byte[] {(byte) (bytes[at] ^ 1 << random.nextInt(8))});
        };
    }

    private byte[] fragment() {
        return fragments.get(random.nextInt(fragments.size()));
    }

    private static byte[] overwritten(byte[] bytes, int at, byte[] with) {
        return replaced(bytes, at, Math.min(bytes.length, at + with.length), with);
    }

    private static byte[] replaced(byte[] bytes, int at, int end, byte[] with) {
        int behind = end < 0 ? at : end;
        byte[] result = new byte[at + with.length + bytes.length - behind];
        System.arraycopy(bytes, 0, result, 0, at);
        System.arraycopy(with, 0, result, at, with.length);
        System.arraycopy(bytes, behind, result, at + with.length, bytes.length - behind);
        return result;
    }
}
