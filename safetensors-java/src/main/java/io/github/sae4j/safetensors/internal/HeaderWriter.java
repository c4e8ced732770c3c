package io.github.sae4j.safetensors.internal;

import io.github.sae4j.safetensors.SafetensorsException;
import io.github.sae4j.safetensors.SafetensorsException.Reason;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lays tensors out and writes the header, byte for byte as the reference implementation does. */
public final class HeaderWriter {

    /** Larger alignment first, so that every tensor is aligned; then by name. */
    private static final Comparator<TensorSpec> FILE_ORDER = Comparator.comparing(TensorSpec::dtype)
            .reversed()
            .thenComparing(TensorSpec::name, HeaderWriter::compareCodePoints);

    private final StringBuilder json = new StringBuilder("{");

    private HeaderWriter() {}

    /**
     * Returns the tensors in the order in which their bytes follow the header, without gaps.
     *
     * @param tensors in any order
     */
    public static List<TensorSpec> fileOrder(Collection<TensorSpec> tensors) {
        List<TensorSpec> ordered = new ArrayList<>(tensors);
        ordered.sort(FILE_ORDER);
        return List.copyOf(ordered);
    }

    /**
     * Returns the length field, the header and its padding.
     *
     * @param ordered the tensors in file order
     * @param metadata free text, in any order; no {@code __metadata__} is written if empty
     * @return the first bytes of a file, a multiple of 8 of them
     * @throws SafetensorsException if the header would exceed what the format allows ({@link Reason#HEADER_TOO_LARGE}),
     *     the metadata are not Unicode text ({@link Reason#INVALID_SPEC}), or the tensors are together too large to
     *     count ({@link Reason#SIZE_OVERFLOW})
     */
    public static ByteBuffer write(List<TensorSpec> ordered, Map<String, String> metadata) {
        HeaderWriter writer = new HeaderWriter();
        writer.metadata(metadata);
        long begin = 0;
        for (TensorSpec tensor : ordered) {
            long end = begin + tensor.byteSize();
            if (end < 0) {
                throw new SafetensorsException(
                        Reason.SIZE_OVERFLOW, "The tensors together have too many bytes to count.");
            }
            writer.tensor(tensor, begin, end);
            begin = end;
        }
        writer.append("}");
        byte[] utf8 = writer.json.toString().getBytes(StandardCharsets.UTF_8);
        int padding = -utf8.length & 7;
        requireAllowed(utf8.length + (long) padding);
        ByteBuffer bytes = ByteBuffer.allocate(Header.PREFIX_LENGTH + utf8.length + padding)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(utf8.length + padding)
                .put(utf8);
        while (bytes.hasRemaining()) {
            bytes.put((byte) ' ');
        }
        return bytes.flip();
    }

    private void metadata(Map<String, String> metadata) {
        if (metadata.isEmpty()) {
            return;
        }
        string(Header.METADATA_KEY);
        append(":");
        String separator = "{";
        Map<String, String> sorted = new TreeMap<>(HeaderWriter::compareCodePoints);
        sorted.putAll(metadata);
        for (Map.Entry<String, String> entry : sorted.entrySet()) {
            append(separator);
            string(requireUnicode(entry.getKey()));
            append(":");
            string(requireUnicode(entry.getValue()));
            separator = ",";
        }
        append("}");
    }

    private static String requireUnicode(String text) {
        if (!Quoted.isUnicode(text)) {
            throw new SafetensorsException(
                    Reason.INVALID_SPEC,
                    "Metadata must be text, but " + Quoted.of(text) + " has half a surrogate pair.");
        }
        return text;
    }

    private void tensor(TensorSpec tensor, long begin, long end) {
        if (json.length() > 1) {
            append(",");
        }
        string(tensor.name());
        append(":{\"dtype\":\"");
        append(tensor.dtype().label());
        append("\",\"shape\":[");
        String separator = "";
        for (long dimension : tensor.shape()) {
            append(separator);
            append(Long.toString(dimension));
            separator = ",";
        }
        append("],\"data_offsets\":[" + begin + "," + end + "]}");
    }

    /** Escapes what JSON demands and nothing else, in the forms that the reference implementation chooses. */
    private void string(String text) {
        requireAllowed((long) json.length() + text.length());
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < ' ') {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }

    private void append(String text) {
        json.append(text);
        requireAllowed(json.length());
    }

    /** Each char takes at least a byte, so counting chars on the way stops a runaway header before it fills the heap. */
    private static void requireAllowed(long length) {
        if (length > Header.MAX_LENGTH) {
            throw new SafetensorsException(
                    Reason.HEADER_TOO_LARGE,
                    "The header would have " + length + " bytes or more, but the format allows at most "
                            + Header.MAX_LENGTH + ". Metadata or the number of tensors must shrink.");
        }
    }

    /** The order of UTF-8 bytes, which differs from String's own where surrogates are. */
    private static int compareCodePoints(String left, String right) {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                if (Character.isSurrogate(a) == Character.isSurrogate(b)) {
                    return Character.compare(a, b);
                }
                return Character.isSurrogate(a) ? 1 : -1;
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
