package io.github.sae4j.loader.internal.npz;

import io.github.sae4j.loader.internal.container.Quoted;
import io.github.sae4j.loader.internal.container.Subject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The beginning of an npy file.
 *
 * @param descr the type of the elements as NumPy spells it, for example {@code <f4}; a list of fields is kept as text
 * @param fortranOrder whether the first index runs fastest
 * @param shape the sizes of the axes
 * @param bytes how many bytes the header takes; the elements follow
 */
@SuppressWarnings("ArrayRecordComponent") // Made and read in this package alone.
record NpyHeader(String descr, boolean fortranOrder, long[] shape, int bytes) {

    /** The magic, two bytes of version, and the length of the text in its wider form. */
    static final int PREAMBLE_BYTES = 12;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MOST_TEXT_BYTES = 1 << 16;

    /**
     * Returns how many bytes the header takes.
     *
     * @param preamble the file's first bytes: {@link #PREAMBLE_BYTES} of them, or fewer if there are no more
     * @param fileBytes how many bytes the file has
     * @throws io.github.sae4j.loader.SaeLoadException if it is no npy file of a known version, or ends too early
     */
    static int bytes(Subject subject, byte[] preamble, long fileBytes) {
        if (preamble.length < 10 || !Arrays.equals(preamble, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw subject.fault("it is not an npy file: it does not begin with \\x93NUMPY.");
        }
        int version = preamble[6];
        if (version < 1 || version > 3 || preamble[7] != 0) {
            throw subject.fault(
                    "it has npy version " + version + "." + preamble[7] + ", but 1.0, 2.0 and 3.0 are read.");
        }
        ByteBuffer numbers = ByteBuffer.wrap(preamble).order(ByteOrder.LITTLE_ENDIAN);
        int start = start(version);
        if (preamble.length < start) {
            throw subject.fault("it ends within its npy header.");
        }
        long text = version == 1 ? numbers.getShort(8) & 0xffffL : numbers.getInt(8) & 0xffff_ffffL;
        if (text > MOST_TEXT_BYTES) {
            throw subject.fault("its npy header has " + text + " bytes, but at most " + MOST_TEXT_BYTES + " are read.");
        }
        if (start + text > fileBytes) {
            throw subject.fault("its npy header should have " + text + " bytes, but all of it has " + fileBytes + ".");
        }
        return (int) (start + text);
    }

    private static int start(int version) {
        return version == 1 ? 10 : PREAMBLE_BYTES;
    }

    /**
     * Reads a header.
     *
     * @param header all bytes of the header, as many as {@link #bytes} says
     * @throws io.github.sae4j.loader.SaeLoadException if it is not a dictionary of the three entries that npy asks for
     */
    static NpyHeader read(Subject subject, byte[] header) {
        int version = header[6];
        int start = start(version);
        String text = new String(
                header,
                start,
                header.length - start,
                version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        NpyDictionary dictionary = NpyDictionary.parse(subject, text);
        return new NpyHeader(dictionary.descr(), dictionary.fortranOrder(), dictionary.shape(), header.length);
    }

    /** Returns the type's name for a sentence. */
    String quotedDescr() {
        return Quoted.of(descr);
    }
}
