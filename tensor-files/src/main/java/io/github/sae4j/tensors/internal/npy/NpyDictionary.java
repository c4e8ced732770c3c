package io.github.sae4j.tensors.internal.npy;

import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.ErrorContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parser of the Python dictionary in an npy header: {@code {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }}.
 *
 * <p>It knows texts, {@code True}, {@code False} and tuples of sizes; a list, which stands for records of several fields,
 * is skipped. It has no recursion that a file could drive.
 */
final class NpyDictionary {

    private static final int MOST_AXES = 64;
    private static final int MOST_DIGITS = 18;

    private final ErrorContext context;
    private final String text;
    private int at;
    private @Nullable String descr;
    private @Nullable Boolean fortranOrder;
    private @Nullable List<Long> shape;

    private NpyDictionary(ErrorContext context, String text) {
        this.context = context;
        this.text = text;
    }

    static NpyDictionary parse(ErrorContext context, String text) {
        NpyDictionary dictionary = new NpyDictionary(context, text);
        dictionary.parse();
        return dictionary;
    }

    String descr() {
        return present("descr", descr);
    }

    boolean fortranOrder() {
        return present("fortran_order", fortranOrder);
    }

    List<Long> shape() {
        return present("shape", shape);
    }

    private <T> T present(String key, @Nullable T value) {
        if (value == null) {
            throw context.fault("its npy header has no '" + key + "'.");
        }
        return value;
    }

    private void parse() {
        expect('{');
        while (peek() != '}') {
            String key = quoted();
            expect(':');
            entry(key);
            if (peek() != '}') {
                expect(',');
            }
        }
        expect('}');
        if (!text.substring(at).isBlank()) {
            throw malformed();
        }
    }

    private void entry(String key) {
        switch (key) {
            case "descr" -> {
                requireOnce(key, descr);
                descr = peek() == '[' ? list() : quoted();
            }
            case "fortran_order" -> {
                requireOnce(key, fortranOrder);
                fortranOrder = truth();
            }
            case "shape" -> {
                requireOnce(key, shape);
                shape = sizes();
            }
            default ->
                throw context.fault("its npy header has other entries than 'descr', 'fortran_order' and 'shape'.");
        }
    }

    private void requireOnce(String key, @Nullable Object earlier) {
        if (earlier != null) {
            throw context.fault("its npy header has '" + key + "' twice.");
        }
    }

    private String quoted() {
        char quote = peek();
        if (quote != '\'' && quote != '"') {
            throw malformed();
        }
        int end = text.indexOf(quote, at + 1);
        if (end < 0 || text.substring(at, end).indexOf('\\') >= 0) {
            throw malformed();
        }
        String inner = text.substring(at + 1, end);
        at = end + 1;
        return inner;
    }

    /** Skips a list with lists and tuples in it, and returns its text. */
    private String list() {
        int start = at;
        int depth = 0;
        do {
            char c = peek();
            if (c == '\'' || c == '"') {
                quoted();
                continue;
            }
            if (c == '[' || c == '(') {
                depth++;
            } else if (c == ']' || c == ')') {
                depth--;
            }
            at++;
        } while (depth > 0);
        return text.substring(start, at);
    }

    private boolean truth() {
        peek();
        for (String word : List.of("True", "False")) {
            if (text.startsWith(word, at)) {
                at += word.length();
                return word.equals("True");
            }
        }
        throw context.fault("its npy header's 'fortran_order' is neither True nor False.");
    }

    private List<Long> sizes() {
        expect('(');
        List<Long> sizes = new ArrayList<>();
        while (peek() != ')') {
            sizes.add(size());
            if (sizes.size() > MOST_AXES) {
                throw context.fault(Reason.UNSUPPORTED, "its npy header's shape has more than " + MOST_AXES + " axes.");
            }
            if (peek() != ')') {
                expect(',');
            }
        }
        expect(')');
        return sizes;
    }

    private long size() {
        peek();
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw context.fault("its npy header's shape is not a tuple of sizes.");
        }
        if (at - start > MOST_DIGITS) {
            throw context.fault("its npy header's shape has a size of " + (at - start) + " digits.");
        }
        long size = Long.parseLong(text, start, at, 10);
        if (at < text.length() && text.charAt(at) == 'L') { // Python 2 wrote long numbers so.
            at++;
        }
        return size;
    }

    private void expect(char expected) {
        if (peek() != expected) {
            throw malformed();
        }
        at++;
    }

    /** Skips blanks and returns the character that comes next, without taking it. */
    private char peek() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            throw malformed();
        }
        return text.charAt(at);
    }

    private TensorFileException malformed() {
        return context.fault(
                "its npy header is not a Python dictionary: it cannot be read from character " + at + " on.");
    }
}
