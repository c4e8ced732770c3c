package io.github.sae4j.examples.internal.output;

import io.github.sae4j.examples.internal.CommandException;
import java.io.PrintWriter;
import java.util.Optional;

/** Lines of JSON that go to standard output as they come, in ASCII, which is right whatever its encoding is. */
final class StandardLines implements LineSink {

    /** A writer tells of a failure only when it is flushed. */
    private static final int FLUSHED_CHARACTERS = 1 << 16;

    private final PrintWriter out;
    private int unflushed;

    StandardLines(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void append(CharSequence lines) {
        for (int i = 0; i < lines.length(); i++) {
            char character = lines.charAt(i);
            if (character < 0x80) {
                out.write(character);
            } else {
                out.write(String.format("\\u%04x", (int) character));
            }
        }
        unflushed += lines.length();
        if (unflushed >= FLUSHED_CHARACTERS) {
            finish();
        }
    }

    @Override
    public void finish() {
        unflushed = 0;
        if (out.checkError()) {
            throw new CommandException("Standard output cannot be written; whoever reads it may have ended.");
        }
    }

    @Override
    public void commit() {
        // What was written cannot be taken back.
    }

    @Override
    public Optional<Made> made() {
        return Optional.empty();
    }

    @Override
    public void close() {
        // Standard output belongs to the process.
    }
}
