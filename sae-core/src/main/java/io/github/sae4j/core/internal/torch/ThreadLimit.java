package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.jni.JniUtils;

/** Runs work that libtorch is to do with no more threads than its caller may have. */
final class ThreadLimit {

    private ThreadLimit() {}

    /**
     * Runs work under a limit of libtorch's threads for the calling thread. libtorch takes the number for other threads too that
     * ask it for something for the first time meanwhile.
     *
     * @param threads how many may work, the calling one among them
     */
    static void run(int threads, Runnable work) {
        int before = JniUtils.getNumThreads();
        if (before <= threads) {
            work.run();
            return;
        }
        JniUtils.setNumThreads(threads);
        try {
            work.run();
        } finally {
            JniUtils.setNumThreads(before);
        }
    }
}
