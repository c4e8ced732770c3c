package io.github.sae4j.safetensors.internal;

import com.google.gson.stream.MalformedJsonException;

/**
 * What <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a> forbids and a reader of Gson lets pass: control
 * characters and other escapes in texts, literals with upper-case letters, and nesting without end. Newer versions of Gson
 * can be told to forbid it, but programs bring older ones.
 */
final class JsonRules {

    private static final int DEEPEST_NESTING = 128;
    private static final String ESCAPES = "\"\\/bfnrtu";

    private JsonRules() {}

    /**
     * Checks a text that a reader of Gson reads afterwards.
     *
     * @param json the text in UTF-8
     * @throws MalformedJsonException if it breaks one of these rules
     */
    static void check(byte[] json) throws MalformedJsonException {
        boolean inText = false;
        int depth = 0;
        for (int at = 0; at < json.length; at++) {
            byte b = json[at];
            if (inText) {
                if (b == '\\') {
                    at++;
                    requireEscape(json, at);
                } else if (b >= 0 && b < ' ') {
                    throw broken("a control character in a text", at);
                }
                inText = b != '"';
            } else if (b == '"') {
                inText = true;
            } else if (b == '{' || b == '[') {
                depth++;
                if (depth > DEEPEST_NESTING) {
                    throw broken("nesting deeper than " + DEEPEST_NESTING, at);
                }
            } else if (b == '}' || b == ']') {
                depth--;
            } else if (b >= 'A' && b <= 'Z' && !(b == 'E' && at > 0 && isDigit(json[at - 1]))) {
                throw broken("an upper-case letter outside a text", at);
            }
        }
    }

    /** A text that ends within an escape is found not to end by whoever reads it. */
    private static void requireEscape(byte[] json, int at) throws MalformedJsonException {
        if (at >= json.length) {
            return;
        }
        boolean known = ESCAPES.indexOf(json[at]) >= 0;
        for (int digit = at + 1; json[at] == 'u' && digit <= at + 4 && digit < json.length; digit++) {
            known &= Character.digit(json[digit], 16) >= 0;
        }
        if (!known) {
            throw broken("an escape that JSON does not have", at);
        }
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static MalformedJsonException broken(String what, int at) {
        return new MalformedJsonException(what + " at byte " + at + " of it");
    }
}
