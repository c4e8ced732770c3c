package io.github.sae4j.tensors.internal.torch;

import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.internal.torch.PickledValue.Binary;
import io.github.sae4j.tensors.internal.torch.PickledValue.Callable;
import io.github.sae4j.tensors.internal.torch.PickledValue.Dict;
import io.github.sae4j.tensors.internal.torch.PickledValue.None;
import io.github.sae4j.tensors.internal.torch.PickledValue.StorageClass;
import io.github.sae4j.tensors.internal.torch.PickledValue.StorageReference;
import io.github.sae4j.tensors.internal.torch.PickledValue.Tensor;
import io.github.sae4j.tensors.internal.torch.PickledValue.Text;
import io.github.sae4j.tensors.internal.torch.PickledValue.Truth;
import io.github.sae4j.tensors.internal.torch.PickledValue.Tuple;
import io.github.sae4j.tensors.internal.torch.PickledValue.Whole;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the functions that a pickle may call come to, after a check of the number and kind of their arguments.
 *
 * <p>A pickle can pass one large argument again and again at two bytes a time, so whatever a call copies is bounded.
 */
final class Calls {

    private static final Set<String> BITS = Set.of("neg", "conj");

    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);
    private static final int LONGEST_KEY = 64;

    /** PyTorch has no more either. */
    private static final int MOST_AXES = 64;

    private final PickleInput input;
    private long encodable;

    Calls(PickleInput input) {
        this.input = input;
        this.encodable = input.left();
    }

    /**
     * Returns what a function gives.
     *
     * @throws TensorFileException if the arguments are not those that PyTorch passes
     */
    PickledValue call(Callable function, List<PickledValue> arguments) {
        return switch (function) {
            case REBUILD_TENSOR -> tensor(arguments);
            case REBUILD_PARAMETER -> parameter(arguments);
            case ORDERED_DICT -> orderedDict(arguments);
            case ENCODE -> encoded(arguments);
            case SIZE -> size(arguments);
            case DEVICE -> device(arguments);
        };
    }

    private Tensor tensor(List<PickledValue> arguments) {
        // storage, offset, size, stride, requires_grad, hooks, and since 2.0 perhaps metadata
        if ((arguments.size() == 6 || arguments.size() == 7)
                && arguments.get(0) instanceof StorageReference storage
                && arguments.get(1) instanceof Whole offset
                && arguments.get(2) instanceof Tuple shape
                && arguments.get(3) instanceof Tuple strides
                && arguments.get(4) instanceof Truth
                && arguments.get(5) instanceof Dict
                && (arguments.size() == 6 || isDictOrNone(arguments.get(6)))) {
            String bit = arguments.size() == 7 && arguments.get(6) instanceof Dict metadata ? lazyBit(metadata) : null;
            return new Tensor(storage, number(offset), numbers(shape), numbers(strides), bit);
        }
        throw input.fault(
                "_rebuild_tensor_v2 is called with other arguments than a storage, an offset, a size, strides, "
                        + "a truth value and a dictionary.");
    }

    /** Returns which of PyTorch's bits says that the numbers in the storage are not yet those of the tensor. */
    private @Nullable String lazyBit(Dict metadata) {
        String set = null;
        for (Map.Entry<PickledValue, PickledValue> entry : metadata.entries().entrySet()) {
            if (!(entry.getKey() instanceof Text name)
                    || !BITS.contains(name.value())
                    || !(entry.getValue() instanceof Truth bit)) {
                String key = entry.getKey() instanceof Text name ? Quoted.of(name.value()) : "a number";
                throw input.fault("_rebuild_tensor_v2 is called with metadata that is not understood, under " + key
                        + "; there are \"neg\" and \"conj\", which are true or false.");
            }
            set = bit.value() ? name.value() : set;
        }
        return set;
    }

    private static boolean isDictOrNone(PickledValue value) {
        return value instanceof Dict || value instanceof None;
    }

    private Tensor parameter(List<PickledValue> arguments) {
        if (arguments.size() == 3
                && arguments.get(0) instanceof Tensor tensor
                && arguments.get(1) instanceof Truth
                && arguments.get(2) instanceof Dict) {
            return tensor;
        }
        throw input.fault(
                "_rebuild_parameter is called with other arguments than a tensor, a truth value and a dictionary.");
    }

    private Dict orderedDict(List<PickledValue> arguments) {
        if (!arguments.isEmpty()) {
            throw input.fault("OrderedDict is called with arguments, but PyTorch passes none.");
        }
        return new Dict(new LinkedHashMap<>(0));
    }

    private Binary encoded(List<PickledValue> arguments) {
        if (arguments.size() == 2
                && arguments.get(0) instanceof Text text
                && arguments.get(1) instanceof Text encoding
                && encoding.value().equals("latin1")) {
            encodable -= text.value().length();
            if (encodable < 0) {
                throw input.fault("_codecs.encode is called with one text again and again.");
            }
            try {
                ByteBuffer bytes = StandardCharsets.ISO_8859_1.newEncoder().encode(CharBuffer.wrap(text.value()));
                return new Binary(bytes.asReadOnlyBuffer());
            } catch (CharacterCodingException e) {
                throw input.fault("_codecs.encode is called with a text that latin1 cannot hold.");
            }
        }
        throw input.fault("_codecs.encode is called with other arguments than a text and \"latin1\".");
    }

    private Tuple size(List<PickledValue> arguments) {
        if (arguments.size() == 1
                && arguments.get(0) instanceof Tuple sizes
                && sizes.items().size() <= MOST_AXES
                && sizes.items().stream().allMatch(item -> item instanceof Whole)) {
            return sizes;
        }
        throw input.fault(
                "torch.Size is called with other arguments than a tuple of at most " + MOST_AXES + " integers.");
    }

    private Text device(List<PickledValue> arguments) {
        if (arguments.size() == 1 && arguments.get(0) instanceof Text type) {
            return type;
        }
        if (arguments.size() == 2
                && arguments.get(0) instanceof Text type
                && type.value().length() <= LONGEST_KEY
                && arguments.get(1) instanceof Whole index) {
            return new Text(type.value() + ":" + index.value());
        }
        throw input.fault("torch.device is called with other arguments than a name and perhaps a number.");
    }

    /**
     * Returns the storage that a persistent id refers to: {@code ('storage', class, key, location, elements)}, in the older
     * format with {@code None} behind it.
     */
    StorageReference storage(PickledValue id) {
        if (id instanceof Tuple tuple
                && (tuple.items().size() == 5
                        || (tuple.items().size() == 6 && tuple.items().get(5) instanceof None))
                && tuple.items().get(0) instanceof Text kind
                && kind.value().equals("storage")
                && tuple.items().get(1) instanceof StorageClass type
                && tuple.items().get(2) instanceof Text key
                && tuple.items().get(3) instanceof Text
                && tuple.items().get(4) instanceof Whole elements) {
            if (key.value().length() > LONGEST_KEY) {
                throw input.fault("a storage has the key " + Quoted.of(key.value()) + ", which is too long.");
            }
            return new StorageReference(type.type(), key.value(), number(elements));
        }
        throw input.fault("a persistent id is not ('storage', class, key, location, number of elements).");
    }

    private List<Long> numbers(Tuple tuple) {
        if (tuple.items().size() > MOST_AXES) {
            throw input.fault(
                    "a tensor has " + tuple.items().size() + " axes, but at most " + MOST_AXES + " are read.");
        }
        List<Long> numbers = new ArrayList<>(tuple.items().size());
        for (PickledValue item : tuple.items()) {
            if (!(item instanceof Whole whole)) {
                throw input.fault("a size or stride of a tensor is not an integer.");
            }
            numbers.add(number(whole));
        }
        return numbers;
    }

    private long number(Whole whole) {
        if (whole.value().abs().compareTo(MOST) > 0) {
            throw input.fault("a size, stride or offset of a tensor is larger than any file.");
        }
        return whole.value().longValue();
    }
}
