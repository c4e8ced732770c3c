package io.github.sae4j.tensors.internal;

import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.TensorFileException.Reason;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tensors of a file by name, the plain values beside them, and what else has a name there and cannot be used. */
public final class NamedTensors {

    private static final int NAMES_IN_A_SENTENCE = 12;

    private final ErrorContext context;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> unusable;
    private final Map<String, Object> values;

    /**
     * Gathers tensors.
     *
     * @param context the file
     * @param tensors the tensors in the order of the file
     * @param unusable for each name of something that is no tensor, the sentence that says why
     * @throws io.github.sae4j.tensors.TensorFileException if two tensors have the same name
     */
    public NamedTensors(ErrorContext context, List<StoredTensor> tensors, Map<String, String> unusable) {
        this(context, tensors, unusable, Map.of());
    }

    /**
     * Gathers tensors and values.
     *
     * @param values the plain values beside the tensors: texts, truth values, whole numbers as {@code BigInteger},
     *     others as {@code Double}
     */
    public NamedTensors(
            ErrorContext context,
            List<StoredTensor> tensors,
            Map<String, String> unusable,
            Map<String, Object> values) {
        this.context = context;
        this.unusable = Map.copyOf(unusable);
        this.values = Map.copyOf(values);
        for (StoredTensor tensor : tensors) {
            if (this.tensors.put(tensor.name(), tensor) != null || unusable.containsKey(tensor.name())) {
                throw context.fault("two tensors have the name " + Quoted.of(tensor.name()) + ".");
            }
        }
    }

    /** Returns all tensors, in the order of the file. */
    public List<StoredTensor> all() {
        return List.copyOf(tensors.values());
    }

    /** Returns the plain values beside the tensors. */
    public Map<String, Object> values() {
        return values;
    }

    /** Returns the names of what cannot be used, each with the sentence that says why. */
    public Map<String, String> unusable() {
        return unusable;
    }

    /** Returns whether there is a tensor of that name. */
    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /**
     * Returns a tensor.
     *
     * @throws io.github.sae4j.tensors.TensorFileException if there is none of that name
     */
    public StoredTensor get(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor != null) {
            return tensor;
        }
        @Nullable String why = unusable.get(name);
        if (why != null) {
            throw context.part(name).fault(Reason.NO_SUCH_TENSOR, why);
        }
        throw context.fault(Reason.NO_SUCH_TENSOR, "there is no tensor " + Quoted.of(name) + ". " + present());
    }

    private String present() {
        if (tensors.isEmpty()) {
            return "There are none.";
        }
        String names = tensors.keySet().stream()
                .limit(NAMES_IN_A_SENTENCE)
                .map(Quoted::of)
                .collect(Collectors.joining(", "));
        int more = tensors.size() - NAMES_IN_A_SENTENCE;
        return "There are: " + names + (more > 0 ? " and " + more + " more." : ".");
    }
}
