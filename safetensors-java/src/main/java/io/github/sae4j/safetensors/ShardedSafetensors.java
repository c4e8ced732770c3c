package io.github.sae4j.safetensors;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import io.github.sae4j.safetensors.internal.FileBytes;
import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.safetensors.internal.ShardIndex;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A model that is split over several safetensors files, opened by its index ({@code *.safetensors.index.json}).
 *
 * <p>The index says which file has which tensor; a file is opened when a tensor of it is first asked for. File names
 * that lead out of the index's folder are refused when the index is opened. Safe for use by several threads.
 *
 * <pre>{@code
 * try (ShardedSafetensors model = ShardedSafetensors.open(Path.of("model.safetensors.index.json"))) {
 *     ByteBuffer embedding = model.tensor("model.embed_tokens.weight").slice();
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class ShardedSafetensors implements AutoCloseable {

    private final Path index;
    private final Map<String, String> metadata;
    private final Map<String, String> fileOfTensor;
    private final Map<String, SafetensorsFile> open = new HashMap<>();
    private boolean closed;

    private ShardedSafetensors(Path index, ShardIndex content) {
        this.index = index;
        this.metadata = content.metadata();
        this.fileOfTensor = content.fileOfTensor();
    }

    /**
     * Opens an index, and none of the files that it names.
     *
     * @param indexJson a {@code *.safetensors.index.json} beside its files
     * @return an open model, to be closed by the caller
     * @throws SafetensorsException if the index is not there, cannot be read, is not of the expected form
     *     ({@link Reason#INVALID_INDEX}) or names a file outside its folder ({@link Reason#UNSAFE_FILE_NAME})
     */
    public static ShardedSafetensors open(Path indexJson) {
        Objects.requireNonNull(indexJson, "indexJson");
        try (FileBytes bytes = FileBytes.open(indexJson)) {
            return new ShardedSafetensors(indexJson, ShardIndex.read(indexJson.toString(), bytes));
        }
    }

    /** Returns the path of the index. */
    public Path path() {
        return index;
    }

    /** Returns what the index says under {@code metadata}: strings as they are, all else as JSON; unmodifiable. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Returns the bytes of all tensors together as the index claims them, or empty if it does not say. */
    public OptionalLong totalSize() {
        String text = metadata.getOrDefault("total_size", "");
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** Returns the names of all tensors in the order of the index, unmodifiable. */
    public Set<String> names() {
        return fileOfTensor.keySet();
    }

    /** Returns the files that have the tensors, in the order of the index. */
    public List<Path> files() {
        return new LinkedHashSet<>(fileOfTensor.values())
                .stream().map(index::resolveSibling).toList();
    }

    /**
     * Returns whether the index has a tensor.
     *
     * @param name the tensor's exact name
     */
    public boolean contains(String name) {
        return fileOfTensor.containsKey(Objects.requireNonNull(name, "name"));
    }

    /**
     * Returns a tensor, opening its file if it is the first of it.
     *
     * @param name the tensor's exact name
     * @throws SafetensorsException if the index or the file has no such tensor ({@link Reason#NO_SUCH_TENSOR}), or the
     *     file is not there, cannot be read or breaks a rule of the format
     * @throws IllegalStateException if the model is closed
     */
    public TensorView tensor(String name) {
        String file = fileOfTensor.get(Objects.requireNonNull(name, "name"));
        if (file == null) {
            throw SafetensorsFile.noSuchTensor(index, name, fileOfTensor.keySet());
        }
        return shard(file, name).tensor(name);
    }

    private synchronized SafetensorsFile shard(String file, String tensor) {
        if (closed) {
            throw new IllegalStateException(index + ": the model is closed.");
        }
        SafetensorsFile shard = open.get(file);
        if (shard == null) {
            try {
                shard = SafetensorsFile.open(index.resolveSibling(file));
            } catch (SafetensorsException e) {
                if (e.reason() != Reason.NO_SUCH_FILE) {
                    throw e;
                }
                throw new SafetensorsException(
                        Reason.NO_SUCH_FILE,
                        e.getMessage() + " The index " + index + " says that it has tensor " + Quoted.of(tensor) + ".",
                        e);
            }
            open.put(file, shard);
        }
        return shard;
    }

    /**
     * Closes all files. Maps handed out before stay valid; {@link #tensor} and reads end in an {@link IllegalStateException}
     * from now on. A second call does nothing.
     */
    @Override
    public synchronized void close() {
        closed = true;
        SafetensorsException failure = null;
        for (SafetensorsFile shard : open.values()) {
            try {
                shard.close();
            } catch (SafetensorsException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        open.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
