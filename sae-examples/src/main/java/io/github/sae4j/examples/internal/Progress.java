package io.github.sae4j.examples.internal;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar that shows how many tokens are done, on a terminal only. */
final class Progress implements AutoCloseable {

    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    static Progress start(Terminal terminal, String task, long tokens) {
        if (terminal.columns() == 0) {
            return new Progress(null);
        }
        return new Progress(new ProgressBarBuilder()
                .setTaskName("  " + task)
                .setInitialMax(tokens)
                .setUnit(" tokens", 1)
                .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BAR)
                // With a width it need not ask a terminal library, which would take Ctrl-C away from our clean-ups.
                .setConsumer(new ConsoleProgressBarConsumer(System.err, terminal.columns() - 1))
                .clearDisplayOnFinish()
                .build());
    }

    void advance(int tokens) {
        if (bar != null) {
            bar.stepBy(tokens);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
