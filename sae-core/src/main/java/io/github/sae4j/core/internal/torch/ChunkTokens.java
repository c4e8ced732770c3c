package io.github.sae4j.core.internal.torch;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many tokens a device takes at a time: half as many after it ran out of memory with them, for this call and all later
 * ones.
 */
final class ChunkTokens {

    private static final Logger LOG = LoggerFactory.getLogger(ChunkTokens.class);

    private volatile int tokens;

    /**
     * Creates it.
     *
     * @param tokens how many to begin with, at least 1
     */
    ChunkTokens(int tokens) {
        this.tokens = tokens;
    }

    /**
     * Does some work, with ever fewer tokens at a time while there is no memory for more.
     *
     * @param work takes how many tokens it may take at a time; it is begun anew after it ran out of memory
     * @throws EngineException if the work fails for another reason, or for want of memory with one token too
     */
    <T> T within(IntFunction<T> work) {
        while (true) {
            int tried = tokens;
            try {
                return work.apply(tried);
            } catch (EngineException e) {
                if (tried == 1 || !isOutOfMemory(e)) {
                    throw e;
                }
                tokens = tried / 2;
                LOG.info("The device has no memory for {} tokens at a time; {} are tried now", tried, tokens);
                JniUtils.emptyCudaCache();
            }
        }
    }

    private static boolean isOutOfMemory(EngineException e) {
        return String.valueOf(e.getMessage()).contains("out of memory");
    }
}
