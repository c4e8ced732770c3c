package io.github.sae4j.cli.internal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Standard output that ends the command when it cannot be written.
 *
 * <p>A {@link PrintWriter} keeps to itself that bytes were lost, and whoever prints would have to ask it. What is thrown
 * here is unchecked, so it passes through the writers above, wherever something is printed.
 */
public final class StandardOutput extends Writer {

    private static final Path DESCRIPTOR = Path.of("/proc/self/fd/1");

    private final Writer out;
    private boolean broken;

    private StandardOutput(Writer out) {
        this.out = out;
    }

    /** Returns a writer to the standard output of this process, which flushes each line. */
    static PrintWriter ofProcess(Charset encoding) {
        return of(new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), encoding));
    }

    /** Returns a writer in the place of standard output, which flushes each line. */
    public static PrintWriter of(Writer out) {
        return new PrintWriter(new StandardOutput(out), true);
    }

    /** Thrown when standard output cannot be written. */
    public static final class Unwritable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final boolean readerHasEnded;

        private Unwritable(String reason, boolean readerHasEnded) {
            super("Standard output cannot be written" + reason + ".");
            this.readerHasEnded = readerHasEnded;
        }

        /** Returns whether it is a pipe whose reader wants no more, as {@code head} does. */
        public boolean readerHasEnded() {
            return readerHasEnded;
        }
    }

    /** Writes, unless that has failed before: then the command is ending and its last words have nowhere to go. */
    @Override
    public void write(char[] buffer, int offset, int length) {
        if (broken) {
            return;
        }
        try {
            out.write(buffer, offset, length);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    @Override
    public void flush() {
        if (broken) {
            return;
        }
        try {
            out.flush();
        } catch (IOException e) {
            throw unwritable(e);
        }
        if (out instanceof PrintWriter writer && writer.checkError()) {
            broken = true;
            throw new Unwritable("; whoever reads it may have ended", false);
        }
    }

    private Unwritable unwritable(IOException failure) {
        broken = true;
        String reason = String.valueOf(failure.getMessage());
        return new Unwritable(": " + reason, reason.toLowerCase(Locale.ROOT).contains("pipe") || isPipe());
    }

    /** The system says in the user's language why a write failed; writing to a pipe fails for one reason only. */
    private static boolean isPipe() {
        try {
            return Files.readSymbolicLink(DESCRIPTOR).toString().startsWith("pipe:");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    @Override
    public void close() {
        flush();
    }
}
