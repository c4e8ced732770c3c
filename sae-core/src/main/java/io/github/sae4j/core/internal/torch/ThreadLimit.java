package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;

/** Runs work that libtorch is to do with no more threads than its caller may have. */
final class ThreadLimit {

    private ThreadLimit() {}

    /**
     * Does work under a limit of libtorch's threads for the calling thread. It should be libtorch's work alone: another thread
     * that comes to libtorch for the first time meanwhile keeps the lower number.
     *
     * @param threads how many may work, the calling one among them
     */
    static <T> T within(int threads, Supplier<T> work) {
        int before = JniUtils.getNumThreads();
        if (before <= threads) {
            return work.get();
        }
        JniUtils.setNumThreads(threads);
        try {
            return work.get();
        } finally {
            JniUtils.setNumThreads(before);
        }
    }
}
