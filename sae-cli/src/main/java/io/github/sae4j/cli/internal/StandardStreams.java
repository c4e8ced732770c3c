package io.github.sae4j.cli.internal;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.charset.Charset;

/** Standard output and standard error, in the encoding of whoever reads them. */
public final class StandardStreams {

    /** Set by the launcher: the number of the file descriptor that is the user's standard error. */
    private static final String DESCRIPTOR = "sae.stderr";

    private StandardStreams() {}

    /**
     * Makes {@code System.err} the user's standard error, if the launcher has put a pipe in its place that lets all
     * through but a line of Java's own. Without this all that is written goes through the pipe, and may come out of it
     * after this process has ended.
     */
    public static void useThoseOfTheLauncher() {
        Integer number = Integer.getInteger(DESCRIPTOR);
        if (number == null) {
            return;
        }
        try {
            // Opening /dev/fd/N instead would begin at the start of a file that others write to as well.
            Constructor<FileDescriptor> constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
            constructor.setAccessible(true);
            FileOutputStream stream = new FileOutputStream(constructor.newInstance(number));
            System.setErr(new PrintStream(new BufferedOutputStream(stream), true, errorEncoding()));
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            // The pipe serves as well, but for when its words come out.
            return;
        }
    }

    /** Returns a writer to standard output; a write that fails ends the command. */
    public static PrintWriter out() {
        return StandardOutput.ofProcess(encoding("stdout.encoding"));
    }

    /** Returns a writer to standard error. */
    public static PrintWriter err() {
        return new PrintWriter(System.err, true, errorEncoding());
    }

    private static Charset errorEncoding() {
        return encoding("stderr.encoding");
    }

    /** Newer Java tells the terminal's encoding by a property; older Java has it as its default. */
    private static Charset encoding(String property) {
        String encoding = System.getProperty(property);
        return encoding != null && Charset.isSupported(encoding) ? Charset.forName(encoding) : Charset.defaultCharset();
    }
}
