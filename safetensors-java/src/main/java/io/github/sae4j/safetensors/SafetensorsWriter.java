package io.github.sae4j.safetensors;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import io.github.sae4j.safetensors.internal.HeaderWriter;
import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.safetensors.internal.StagedFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Writes a safetensors file piece by piece, without ever holding a tensor.
 *
 * <p>Names, types and shapes are fixed at the start; then bytes are appended to each tensor, in any order between
 * tensors. Everything goes to a temporary file beside the target, which {@link #commit} puts in the target's place in
 * one step: under its own name a file is either whole or not there, and a file that was there before stays as it was
 * until then. The same tensors and metadata give the same bytes, in whatever order they are named.
 *
 * <pre>{@code
 * List<TensorSpec> specs = List.of(new TensorSpec("features", Dtype.F32, tokens, dSae));
 * try (SafetensorsWriter writer = SafetensorsWriter.create(Path.of("features.safetensors"), specs, Map.of("format", "pt"))) {
 *     writer.write("features", bytes); // as often as needed
 *     writer.commit();
 * }
 * }</pre>
 *
 * <p>A writer may be used by several threads, one of which works at a time. An interrupt of a thread that is writing
 * makes the writer unusable, except for {@link #close}.
 *
 * @since 0.1
 */
public final class SafetensorsWriter implements AutoCloseable {

    private final StagedFile file;
    private final Map<String, Region> regions;

    private SafetensorsWriter(StagedFile file, Map<String, Region> regions) {
        this.file = file;
        this.regions = regions;
    }

    /** Where a tensor's bytes go, and how many have come. */
    private static final class Region {
        private final TensorSpec tensor;
        private final long start;
        private long written;

        Region(TensorSpec tensor, long start) {
            this.tensor = tensor;
            this.start = start;
        }

        long missing() {
            return tensor.byteSize() - written;
        }
    }

    /**
     * Starts a file.
     *
     * @param target the file to be, in a folder that exists; a regular file of that name is replaced by {@link #commit}
     * @param tensors all tensors that the file will have, in any order
     * @param metadata free text for {@code __metadata__}, which is left out if empty
     * @return a writer, to be closed by the caller
     * @throws SafetensorsException if two tensors have one name or the metadata are not Unicode text
     *     ({@link Reason#INVALID_SPEC}), the header would exceed 100,000,000 bytes ({@link Reason#HEADER_TOO_LARGE}),
     *     the target is a folder or the like ({@link Reason#NOT_A_FILE}), or its folder does not exist or cannot be
     *     written to
     */
    public static SafetensorsWriter create(Path target, List<TensorSpec> tensors, Map<String, String> metadata) {
        Objects.requireNonNull(target, "target");
        List<TensorSpec> ordered = HeaderWriter.fileOrder(Objects.requireNonNull(tensors, "tensors"));
        ByteBuffer header = HeaderWriter.write(ordered, Objects.requireNonNull(metadata, "metadata"));
        Map<String, Region> regions = new HashMap<>();
        long start = header.remaining();
        for (TensorSpec tensor : ordered) {
            if (regions.put(tensor.name(), new Region(tensor, start)) != null) {
                throw new SafetensorsException(
                        Reason.INVALID_SPEC, target + ": two tensors have the name " + Quoted.of(tensor.name()) + ".");
            }
            start += tensor.byteSize();
        }
        StagedFile file = StagedFile.create(target);
        try {
            file.write(0, header);
            return new SafetensorsWriter(file, regions);
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    /**
     * Appends bytes to a tensor.
     *
     * @param tensor the tensor's name
     * @param bytes from position to limit, which are taken as they are: numbers must be little-endian; consumed
     *     entirely
     * @throws SafetensorsException if there is no such tensor ({@link Reason#NO_SUCH_TENSOR}), the bytes are more than
     *     it still lacks ({@link Reason#TOO_MANY_BYTES}, and none is written), or writing fails
     * @throws IllegalStateException if the writer is closed or committed
     */
    public synchronized void write(String tensor, ByteBuffer bytes) {
        Region region = regions.get(Objects.requireNonNull(tensor, "tensor"));
        if (region == null) {
            throw SafetensorsFile.noSuchTensor(file.target(), tensor, regions.keySet());
        }
        int count = bytes.remaining();
        if (count > region.missing()) {
            throw new SafetensorsException(
                    Reason.TOO_MANY_BYTES,
                    file.target() + ": tensor " + Quoted.of(tensor) + " has " + region.tensor.byteSize()
                            + " bytes, of which " + region.written + " are written; " + count + " more do not fit.");
        }
        file.write(region.start + region.written, bytes);
        region.written += count;
    }

    /**
     * Puts the finished file in the target's place, after its bytes have reached the disk.
     *
     * @return the target
     * @throws SafetensorsException if bytes of a tensor are missing ({@link Reason#INCOMPLETE_TENSOR}; writing may go
     *     on), or the target cannot be written, in which case it is as it was
     * @throws IllegalStateException if the writer is closed or committed
     */
    public synchronized Path commit() {
        for (Region region : regions.values()) {
            if (region.missing() > 0) {
                throw new SafetensorsException(
                        Reason.INCOMPLETE_TENSOR,
                        file.target() + ": tensor " + Quoted.of(region.tensor.name()) + " has "
                                + region.tensor.byteSize() + " bytes, of which only " + region.written
                                + " are written.");
            }
        }
        return file.commit();
    }

    /** Gives up what was not committed: the temporary file is deleted. A second call does nothing. */
    @Override
    public synchronized void close() {
        file.close();
    }
}
