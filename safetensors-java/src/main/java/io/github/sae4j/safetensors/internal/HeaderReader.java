package io.github.sae4j.safetensors.internal;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsException;
import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the header of a file and checks every rule of the format, without looking at the tensors' bytes. */
public final class HeaderReader {

    private static final int MOST_DIGITS_OF_A_LONG = 19;

    private final String file;
    private final Set<String> names = new HashSet<>();
    private final List<Header.Tensor> tensors = new ArrayList<>();
    private Map<String, String> metadata = Map.of();

    private HeaderReader(String file) {
        this.file = file;
    }

    /**
     * Returns the header of a file.
     *
     * @param file the file's name for messages
     * @param bytes the whole file
     * @throws SafetensorsException if a rule of the format is broken, with a constant of {@link Reason} for each rule
     */
    public static Header read(String file, RandomAccessBytes bytes) {
        HeaderReader reader = new HeaderReader(file);
        byte[] json = reader.headerBytes(bytes);
        reader.requireUtf8(json);
        reader.parse(json);
        long dataStart = Header.PREFIX_LENGTH + (long) json.length;
        reader.checkLayout(bytes.length(), dataStart);
        return new Header(dataStart, List.copyOf(reader.tensors), reader.metadata);
    }

    private byte[] headerBytes(RandomAccessBytes bytes) {
        long fileLength = bytes.length();
        if (fileLength < Header.PREFIX_LENGTH) {
            throw broken(
                    Reason.HEADER_TOO_SMALL,
                    "the file has " + fileLength + " bytes, but the length of the header alone takes 8.");
        }
        ByteBuffer prefix = ByteBuffer.allocate(Header.PREFIX_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        bytes.read(0, prefix);
        long length = prefix.getLong(0);
        // The number in the file is unsigned: a negative one here is larger than any header.
        if (length < 0 || length > Header.MAX_LENGTH) {
            throw broken(
                    Reason.HEADER_TOO_LARGE,
                    "the file claims a header of " + Long.toUnsignedString(length) + " bytes; at most "
                            + Header.MAX_LENGTH + " are allowed. Is it a safetensors file?");
        }
        if (length > fileLength - Header.PREFIX_LENGTH) {
            throw broken(
                    Reason.HEADER_BEYOND_END,
                    "the file claims a header of " + length + " bytes, but only " + (fileLength - Header.PREFIX_LENGTH)
                            + " bytes follow. Is it cut short?");
        }
        byte[] json = new byte[(int) length];
        bytes.read(Header.PREFIX_LENGTH, ByteBuffer.wrap(json));
        return json;
    }

    private static CharsetDecoder strictUtf8() {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    private void requireUtf8(byte[] json) {
        ByteBuffer in = ByteBuffer.wrap(json);
        CharBuffer out = CharBuffer.allocate(Math.min(json.length + 1, 8192));
        CharsetDecoder decoder = strictUtf8();
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (result.isError()) {
                throw broken(
                        Reason.HEADER_NOT_UTF8,
                        "the header is not UTF-8 text: byte " + (Header.PREFIX_LENGTH + in.position())
                                + " of the file starts no valid character.");
            }
            if (result.isUnderflow()) {
                return;
            }
            out.clear();
        }
    }

    private void parse(byte[] json) {
        // Gson would skip a byte order mark, which JSON does not allow.
        if (json.length >= 3 && json[0] == (byte) 0xEF && json[1] == (byte) 0xBB && json[2] == (byte) 0xBF) {
            throw broken(Reason.HEADER_NOT_JSON, "the header starts with a byte order mark.");
        }
        try (Reader text = new InputStreamReader(new ByteArrayInputStream(json), strictUtf8());
                JsonReader in = new JsonReader(text)) {
            JsonRules.check(json);
            readRoot(in);
            if (in.peek() != JsonToken.END_DOCUMENT) {
                throw broken(Reason.HEADER_NOT_JSON, "something follows the header's closing brace.");
            }
        } catch (IOException | IllegalStateException e) {
            throw new SafetensorsException(
                    Reason.HEADER_NOT_JSON, file + ": the header is not valid JSON (" + Quoted.firstLine(e) + ").", e);
        }
    }

    private void readRoot(JsonReader in) throws IOException {
        if (in.peek() != JsonToken.BEGIN_OBJECT) {
            throw wrongType(in, JsonToken.BEGIN_OBJECT, "the header");
        }
        boolean metadataSeen = false;
        in.beginObject();
        while (in.hasNext()) {
            String name = unicode(in.nextName(), "a tensor's name");
            if (name.equals(Header.METADATA_KEY)) {
                if (metadataSeen) {
                    throw broken(Reason.DUPLICATE_NAME, "\"__metadata__\" occurs twice in the header.");
                }
                metadataSeen = true;
                metadata = readMetadata(in);
            } else if (names.add(name)) {
                tensors.add(readTensor(in, name));
            } else {
                throw broken(Reason.DUPLICATE_NAME, tensorText(name) + " occurs twice in the header.");
            }
        }
        in.endObject();
    }

    private Map<String, String> readMetadata(JsonReader in) throws IOException {
        if (in.peek() == JsonToken.NULL) {
            in.nextNull();
            return Map.of();
        }
        if (in.peek() != JsonToken.BEGIN_OBJECT) {
            throw wrongType(in, JsonToken.BEGIN_OBJECT, "\"__metadata__\"");
        }
        Map<String, String> entries = new LinkedHashMap<>();
        in.beginObject();
        while (in.hasNext()) {
            String key = unicode(in.nextName(), "a key of \"__metadata__\"");
            if (in.peek() != JsonToken.STRING) {
                throw wrongType(in, JsonToken.STRING, "the value of " + Quoted.of(key) + " in \"__metadata__\"");
            }
            if (entries.put(key, unicode(in.nextString(), "a value of \"__metadata__\"")) != null) {
                throw broken(Reason.DUPLICATE_NAME, Quoted.of(key) + " occurs twice in \"__metadata__\".");
            }
        }
        in.endObject();
        return Collections.unmodifiableMap(entries);
    }

    private Header.Tensor readTensor(JsonReader in, String name) throws IOException {
        if (in.peek() != JsonToken.BEGIN_OBJECT) {
            throw wrongType(in, JsonToken.BEGIN_OBJECT, "the description of " + tensorText(name));
        }
        Dtype dtype = null;
        long[] shape = null;
        long[] offsets = null;
        in.beginObject();
        while (in.hasNext()) {
            String field = in.nextName();
            switch (field) {
                case "dtype" -> {
                    requireFirst(dtype, field, name);
                    dtype = readDtype(in, name);
                }
                case "shape" -> {
                    requireFirst(shape, field, name);
                    shape = readNumbers(in, field, name);
                }
                case "data_offsets" -> {
                    requireFirst(offsets, field, name);
                    offsets = readNumbers(in, field, name);
                }
                default -> in.skipValue();
            }
        }
        in.endObject();
        if (dtype == null || shape == null || offsets == null) {
            String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
            throw broken(Reason.HEADER_FORM, tensorText(name) + " has no \"" + missing + "\".");
        }
        if (offsets.length != 2) {
            throw broken(
                    Reason.HEADER_FORM,
                    fieldText("data_offsets", name) + " must be two numbers, but are " + offsets.length + ".");
        }
        return new Header.Tensor(name, dtype, shape, offsets[0], offsets[1]);
    }

    private void requireFirst(@Nullable Object earlier, String field, String tensor) {
        if (earlier != null) {
            throw broken(Reason.DUPLICATE_NAME, tensorText(tensor) + " has \"" + field + "\" twice.");
        }
    }

    private Dtype readDtype(JsonReader in, String tensor) throws IOException {
        if (in.peek() != JsonToken.STRING) {
            throw wrongType(in, JsonToken.STRING, fieldText("dtype", tensor));
        }
        String label = in.nextString();
        return Dtype.ofLabel(label)
                .orElseThrow(() -> broken(
                        Reason.UNKNOWN_DTYPE,
                        tensorText(tensor) + " has the dtype " + Quoted.of(label) + ", which is unknown."));
    }

    private long[] readNumbers(JsonReader in, String field, String tensor) throws IOException {
        if (in.peek() != JsonToken.BEGIN_ARRAY) {
            throw wrongType(in, JsonToken.BEGIN_ARRAY, fieldText(field, tensor));
        }
        long[] numbers = new long[4];
        int count = 0;
        in.beginArray();
        while (in.hasNext()) {
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * count);
            }
            numbers[count++] = readNumber(in, field, tensor);
        }
        in.endArray();
        return Arrays.copyOf(numbers, count);
    }

    private long readNumber(JsonReader in, String field, String tensor) throws IOException {
        if (in.peek() != JsonToken.NUMBER) {
            throw wrongType(in, JsonToken.NUMBER, "each of " + fieldText(field, tensor));
        }
        // The literal is looked at by hand because Gson's nextLong would take 4.0 and 1e2 for whole numbers.
        String literal = in.nextString();
        for (int i = 0; i < literal.length(); i++) {
            if (literal.charAt(i) < '0' || literal.charAt(i) > '9') {
                throw broken(
                        Reason.HEADER_FORM,
                        "each of " + fieldText(field, tensor) + " must be a whole number of 0 or more, but one is "
                                + Quoted.of(literal) + ".");
            }
        }
        try {
            if (literal.length() <= MOST_DIGITS_OF_A_LONG) {
                return Long.parseLong(literal);
            }
        } catch (NumberFormatException tooLarge) {
            // Falls through to the sentence below, which says all that this exception knows.
        }
        throw broken(
                Reason.SIZE_OVERFLOW,
                fieldText(field, tensor) + " has " + Quoted.of(literal) + ", which is beyond any file's size.");
    }

    // Phrases for messages. They are put together only when something is wrong: a header can have millions of parts.

    private static String tensorText(String name) {
        return "tensor " + Quoted.of(name);
    }

    private static String fieldText(String field, String tensor) {
        return "\"" + field + "\" of " + tensorText(tensor);
    }

    private SafetensorsException wrongType(JsonReader in, JsonToken expected, String what) throws IOException {
        return broken(
                Reason.HEADER_FORM, what + " must be " + describe(expected) + ", but is " + describe(in.peek()) + ".");
    }

    private static String describe(JsonToken token) {
        return switch (token) {
            case BEGIN_OBJECT -> "an object";
            case BEGIN_ARRAY -> "an array";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "a boolean";
            case NULL -> "null";
            case END_DOCUMENT -> "missing";
            case NAME, END_OBJECT, END_ARRAY -> "the end of what holds it";
        };
    }

    /** Gson refuses half a surrogate pair only in its newer versions, and the application chooses the version. */
    private String unicode(String text, String what) {
        if (!Quoted.isUnicode(text)) {
            throw broken(
                    Reason.HEADER_NOT_JSON, what + " has half a surrogate pair: " + Quoted.of(text) + " is not text.");
        }
        return text;
    }

    /** Holds that the tensors' ranges follow each other without hole or overlap from the header to the file's end. */
    private void checkLayout(long fileLength, long dataStart) {
        tensors.sort(Comparator.comparingLong(Header.Tensor::begin).thenComparingLong(Header.Tensor::end));
        long end = 0;
        for (Header.Tensor tensor : tensors) {
            if (tensor.begin != end || tensor.end < tensor.begin) {
                throw broken(
                        Reason.INVALID_OFFSETS,
                        tensorText(tensor.name) + " has the offsets [" + tensor.begin + ", " + tensor.end
                                + "], but must begin at " + end
                                + " where the tensor before it ends, and not end before that.");
            }
            long needed = bytesOf(tensor);
            if (tensor.end - tensor.begin != needed) {
                throw broken(
                        Reason.SIZE_MISMATCH,
                        tensorText(tensor.name) + " of " + tensor.dtype.label() + " " + shapeText(tensor.shape)
                                + " needs " + needed + " bytes, but its offsets span " + (tensor.end - tensor.begin)
                                + ".");
            }
            end = tensor.end;
        }
        if (fileLength - dataStart != end) {
            throw broken(
                    Reason.FILE_LENGTH_MISMATCH,
                    "the header describes " + end + " bytes of tensors, but " + (fileLength - dataStart)
                            + " bytes follow it." + (fileLength - dataStart < end ? " Is it cut short?" : ""));
        }
    }

    private long bytesOf(Header.Tensor tensor) {
        try {
            long elements = 1;
            for (long dimension : tensor.shape) {
                elements = Math.multiplyExact(elements, dimension);
            }
            return tensor.dtype.byteSize(elements);
        } catch (ArithmeticException e) {
            throw new SafetensorsException(
                    Reason.SIZE_OVERFLOW,
                    file + ": " + tensorText(tensor.name) + " has the shape " + shapeText(tensor.shape)
                            + ", which has too many elements to count.",
                    e);
        } catch (SafetensorsException e) {
            throw new SafetensorsException(
                    e.reason(),
                    file + ": " + tensorText(tensor.name) + " has an impossible size. " + e.getMessage(),
                    e);
        }
    }

    private static String shapeText(long[] shape) {
        if (shape.length <= 16) {
            return Arrays.toString(shape);
        }
        return "of " + shape.length + " dimensions";
    }

    private SafetensorsException broken(Reason reason, String sentence) {
        return new SafetensorsException(reason, file + ": " + sentence);
    }
}
