package io.github.sae4j.tensors.internal.npy;

import io.github.sae4j.tensors.ElementType;
import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.ErrorContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** The bytes of an npy header: the magic, two bytes of version, the length of a text, and the text. */
public final class NpyHeaderText {

    /** What the shortest form has before its text. */
    public static final int LEAST_BYTES = 10;

    /** What the longer form has before its text. */
    static final int MOST_PREAMBLE_BYTES = 12;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MOST_TEXT_BYTES = 1 << 16;

    private static final Map<String, ElementType> TYPES = Map.ofEntries(
            Map.entry("f2", ElementType.F16),
            Map.entry("f4", ElementType.F32),
            Map.entry("f8", ElementType.F64),
            Map.entry("V2", ElementType.BF16), // The form in which NumPy writes bfloat16, whose name it does not know.
            Map.entry("b1", ElementType.BOOL),
            Map.entry("i1", ElementType.I8),
            Map.entry("i2", ElementType.I16),
            Map.entry("i4", ElementType.I32),
            Map.entry("i8", ElementType.I64),
            Map.entry("u1", ElementType.U8),
            Map.entry("u2", ElementType.U16),
            Map.entry("u4", ElementType.U32),
            Map.entry("u8", ElementType.U64));

    private NpyHeaderText() {}

    /** Returns whether a file that begins with these bytes is an npy file. */
    public static boolean isBeginning(byte[] start) {
        return start.length >= MAGIC.length && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /**
     * Returns how many bytes come before the text.
     *
     * @param start the file's first bytes, {@link #LEAST_BYTES} if there are so many
     * @throws io.github.sae4j.tensors.TensorFileException if it is no npy file of a known version
     */
    public static int preambleBytes(ErrorContext context, byte[] start) {
        if (start.length < LEAST_BYTES || !isBeginning(start)) {
            throw context.fault(Reason.WRONG_FORMAT, "it is not an npy file: it does not begin with \\x93NUMPY.");
        }
        int version = start[6];
        if (version < 1 || version > 3 || start[7] != 0) {
            throw context.fault(
                    Reason.UNSUPPORTED,
                    "it has npy version " + version + "." + start[7] + ", but 1.0, 2.0 and 3.0 are read.");
        }
        return version == 1 ? LEAST_BYTES : MOST_PREAMBLE_BYTES;
    }

    /**
     * Returns how many bytes the header takes.
     *
     * @param preamble the file's first bytes: {@link #MOST_PREAMBLE_BYTES} of them, or fewer if there are no more or the
     *     version needs no more
     * @param fileBytes how many bytes the file has
     * @throws io.github.sae4j.tensors.TensorFileException if it is no npy file of a known version, or ends too early
     */
    public static int bytes(ErrorContext context, byte[] preamble, long fileBytes) {
        int start = preambleBytes(context, preamble);
        if (preamble.length < start) {
            throw context.fault("it ends within its npy header.");
        }
        ByteBuffer numbers = ByteBuffer.wrap(preamble).order(ByteOrder.LITTLE_ENDIAN);
        long text = start == LEAST_BYTES ? numbers.getShort(8) & 0xffffL : numbers.getInt(8) & 0xffff_ffffL;
        if (text > MOST_TEXT_BYTES) {
            throw context.fault(
                    Reason.UNSUPPORTED,
                    "its npy header has " + text + " bytes, but at most " + MOST_TEXT_BYTES + " are read.");
        }
        if (start + text > fileBytes) {
            throw context.fault("its npy header should have " + text + " bytes, but all of it has " + fileBytes + ".");
        }
        return (int) (start + text);
    }

    /**
     * Reads a header.
     *
     * @param header all bytes of the header
     * @param bytes how many there should be, as {@link #bytes} says
     * @throws io.github.sae4j.tensors.TensorFileException if there are fewer, or they are not a dictionary of the three
     *     entries that npy asks for
     */
    public static NpyDescription read(ErrorContext context, byte[] header, int bytes) {
        if (header.length < bytes) {
            throw context.fault("it ends within its npy header.");
        }
        int start = preambleBytes(context, header);
        boolean unicode = header[6] == 3;
        String text = new String(
                header, start, bytes - start, unicode ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        NpyDictionary dictionary = NpyDictionary.parse(context, text);
        return new NpyDescription(dictionary.descr(), dictionary.fortranOrder(), dictionary.shape());
    }

    /** Returns the type that NumPy spells so, or empty if there is none that is read. */
    static Optional<ElementType> type(String descr) {
        if (descr.equals("bfloat16")) {
            return Optional.of(ElementType.BF16);
        }
        boolean ordered = descr.startsWith("<") || descr.startsWith(">") || descr.startsWith("|");
        ElementType type = ordered ? TYPES.get(descr.substring(1)) : null;
        if (type == null || (descr.startsWith("|") && type.bytes() > 1 && type != ElementType.BF16)) {
            return Optional.empty();
        }
        return Optional.of(type);
    }
}
