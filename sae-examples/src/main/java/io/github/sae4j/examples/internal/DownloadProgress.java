package io.github.sae4j.examples.internal;

import io.github.sae4j.hub.ProgressListener;
import org.jspecify.annotations.Nullable;

/** Shows how the download of an SAE's files gets on, and says in the end what was fetched. */
final class DownloadProgress implements ProgressListener, AutoCloseable {

    /** Smaller files are there before anyone has read their name. */
    private static final long WORTH_A_BAR = 1_000_000;

    private final Terminal terminal;
    private @Nullable Progress bar;
    private long start;
    private long end;
    private long transferred;
    private int files;

    DownloadProgress(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void onStart(String file, long totalBytes, long alreadyThere) {
        if (start == 0) {
            start = System.nanoTime();
        }
        transferred += totalBytes - alreadyThere;
        if (totalBytes >= WORTH_A_BAR) {
            bar = Progress.ofBytes(terminal, file, totalBytes, alreadyThere);
        }
    }

    @Override
    public void onBytes(String file, long bytesThere) {
        if (bar != null) {
            bar.reach(bytesThere);
        }
    }

    @Override
    public void onDone(String file) {
        files++;
        end = System.nanoTime();
        closeBar();
    }

    /** Returns whether anything had to be fetched. */
    boolean fetchedAnything() {
        return files > 0;
    }

    /** Clears the bar, and says what was fetched if anything was. */
    @Override
    public void close() {
        closeBar();
        if (files > 0) {
            double seconds = Math.max(end - start, 1) / 1e9;
            terminal.note("fetched " + Quantity.count(files) + (files == 1 ? " file" : " files") + " · "
                    + Quantity.bytes(transferred) + " · " + Quantity.decimal(seconds, 1) + " s · "
                    + Quantity.bytes((long) (transferred / seconds)) + "/s");
        }
    }

    private void closeBar() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
