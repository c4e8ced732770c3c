package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.jni.JniUtils;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.internal.host.Stop;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs work over tokens chunk by chunk, and with half as many tokens at a time once a device's memory does not suffice.
 *
 * <p>What did not fit once is not tried again: the smaller size holds for all later calls. Safe to use from many threads.
 */
final class TokenChunks {

    private static final Logger LOG = LoggerFactory.getLogger(TokenChunks.class);

    /** What the work needs of a device. */
    interface Memory {

        /** Gives back what the engine holds of the device's memory without using it. */
        void release();

        /** Returns the free bytes, if they are known. */
        OptionalLong free();

        /** Returns the memory of a device. */
        static Memory of(Device device) {
            return new Memory() {
                @Override
                public void release() {
                    if (device.isGpu()) {
                        JniUtils.emptyCudaCache();
                    }
                }

                @Override
                public OptionalLong free() {
                    return DeviceMemory.free(device);
                }
            };
        }
    }

    /** Some work on a range of tokens; it may be told to do the same or a part of it again if it did not end. */
    interface Work {

        /**
         * Does the work.
         *
         * @param first the first token
         * @param count how many tokens
         */
        void run(int first, int count);
    }

    private final String doing;
    private final Memory memory;
    private final Stop stop;
    private final AtomicInteger most;

    /**
     * Creates chunks.
     *
     * @param doing what the work is, for messages: "encoding"
     * @param most how many tokens a chunk has at first, at least 1
     * @param stop ends the work between two chunks
     */
    TokenChunks(String doing, int most, Memory memory, Stop stop) {
        this.doing = doing;
        this.memory = memory;
        this.stop = stop;
        this.most = new AtomicInteger(most);
    }

    /** Returns how many tokens a chunk has at most by now. */
    int most() {
        return most.get();
    }

    /**
     * Does the work for all tokens, in order.
     *
     * @throws SaeException if the memory does not suffice for a single token
     */
    void run(int tokens, Work work) {
        int first = 0;
        while (first < tokens) {
            stop.requireGoingOn(true);
            int count = Math.min(tokens - first, most.get());
            try {
                work.run(first, count);
                first += count;
            } catch (EngineException e) {
                if (!isOutOfMemory(e)) {
                    throw e;
                }
                memory.release();
                shrink(count, e);
            }
        }
    }

    private void shrink(int tried, EngineException cause) {
        if (tried == 1) {
            OptionalLong free = memory.free();
            throw new SaeException(
                    SaeException.Reason.OUT_OF_MEMORY,
                    "The device ran out of memory " + doing + " a single token"
                            + (free.isPresent() ? ", with " + free.getAsLong() + " bytes free" : "") + ".",
                    cause);
        }
        int half = tried / 2;
        if (most.getAndAccumulate(half, Math::min) > half) {
            LOG.info("The device ran out of memory {} {} tokens at a time; {} from now on", doing, tried, half);
        }
    }

    /** The engine has no type for it: libtorch's sentence is all there is, be it the allocator's, CUDA's or cuBLAS's. */
    private static boolean isOutOfMemory(EngineException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("CUDA out of memory")
                || message.contains("CUDA error: out of memory")
                || message.contains("CUBLAS_STATUS_ALLOC_FAILED");
    }
}
