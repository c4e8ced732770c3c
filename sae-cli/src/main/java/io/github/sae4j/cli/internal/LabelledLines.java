package io.github.sae4j.cli.internal;

import org.jspecify.annotations.Nullable;

/**
 * Lines of a label and what there is to say of it, aligned.
 *
 * @param terminal shows them
 * @param width how wide the longest label is
 */
record LabelledLines(Terminal terminal, int width) {

    /** Prints a line, unless there is nothing to say. */
    void line(String label, @Nullable Object value) {
        if (value != null) {
            terminal.print(label + " ".repeat(Math.max(0, width - label.length()) + 1) + value);
        }
    }
}
