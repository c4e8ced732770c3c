package io.github.sae4j.hub;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a server answered; closing it drops the rest of the body.
 *
 * @param asked the address that was asked
 * @param status the HTTP status
 * @param headers the headers
 * @param body the body, to be taken once
 */
record Answer(URI asked, int status, HttpHeaders headers, Body body) implements AutoCloseable {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    boolean isRedirect() {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    @Nullable
    String header(String name) {
        return headers.firstValue(name).orElse(null);
    }

    /** Returns a header that should be a number that is not negative, or nothing if it is absent or something else. */
    OptionalLong number(String name) {
        @Nullable String value = header(name);
        return value == null || !NUMBER.matcher(value.strip()).matches()
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(value.strip()));
    }

    /** Returns the encoding of the body if it is one that would have to be undone, else null. */
    @Nullable
    String encoding() {
        @Nullable String encoding = header("Content-Encoding");
        return encoding == null || encoding.isBlank() || encoding.strip().equalsIgnoreCase("identity")
                ? null
                : encoding.strip();
    }

    @Override
    public void close() {
        body.close();
    }
}
