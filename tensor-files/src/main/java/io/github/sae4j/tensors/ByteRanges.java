package io.github.sae4j.tensors;

import java.io.IOException;

/**
 * The bytes of a file that is somewhere else, of which ranges can be fetched.
 *
 * <p>Readers ask for headers in blocks of 16 KiB and keep these; one thread asks at a time.
 *
 * <p>One tensor of a file on the hub, without the others:
 *
 * <pre>{@code
 * RemoteFile remote = hub.lookUp(repo, "main", "sae_weights.safetensors");
 * ByteRanges ranges = (offset, count) -> hub.read(repo, remote.commit(), remote.file(), offset, count);
 * try (TensorFile file = TensorFile.open(remote.file(), remote.size(), ranges, TensorFormat.SAFETENSORS)) {
 *     float[] bias = file.tensor("b_enc").toFloats();
 * }
 * }</pre>
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ByteRanges {

    /**
     * Fetches a range. What it throws reaches whoever asked for the tensor, an {@link IOException} as the cause of a {@link
     * TensorFileException}.
     *
     * @param offset the range's first byte
     * @param count how many bytes, all of which lie inside the file
     * @return the bytes, {@code count} of them
     * @throws IOException if they cannot be fetched
     */
    byte[] fetch(long offset, int count) throws IOException;
}
