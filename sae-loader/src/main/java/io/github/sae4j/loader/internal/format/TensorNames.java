package io.github.sae4j.loader.internal.format;

import io.github.sae4j.tensors.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tensors by the names that they have here, and which way round they are stored. */
final class TensorNames {

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /**
     * A tensor in its role.
     *
     * @param tensor as it is stored
     * @param turned whether it is stored as the transpose of what it is here
     */
    record Entry(Tensor tensor, boolean turned) {

        long[] shape() {
            long[] shape = tensor.shape();
            return turned && shape.length == 2 ? new long[] {shape[1], shape[0]} : shape;
        }

        /** Returns the tensor as it is here; turning moves no byte. */
        Tensor upright() {
            return turned ? tensor.transpose() : tensor;
        }
    }

    /** Adds a tensor under its own name. */
    void add(Tensor tensor) {
        put(tensor.name(), tensor);
    }

    /** Puts a tensor in the place of the one of that name. */
    void put(String name, Tensor tensor) {
        entries.put(name, new Entry(tensor, false));
    }

    boolean contains(String name) {
        return entries.containsKey(name);
    }

    @Nullable
    Entry get(String name) {
        return entries.get(name);
    }

    void rename(String name, String... publishersNames) {
        take(publishersNames, name, false);
    }

    void turn(String name, String... publishersNames) {
        take(publishersNames, name, true);
    }

    /** Gives the first tensor of those that is there another name, and turns it if that is asked for. */
    private void take(String[] candidates, String name, boolean turn) {
        for (String candidate : candidates) {
            @Nullable Entry entry = entries.remove(candidate);
            if (entry != null) {
                entries.put(name, new Entry(entry.tensor(), entry.turned() != turn));
                return;
            }
        }
    }

    void renameIgnoringCase(String name, String... publishersNames) {
        for (String candidate : publishersNames) {
            for (String present : List.copyOf(entries.keySet())) {
                if (present.equalsIgnoreCase(candidate)) {
                    rename(name, present);
                    return;
                }
            }
        }
    }

    void dropPrefix(String prefix) {
        for (String name : List.copyOf(entries.keySet())) {
            if (name.startsWith(prefix)) {
                rename(name.substring(prefix.length()), name);
            }
        }
    }
}
