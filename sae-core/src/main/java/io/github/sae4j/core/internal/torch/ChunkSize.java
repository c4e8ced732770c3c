package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import io.github.sae4j.core.internal.host.Tokens;
import java.util.OptionalLong;

/**
 * How much of an encoding is done at once.
 *
 * @param tokens tokens that are encoded together at most
 * @param features features that are looked at together
 */
record ChunkSize(int tokens, int features) {

    /** More make the products no faster on any GPU. */
    private static final int GPU_TOKENS = 4096;

    /** Fewer leave a GPU without work between one block and the next. */
    private static final int GPU_FEATURES = 1024;

    /** Few enough tokens that a narrower block is the better way to save memory. */
    private static final int GPU_TOKENS_OF_WIDE_BLOCK = 256;

    /** What a GPU is taken to have free where it cannot be asked. */
    private static final long UNKNOWN_BYTES = 2L << 30;

    /**
     * Returns the sizes for an encoder whose weights are on the device already.
     *
     * @param most how many features of a token stay active at most, or 0 if the rule does not limit them
     */
    static ChunkSize of(Device device, int dIn, int dSae, int most) {
        int block = TorchKernel.blockOf(dSae, device);
        if (!device.isGpu()) {
            // The strongest of all features come in one array, and the way to Java ends at 2 GiB.
            int tokens = Math.min(TorchEncoder.CHUNK_TOKENS, Tokens.VALUES_AT_ONCE / Math.max(1, most));
            return new ChunkSize(Math.max(1, tokens), block);
        }
        OptionalLong free = DeviceMemory.free(device);
        return fitting(free.orElse(UNKNOWN_BYTES), dIn, dSae, most, block);
    }

    /**
     * Returns the sizes of which a chunk takes half of some free memory at most; the rest is for what else runs there, and
     * for results.
     */
    static ChunkSize fitting(long free, int dIn, int dSae, int most, int block) {
        long room = free / 2;
        int features = block;
        while (features > GPU_FEATURES && room / bytes(dIn, features, most) < GPU_TOKENS_OF_WIDE_BLOCK) {
            features = Math.max(GPU_FEATURES, features / 2);
        }
        // An index and a value for each active feature, 4 bytes each, come in one array of at most 2 GiB.
        long packed = (Integer.MAX_VALUE / Integer.BYTES) / (2L * (most > 0 ? most : dSae) + 1) - 1;
        long tokens = Math.min(GPU_TOKENS, Math.min(packed, room / bytes(dIn, features, most)));
        return new ChunkSize((int) Math.max(1, tokens), features);
    }

    /**
     * Returns sizes of about as many products whose blocks of features are whole groups.
     *
     * @param group how many neighbouring features are a group, 0 if there are none
     */
    ChunkSize ofWholeGroups(int group) {
        if (group == 0 || features % group == 0) {
            return this;
        }
        if (group < features) {
            return new ChunkSize(tokens, features / group * group);
        }
        return new ChunkSize((int) Math.max(1, (long) tokens * features / group), group);
    }

    /** What a token takes at most until its chunk is done: its copies, its products, and what the selection looks at. */
    private static long bytes(int dIn, int features, int most) {
        long candidates = Math.min(16L * most, features);
        return 16L * dIn + 32L * features + 64L * most + 48L * candidates;
    }
}
