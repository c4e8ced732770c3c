package io.github.sae4j.cli.internal;

import java.io.PrintWriter;
import java.nio.charset.Charset;

/** Standard output and standard error, in the encoding of whoever reads them. */
public final class StandardStreams {

    private StandardStreams() {}

    /** Returns a writer to standard output; a write that fails ends the command. */
    public static PrintWriter out() {
        return StandardOutput.ofProcess(encoding("stdout.encoding"));
    }

    /** Returns a writer to standard error. */
    public static PrintWriter err() {
        return new PrintWriter(System.err, true, encoding("stderr.encoding"));
    }

    /** Newer Java tells the terminal's encoding by a property; older Java has it as its default. */
    private static Charset encoding(String property) {
        String encoding = System.getProperty(property);
        return encoding != null && Charset.isSupported(encoding) ? Charset.forName(encoding) : Charset.defaultCharset();
    }
}
