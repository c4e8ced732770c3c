package io.github.sae4j.data.internal.tensors;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** The numbers of an array that can only be read from the first to the last, once. */
public final class ForwardBytes implements InputArray.Bytes {

    private static final int PIECE_BYTES = 1 << 16;

    private final String name;
    private final InputStream in;
    private final byte[] piece = new byte[PIECE_BYTES];
    private long position;

    /**
     * Returns what reads from here on.
     *
     * @param name the file's name, for sentences
     * @param in stands at the first number; is not closed
     */
    public ForwardBytes(String name, InputStream in) {
        this.name = name;
        this.in = in;
    }

    @Override
    public void read(long offset, ByteBuffer target) {
        if (offset < position) {
            throw new IllegalStateException(name + " is read backwards, from " + position + " to " + offset + ".");
        }
        try {
            in.skipNBytes(offset - position);
            position = offset;
            while (target.hasRemaining()) {
                int count = in.read(piece, 0, Math.min(piece.length, target.remaining()));
                if (count < 0) {
                    throw new EOFException();
                }
                target.put(piece, 0, count);
                position += count;
            }
        } catch (EOFException e) {
            throw new DataException(
                    Reason.MALFORMED,
                    name + ": it ends after " + position + " bytes of numbers, before all that its header tells of.",
                    e);
        } catch (IOException e) {
            throw new DataException(Reason.UNREADABLE, name + ": it cannot be read (" + LibraryMessage.of(e) + ").", e);
        }
    }
}
