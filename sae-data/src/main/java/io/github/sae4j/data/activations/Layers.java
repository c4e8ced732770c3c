package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.internal.tensors.InputArray;
import io.github.sae4j.tensors.ElementType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which layer is read of activations {@code [tokens, layers, d_in]}, as vLLM's hidden-states connector saves them for each
 * request. Layer id L is the residual stream that enters block L. The file does not say which ids its layers have.
 *
 * @param id the layer's id; null if neither the user nor the SAE's hook tells it
 * @param ids the ids of all layers, in the order of the file; empty if the user has not told them
 * @param asked whether the user asked for a layer
 */
record Layers(@Nullable Integer id, List<Integer> ids, boolean asked) {

    /** What is to be done where the user says nothing. */
    public static final Layers NONE = new Layers(null, List.of(), false);

    private static final String VLLM_TENSOR = "hidden_states";
    private static final String VLLM_IDS = "token_ids";
    private static final int AXES = 3;

    /** Returns the settings that make this choice; empty if there is none. */
    List<Setting.Value> settings() {
        if (!asked || id == null) {
            return List.of();
        }
        return ids.isEmpty() ? List.of(Setting.LAYER.of(id)) : List.of(Setting.LAYER.of(id), namedIds());
    }

    private Setting.Value namedIds() {
        return Setting.LAYER_IDS.of(ids.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    /** Returns the same, of the layer where the SAE reads if none is named. */
    Layers orWhereRead(OptionalInt hook) {
        return id == null && hook.isPresent() ? new Layers(hook.getAsInt(), ids, asked) : this;
    }

    /** Returns the settings that were made, also where they make no choice yet. */
    List<Setting.Value> spoken() {
        return id == null && asked ? List.of(namedIds()) : settings();
    }

    /**
     * Returns the activations of the layer, or all that there are if they have no axis of layers.
     *
     * @param file the file's name, for sentences
     * @param tensor the file's activations
     * @param all all arrays of the file
     * @throws DataException if the layer is not there, or it is not known which of several it is
     */
    InputArray of(String file, InputArray tensor, List<InputArray> all) {
        Optional<InputArray> tokens = all.stream()
                .filter(other -> VLLM_IDS.equals(other.name()) && other.shape().size() == 1)
                .findFirst();
        boolean fromVllm = VLLM_TENSOR.equals(tensor.name()) && tensor.shape().size() == AXES && tokens.isPresent();
        if (!fromVllm && !asked) {
            return tensor;
        }
        if (tensor.shape().size() != AXES) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            file + ": ",
                            Setting.LAYER.named(),
                            " and ",
                            Setting.LAYER_IDS.named(),
                            " are for activations [tokens, layers, d_in], but " + tensor.label() + " has the shape "
                                    + tensor.shape() + "."));
        }
        if (fromVllm && !tokens.get().shape().get(0).equals(tensor.shape().get(0))) {
            throw new DataException(
                    Reason.MISMATCH,
                    file + ": " + tensor.label() + " is of "
                            + tensor.shape().get(0) + " tokens, but "
                            + tokens.get().label() + " of "
                            + tokens.get().shape().get(0)
                            + "; vLLM leaves out tokens that prefix caching had seen before, so which these are is not known.");
        }
        return layer(tensor, place(file, tensor));
    }

    private int place(String file, InputArray tensor) {
        long layers = tensor.shape().get(1);
        if (ids.isEmpty() && layers == 1) {
            return 0;
        }
        if (ids.isEmpty()) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            file + ": " + tensor.label() + " has " + layers + " layers but does not say which; ",
                            Setting.LAYER_IDS.named(),
                            " names their ids in its order, as vLLM was given them."));
        }
        if (ids.size() != layers) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            file + ": " + tensor.label() + " has " + layers + " layers, but ",
                            Setting.LAYER_IDS.named(),
                            " names " + ids.size() + "."));
        }
        if (Set.copyOf(ids).size() < ids.size()) {
            throw new DataException(
                    Reason.MISMATCH, Sentence.of(file + ": ", Setting.LAYER_IDS.of(ids), " names a layer twice."));
        }
        if (id == null) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            file + ": which layer is read is not known from the SAE's hook; ",
                            Setting.LAYER.named(),
                            " names it."));
        }
        int place = ids.indexOf(id);
        if (place < 0) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            file + ": layer id " + id + ", where the SAE reads or ",
                            Setting.LAYER.named(),
                            " says, is none of " + ids + "."));
        }
        return place;
    }

    private static InputArray layer(InputArray tensor, int place) {
        List<Long> shape = List.of(tensor.shape().get(0), tensor.shape().get(2));
        ElementType type = tensor.type();
        if (type == null || !tensor.isFloatingPoint()) {
            return tensor;
        }
        long rowBytes = tensor.shape().get(2) * type.bytes();
        return new InputArray(
                tensor.name(),
                tensor.dtype(),
                type,
                tensor.order(),
                shape,
                new Rows(tensor.bytes(), tensor.shape().get(1), place, rowBytes));
    }

    /** The bytes of one layer's rows, which lie between those of others. */
    private record Rows(InputArray.Bytes all, long layers, int place, long rowBytes) implements InputArray.Bytes {

        @Override
        public void read(long offset, ByteBuffer target) {
            int end = target.limit();
            long at = offset;
            while (target.position() < end) {
                long row = at / rowBytes;
                long within = at % rowBytes;
                int count = (int) Math.min(end - target.position(), rowBytes - within);
                target.limit(target.position() + count);
                all.read((row * layers + place) * rowBytes + within, target);
                at += count;
            }
            target.limit(end);
        }
    }
}
