package io.github.sae4j.hub;

import java.time.Duration;

/**
 * Is told how a download gets on, on the thread that downloads.
 *
 * <p>Every method does nothing unless overridden. A snapshot fetches several files at once, so one listener may be
 * called by several threads. An exception that a method throws ends the download and reaches the caller; what was
 * received is kept, and the next call goes on from there.
 *
 * <pre>{@code
 * ProgressListener progress = new ProgressListener() {
 *     @Override
 *     public void onBytes(String file, long bytesThere) {
 *         System.err.printf("\r%s: %,d bytes", file, bytesThere);
 *     }
 * };
 * hub.download(repo, "main", "layer_19/sae_weights.safetensors", hub.options().withProgress(progress));
 * }</pre>
 *
 * @since 0.1
 */
public interface ProgressListener {

    /** The listener that does nothing. */
    ProgressListener NONE = new ProgressListener() {};

    /**
     * A transfer begins. Not called for a file that needs none because it is in the cache.
     *
     * @param file the file's name in the repository, with {@code /}
     * @param totalBytes the file's size
     * @param alreadyThere how many of these an earlier, interrupted call left
     */
    default void onStart(String file, long totalBytes, long alreadyThere) {}

    /**
     * More bytes are there.
     *
     * @param file the file's name in the repository, with {@code /}
     * @param bytesThere how many of the file's bytes are there by now, those of earlier calls included; falls back to 0
     *     where a transfer must begin anew
     */
    default void onBytes(String file, long bytesThere) {}

    /**
     * Something failed that may pass, and is tried again after a pause, which follows. The reason is a part of a sentence
     * and tells no secret.
     *
     * @param what what is being fetched, as a part of a sentence: {@code the file "x" of owner/name at "main"}
     * @param pause how long the pause is
     * @param reason why it failed: {@code huggingface.co takes no connection}
     */
    default void onRetry(String what, Duration pause, String reason) {}

    /**
     * The file is complete, its hash is right, and it is in the cache.
     *
     * @param file the file's name in the repository, with {@code /}
     */
    default void onDone(String file) {}
}
