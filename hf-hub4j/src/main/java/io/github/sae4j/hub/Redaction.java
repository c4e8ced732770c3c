package io.github.sae4j.hub;

import java.io.IOException;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keeps the token and the queries of signed addresses out of what people read. */
final class Redaction {

    private static final Pattern QUERY = Pattern.compile("\\?[^\\s\"'<>]*=[^\\s\"'<>]*");
    private static final Pattern USER = Pattern.compile("//[^/@\\s]*@");
    private static final Pattern BEARER = Pattern.compile("(?i)bearer\\s+\\S+");
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\s]+");
    private static final int LONGEST = 500;
    private static final int DEEPEST = 10;

    private final @Nullable String token;

    Redaction(@Nullable String token) {
        this.token = token;
    }

    /** Returns an address without user and query. */
    static String address(URI uri) {
        return address(uri.toString());
    }

    /** Returns what may be an address without user and query. */
    static String address(String text) {
        int query = text.indexOf('?');
        return USER.matcher(query < 0 ? text : text.substring(0, query)).replaceAll("//");
    }

    /** Returns what a server said, on one line, cut to a readable length and without secrets. */
    String text(@Nullable String said) {
        if (said == null) {
            return "";
        }
        String line = UNPRINTABLE
                .matcher(said.length() > 4 * LONGEST ? said.substring(0, 4 * LONGEST) : said)
                .replaceAll(" ")
                .strip();
        String clean = secretsOf(line);
        return clean.length() > LONGEST ? clean.substring(0, LONGEST) + "…" : clean;
    }

    /** Returns a failure as it is if nobody's secret is in it, else one that tells the same without it. */
    IOException cause(IOException failure) {
        @Nullable Throwable part = failure;
        for (int depth = 0; part != null && depth < DEEPEST; depth++) {
            @Nullable String message = part.getMessage();
            if (message != null && !secretsOf(message).equals(message)) {
                return new IOException(failure.getClass().getSimpleName() + ": " + text(failure.getMessage()));
            }
            part = part.getCause();
        }
        return failure;
    }

    private String secretsOf(String line) {
        String clean = token == null ? line : line.replace(token, "<token>");
        clean = BEARER.matcher(clean).replaceAll("Bearer <token>");
        return QUERY.matcher(clean).replaceAll("?…");
    }
}
