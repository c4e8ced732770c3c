package io.github.sae4j.data.internal.numpy;

import io.github.sae4j.data.internal.tensors.FloatType;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the header of an npy file says: a Python dictionary with the keys {@code descr}, {@code fortran_order} and
 * {@code shape}.
 *
 * @param dtype the number format as NumPy spells it, for example {@code <f4}
 * @param shape the sizes of the axes
 * @param byRows whether the array is stored row by row
 */
record NpyHeader(String dtype, List<Long> shape, boolean byRows) {

    private static final Pattern DICTIONARY = Pattern.compile("\\s*\\{(.*)\\}\\s*", Pattern.DOTALL);
    private static final Pattern ENTRY = Pattern.compile(
            "\\s*(?:'(\\w+)'|\"(\\w+)\")\\s*:\\s*('[^'\\\\]*'|\"[^\"\\\\]*\"|True|False|\\([^()]*\\)|\\[[^{}]*\\])\\s*(,|$)",
            Pattern.DOTALL);
    private static final Pattern SHAPE = Pattern.compile("\\(\\s*(?:\\d+\\s*,\\s*)*(?:\\d+\\s*(?:,\\s*)?)?\\)");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern FLOAT = Pattern.compile("([<>])f([248])");
    private static final int MAX_AXES = 32;

    /**
     * Reads a header.
     *
     * @param text the header's text, without magic, version and length
     * @throws IllegalArgumentException with the rest of a sentence that begins with the file's name
     */
    static NpyHeader parse(String text) {
        Map<String, String> entries = entries(text);
        String descr = unquoted(entry(entries, "descr"));
        List<Long> shape = shape(entry(entries, "shape"));
        String fortranOrder = entry(entries, "fortran_order");
        if (!fortranOrder.equals("False") && !fortranOrder.equals("True")) {
            throw new IllegalArgumentException("fortran_order must be True or False, but is " + fortranOrder + ".");
        }
        return new NpyHeader(descr, shape, fortranOrder.equals("False") || shape.size() <= 1);
    }

    /** Returns the byte order. */
    ByteOrder order() {
        return dtype.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /** Returns the number format if activations may be stored in it, null otherwise. */
    @Nullable
    FloatType type() {
        Matcher type = FLOAT.matcher(dtype);
        if (!type.matches()) {
            return null;
        }
        return switch (type.group(2)) {
            case "2" -> FloatType.F16;
            case "4" -> FloatType.F32;
            default -> FloatType.F64;
        };
    }

    /**
     * Returns the number format of activations.
     *
     * @throws IllegalArgumentException with the rest of a sentence that begins with the file's name, if the array cannot be
     *     activations
     */
    FloatType activationType() {
        FloatType type = type();
        if (type == null) {
            throw new IllegalArgumentException(reason());
        }
        if (!byRows) {
            throw new IllegalArgumentException("the array is stored column by column (Fortran order), but must be"
                    + " stored row by row: save numpy.ascontiguousarray(x).");
        }
        return type;
    }

    private String reason() {
        if (dtype.startsWith("[")) {
            return "it holds records of several fields, but activations are one number each.";
        }
        if (dtype.endsWith("O")) {
            return "it holds pickled Python objects, which are never loaded.";
        }
        if (dtype.endsWith("V2")) {
            return "its dtype is '" + dtype + "', as of bfloat16, which npy cannot name: save it as float32, or as"
                    + " safetensors.";
        }
        return "its dtype is '" + dtype + "', but activations are <f2, <f4, <f8, >f2, >f4 or >f8.";
    }

    /**
     * Returns how many bytes activations of this shape take.
     *
     * @throws IllegalArgumentException with the rest of a sentence that begins with the file's name, if they are more than
     *     a file can have, or the array cannot be activations
     */
    long activationBytes() {
        long bytes = activationType().bytes();
        try {
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("its shape " + shape + " is larger than any file.", e);
        }
        return bytes;
    }

    private static Map<String, String> entries(String text) {
        Matcher dictionary = DICTIONARY.matcher(text);
        if (!dictionary.matches()) {
            throw new IllegalArgumentException("its header is not a dictionary.");
        }
        String body = dictionary.group(1);
        Map<String, String> entries = new HashMap<>();
        Matcher entry = ENTRY.matcher(body);
        int at = 0;
        while (!body.substring(at).isBlank()) {
            if (!entry.region(at, body.length()).lookingAt()) {
                throw new IllegalArgumentException("its header cannot be read from character " + at + " on.");
            }
            String key = entry.group(1) != null ? entry.group(1) : entry.group(2);
            if (entries.put(key, entry.group(3)) != null) {
                throw new IllegalArgumentException("its header has \"" + key + "\" twice.");
            }
            at = entry.end();
        }
        if (entries.size() > 3) {
            throw new IllegalArgumentException("its header has other keys than descr, fortran_order and shape.");
        }
        return entries;
    }

    private static String entry(Map<String, String> entries, String key) {
        String value = entries.get(key);
        if (value == null) {
            throw new IllegalArgumentException("its header has no \"" + key + "\".");
        }
        return value;
    }

    private static String unquoted(String descr) {
        return descr.startsWith("'") || descr.startsWith("\"") ? descr.substring(1, descr.length() - 1) : descr;
    }

    private static List<Long> shape(String text) {
        if (!SHAPE.matcher(text).matches()) {
            throw new IllegalArgumentException("its shape " + text + " is not a tuple of sizes.");
        }
        List<Long> sizes = new ArrayList<>();
        Matcher number = NUMBER.matcher(text);
        while (number.find()) {
            if (sizes.size() == MAX_AXES || number.group().length() > 18) {
                throw new IllegalArgumentException("its shape " + text + " is larger than any array.");
            }
            sizes.add(Long.parseLong(number.group()));
        }
        return List.copyOf(sizes);
    }
}
