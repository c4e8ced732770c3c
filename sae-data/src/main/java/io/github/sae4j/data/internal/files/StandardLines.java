package io.github.sae4j.data.internal.files;

import io.github.sae4j.data.WrittenFile;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Lines of JSON that go to standard output as they come, in ASCII, which is right whatever its encoding is. */
public final class StandardLines implements LineSink {

    /** A writer tells of a failure only when it is flushed. */
    private static final int FLUSHED_CHARACTERS = 1 << 16;

    private static final Pattern NOT_ASCII = Pattern.compile("[^\\x00-\\x7f]");

    private final PrintWriter out;
    private int unflushed;

    public StandardLines(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void append(CharSequence lines) {
        out.append(NOT_ASCII.matcher(lines).replaceAll(StandardLines::escaped));
        unflushed += lines.length();
        if (unflushed >= FLUSHED_CHARACTERS) {
            finish();
        }
    }

    private static String escaped(MatchResult found) {
        return found.group()
                .chars()
                .mapToObj(unit -> String.format("\\\\u%04x", unit))
                .collect(Collectors.joining());
    }

    @Override
    public void finish() {
        unflushed = 0;
        out.flush();
    }

    @Override
    public void commit() {
        // What was written cannot be taken back.
    }

    @Override
    public Optional<WrittenFile> made() {
        return Optional.empty();
    }

    @Override
    public void close() {
        // Standard output belongs to the process.
    }
}
