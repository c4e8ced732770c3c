package io.github.sae4j.data.internal.arrow;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.internal.tensors.InputChannel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The messages of an Arrow file, in the stream format or the file format.
 *
 * <p>See <a href="https://arrow.apache.org/docs/format/Columnar.html">the format</a>.
 */
final class ArrowFile implements AutoCloseable {

    private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
    private static final int MAGIC_AND_PADDING = 8;
    private static final int CONTINUATION = -1;

    private final InputChannel channel;
    private final long size;
    private @Nullable Footer footer;
    private int block;
    private long next;

    private ArrowFile(InputChannel channel) {
        this.channel = channel;
        this.size = channel.size();
    }

    /**
     * What a message holds beside its header.
     *
     * @param header the header
     * @param body where its buffers begin in the file
     * @param bodyLength how many bytes they have
     */
    record Read(Message header, long body, long bodyLength) {}

    static ArrowFile open(Path path) {
        return new ArrowFile(InputChannel.open(path));
    }

    /**
     * Looks for the footer; to be called first. In the file format it says where the record batches are, and not all
     * writers put a schema before these.
     */
    void readFooter() {
        if (size < MAGIC_AND_PADDING || !isMagic(0)) {
            return;
        }
        long end = size - MAGIC.length - Integer.BYTES;
        int length = end < MAGIC_AND_PADDING || !isMagic(size - MAGIC.length)
                ? -1
                : read(end, Integer.BYTES).getInt();
        if (length < 0 || length > end - MAGIC_AND_PADDING) {
            throw damaged("it has no footer");
        }
        footer = Footer.getRootAsFooter(read(end - length, length));
    }

    private boolean isMagic(long position) {
        byte[] found = new byte[MAGIC.length];
        read(position, found.length).get(found);
        return Arrays.equals(found, MAGIC);
    }

    /**
     * Returns the schema; to be called before {@link #next}.
     *
     * @throws DataException if there is none
     */
    Schema schema() {
        if (footer != null) {
            return footer.schema();
        }
        Read first = next();
        if (first == null || first.header().headerType() != MessageHeader.Schema) {
            throw damaged("it does not begin with a schema");
        }
        return (Schema) first.header().header(new Schema());
    }

    /**
     * Returns the next message, or null after the last.
     *
     * @throws DataException if no message is there, or the file ends before it does
     */
    @Nullable
    Read next() {
        if (footer != null) {
            if (block == footer.recordBatchesLength()) {
                return null;
            }
            next = footer.recordBatches(block++).offset();
            if (next < 0 || next > size) {
                throw damaged("its footer says that a record batch begins at byte " + next);
            }
        } else if (next == size && next > 0) {
            return null;
        }
        int length = number();
        if (length == CONTINUATION) {
            length = number();
        }
        if (length == 0) {
            return null;
        }
        if (length < 0 || length > size - next) {
            throw damaged("a message says that its header has " + length + " bytes");
        }
        Message header = Message.getRootAsMessage(read(next, length));
        long body = next + length;
        long bodyLength = header.bodyLength();
        if (bodyLength < 0 || bodyLength > size - body) {
            throw new DataException(
                    Reason.MALFORMED,
                    channel + ": a message of " + bodyLength + " bytes begins at byte " + body + ", but the file has "
                            + size + " in all; it was cut short.");
        }
        next = body + bodyLength;
        return new Read(header, body, bodyLength);
    }

    private int number() {
        if (size - next < Integer.BYTES) {
            throw damaged("it ends within the length of a message");
        }
        next += Integer.BYTES;
        return read(next - Integer.BYTES, Integer.BYTES).getInt();
    }

    /** Returns bytes that are in the file. */
    ByteBuffer read(long position, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        read(position, bytes);
        return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Fills the rest of a buffer with bytes that are in the file. */
    void read(long position, ByteBuffer target) {
        channel.read(position, target);
    }

    /** Returns the exception for a file that breaks the format. */
    DataException damaged(String how) {
        return new DataException(Reason.MALFORMED, channel + ": this is no Arrow file or a damaged one: " + how + ".");
    }

    @Override
    public void close() {
        channel.close();
    }

    @Override
    public String toString() {
        return channel.toString();
    }
}
