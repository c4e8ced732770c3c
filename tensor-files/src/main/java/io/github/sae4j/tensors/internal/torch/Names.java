package io.github.sae4j.tensors.internal.torch;

import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.torch.PickledValue.Dict;
import io.github.sae4j.tensors.internal.torch.PickledValue.Items;
import io.github.sae4j.tensors.internal.torch.PickledValue.Plain;
import io.github.sae4j.tensors.internal.torch.PickledValue.Tensor;
import io.github.sae4j.tensors.internal.torch.PickledValue.Text;
import io.github.sae4j.tensors.internal.torch.PickledValue.Tuple;
import io.github.sae4j.tensors.internal.torch.PickledValue.Whole;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of what a pickle's dictionary holds: the keys on the way to it, and the places in lists, with dots between.
 *
 * <p>A pickle can hold one list in many places, or in itself; the depth and the length of all names together are bounded, so
 * naming ends and takes memory in proportion to the pickle. A tensor, which can be in many places too, counts as some
 * characters.
 */
final class Names {

    private static final int DEEPEST = 32;
    private static final long FREE_CHARACTERS = 1 << 16;
    private static final int CHARACTERS_PER_BYTE = 16;
    private static final int CHARACTERS_OF_TENSOR = 32;
    private static final int CHARACTERS_PER_AXIS = 4;

    private final ErrorContext context;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Plain> values = new LinkedHashMap<>();
    private long charactersLeft;

    private Names(ErrorContext context, long pickleBytes) {
        this.context = context;
        this.charactersLeft = FREE_CHARACTERS + CHARACTERS_PER_BYTE * pickleBytes;
    }

    /**
     * What has a name.
     *
     * @param tensors the tensors
     * @param values the other values
     * @param single whether there is no dictionary but one tensor, whose name is empty
     */
    record Named(Map<String, Tensor> tensors, Map<String, Plain> values, boolean single) {}

    /**
     * Names everything in a dictionary, or a single tensor.
     *
     * @param pickleBytes how large the pickle is that it comes from
     * @throws TensorFileException if it is neither, is nested too deeply, or has two things of the same name
     */
    static Named in(ErrorContext context, PickledValue root, long pickleBytes) {
        if (root instanceof Tensor tensor) {
            return new Named(Map.of("", tensor), Map.of(), true);
        }
        if (!(root instanceof Dict dict)) {
            throw context.fault(
                    Reason.UNSUPPORTED, "it holds " + what(root) + ", but should hold a dictionary of tensors.");
        }
        Names names = new Names(context, pickleBytes);
        names.dict("", dict, 0);
        return new Named(names.tensors, names.values, false);
    }

    private void dict(String prefix, Dict dict, int depth) {
        for (Map.Entry<PickledValue, PickledValue> entry : dict.entries().entrySet()) {
            name(prefix + key(entry.getKey()), entry.getValue(), depth);
        }
    }

    private static String key(PickledValue key) {
        if (key instanceof Text text) {
            return text.value();
        }
        if (key instanceof Whole whole) {
            return whole.value().toString();
        }
        throw new IllegalArgumentException("the keys of dictionaries are texts and integers");
    }

    private void items(String prefix, List<PickledValue> items, int depth) {
        for (int i = 0; i < items.size(); i++) {
            name(prefix + i, items.get(i), depth);
        }
    }

    private void name(String name, PickledValue value, int depth) {
        charactersLeft -= name.length() + 1;
        if (value instanceof Tensor tensor) {
            charactersLeft -=
                    CHARACTERS_OF_TENSOR + CHARACTERS_PER_AXIS * tensor.shape().size();
        }
        if (charactersLeft < 0) {
            throw context.fault("its dictionaries and lists hold each other, or one tensor, again and again.");
        }
        if (depth == DEEPEST) {
            throw context.fault("its dictionaries and lists are nested deeper than " + DEEPEST + ".");
        }
        if (value instanceof Tensor tensor) {
            keep(tensors, name, tensor);
        } else if (value instanceof Plain plain) {
            keep(values, name, plain);
        } else if (value instanceof Dict dict) {
            dict(name + ".", dict, depth + 1);
        } else if (value instanceof Items list) {
            items(name + ".", list.items(), depth + 1);
        } else if (value instanceof Tuple tuple) {
            items(name + ".", tuple.items(), depth + 1);
        } else {
            throw context.part(name)
                    .fault(Reason.UNSUPPORTED, "it is " + what(value) + ", but should be a tensor or a plain value.");
        }
    }

    private <T> void keep(Map<String, T> kept, String name, T value) {
        if (tensors.containsKey(name) || values.containsKey(name)) {
            throw context.fault("two of its values have the name " + Quoted.of(name) + ".");
        }
        kept.put(name, value);
    }

    private static String what(PickledValue value) {
        if (value instanceof Items) {
            return "a list";
        }
        if (value instanceof Tuple) {
            return "a tuple";
        }
        return value instanceof Plain ? "a plain value" : "a class, a function or a storage";
    }
}
