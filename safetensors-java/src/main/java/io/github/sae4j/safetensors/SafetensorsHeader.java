package io.github.sae4j.safetensors;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import io.github.sae4j.safetensors.internal.Header;
import io.github.sae4j.safetensors.internal.HeaderReader;
import io.github.sae4j.safetensors.internal.RandomAccessBytes;
import io.github.sae4j.safetensors.internal.SystemAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the header of a safetensors file says, wherever the file is: only the first bytes are read.
 *
 * <p>The header of a file on the hub, of which nothing else is fetched:
 *
 * <pre>{@code
 * RemoteFile remote = hub.lookUp(repo, "main", "sae_weights.safetensors");
 * SafetensorsHeader header = SafetensorsHeader.read(remote.file(), remote.size(), (position, target) ->
 *         target.put(hub.read(repo, remote.commit(), remote.file(), position, target.remaining())));
 * for (SafetensorsHeader.Entry tensor : header.tensors()) {
 *     System.out.println(tensor.spec().name() + " " + tensor.spec().shape() + " at byte " + tensor.offset());
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class SafetensorsHeader {

    private final List<Entry> tensors;
    private final Map<String, String> metadata;

    private SafetensorsHeader(List<Entry> tensors, Map<String, String> metadata) {
        this.tensors = List.copyOf(tensors);
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** Returns the tensors, in the order in which their bytes lie in the file. */
    public List<Entry> tensors() {
        return tensors;
    }

    /** Returns the free text under {@code __metadata__}, in the order of the file; empty if none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * A tensor and where its bytes lie. Immutable, and so safe for use by several threads.
     *
     * @param spec its name, type and shape
     * @param offset the position of its first byte in the file
     * @since 0.1
     */
    public record Entry(TensorSpec spec, long offset) {

        /** Checks that nothing is missing. */
        public Entry {
            Objects.requireNonNull(spec, "spec");
        }
    }

    /**
     * Bytes of a file that is somewhere else. Asked in the thread that reads the header.
     *
     * <pre>{@code
     * SafetensorsHeader.Source source = (position, target) ->
     *         target.put(bytes.slice(Math.toIntExact(position), target.remaining()));
     * SafetensorsHeader header = SafetensorsHeader.read("weights in memory", bytes.limit(), source);
     * }</pre>
     *
     * @since 0.1
     */
    @FunctionalInterface
    public interface Source {

        /**
         * Fills a buffer.
         *
         * @param position where to start reading
         * @param target receives {@code target.remaining()} bytes, all of which lie inside
         * @throws IOException if they cannot be read
         */
        void read(long position, ByteBuffer target) throws IOException;
    }

    /**
     * Reads a header and checks every rule of the format that needs no tensor's bytes.
     *
     * @param name the file's name, for messages
     * @param length the size of the file in bytes
     * @param source its bytes
     * @throws SafetensorsException if it breaks a rule, or the source throws an {@link IOException}, which is the cause
     */
    public static SafetensorsHeader read(String name, long length, Source source) {
        Objects.requireNonNull(source, "source");
        Header header = HeaderReader.read(Objects.requireNonNull(name, "name"), new RandomAccessBytes() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public void read(long position, ByteBuffer target) {
                try {
                    source.read(position, target);
                } catch (IOException e) {
                    throw new SafetensorsException(
                            e instanceof ClosedByInterruptException ? Reason.INTERRUPTED : Reason.IO,
                            name + ": the header cannot be read (" + SystemAnswer.of(e) + ").",
                            e);
                }
            }
        });
        return new SafetensorsHeader(
                header.tensors().stream()
                        .map(tensor -> new Entry(
                                new TensorSpec(tensor.name(), tensor.dtype(), tensor.shape()),
                                header.dataStart() + tensor.begin()))
                        .toList(),
                header.metadata());
    }
}
