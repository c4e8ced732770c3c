package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.hub.ProgressListener;
import java.time.Duration;
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
    private long size;
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
        size = totalBytes;
        showBar(file, alreadyThere);
    }

    @Override
    public void onBytes(String file, long bytesThere) {
        if (bar == null) {
            showBar(file, bytesThere);
        } else {
            bar.reach(bytesThere);
        }
    }

    private void showBar(String file, long bytesThere) {
        if (size >= WORTH_A_BAR) {
            bar = Progress.ofBytes(terminal, file, size, bytesThere);
        }
    }

    /** Said also where no one watches: a job's log tells then where the time went. */
    @Override
    public void onRetry(String what, Duration pause, String reason) {
        closeBar();
        terminal.note("trying again in " + Quantity.decimal(pause.toMillis() / 1e3, 1) + " s to fetch " + what + ": "
                + reason);
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
