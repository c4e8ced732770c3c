package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.PassListener;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar that shows how much is done and how long the rest will take, on a terminal only. */
final class Progress implements PassListener.Progress {

    private static final int MEGABYTE = 1_000_000;

    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /** Starts a bar of tokens. */
    static Progress start(Terminal terminal, String task, long tokens) {
        return start(terminal, bar(task, tokens).setUnit(" tokens", 1));
    }

    /**
     * Starts a bar of bytes, with their rate.
     *
     * @param alreadyThere how many bytes were there before the work began
     */
    static Progress ofBytes(Terminal terminal, String task, long bytes, long alreadyThere) {
        return start(
                terminal,
                bar(task, bytes)
                        .setUnit(" MB", MEGABYTE)
                        .startsFrom(alreadyThere, Duration.ZERO)
                        .showSpeed(new DecimalFormat("0.0", DecimalFormatSymbols.getInstance(Locale.ROOT))));
    }

    private static ProgressBarBuilder bar(String task, long total) {
        return new ProgressBarBuilder()
                .setTaskName("  " + task)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BAR)
                .clearDisplayOnFinish();
    }

    private static Progress start(Terminal terminal, ProgressBarBuilder bar) {
        if (terminal.columns() == 0) {
            return new Progress(null);
        }
        // With a width it need not ask a terminal library, which would take Ctrl-C away from our clean-ups.
        return new Progress(bar.setConsumer(new ConsoleProgressBarConsumer(System.err, terminal.columns() - 1))
                .build());
    }

    @Override
    public void advance(int done) {
        if (bar != null) {
            bar.stepBy(done);
        }
    }

    /** Says how much is done in all. */
    void reach(long done) {
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
