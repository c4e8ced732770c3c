package io.github.sae4j.tensors.internal.torch;

import io.github.sae4j.tensors.ElementType;
import io.github.sae4j.tensors.internal.torch.PickledValue.Callable;
import io.github.sae4j.tensors.internal.torch.PickledValue.StorageClass;
import io.github.sae4j.tensors.internal.torch.PickledValue.Text;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The names out of Python's modules that a pickle may use, and what each stands for here.
 *
 * <p>They are looked up in this table and nowhere else: no class is ever found by a name out of a file.
 */
final class Globals {

    private static final Map<String, PickledValue> KNOWN = known();

    private static final Set<String> COMPLEX = Set.of(
            "ComplexFloatStorage",
            "ComplexDoubleStorage",
            "ComplexHalfStorage",
            "complex32",
            "complex64",
            "complex128");

    private Globals() {}

    private static Map<String, PickledValue> known() {
        Map<String, PickledValue> known = new HashMap<>();
        known.put("torch._utils._rebuild_tensor_v2", Callable.REBUILD_TENSOR);
        known.put("torch._utils._rebuild_parameter", Callable.REBUILD_PARAMETER);
        known.put("collections.OrderedDict", Callable.ORDERED_DICT);
        known.put("_codecs.encode", Callable.ENCODE);
        known.put("torch.Size", Callable.SIZE);
        known.put("torch.device", Callable.DEVICE);
        known.put("torch.DoubleStorage", new StorageClass(ElementType.F64));
        known.put("torch.FloatStorage", new StorageClass(ElementType.F32));
        known.put("torch.HalfStorage", new StorageClass(ElementType.F16));
        known.put("torch.BFloat16Storage", new StorageClass(ElementType.BF16));
        known.put("torch.LongStorage", new StorageClass(ElementType.I64));
        known.put("torch.IntStorage", new StorageClass(ElementType.I32));
        known.put("torch.ShortStorage", new StorageClass(ElementType.I16));
        known.put("torch.CharStorage", new StorageClass(ElementType.I8));
        known.put("torch.ByteStorage", new StorageClass(ElementType.U8));
        known.put("torch.BoolStorage", new StorageClass(ElementType.BOOL));
        for (String dtype : List.of(
                "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")) {
            known.put("torch." + dtype, new Text("torch." + dtype));
        }
        return Map.copyOf(known);
    }

    /** Returns whether a name is that of a type of complex numbers, which are known and not read. */
    static boolean isComplex(String module, String name) {
        return module.equals("torch") && COMPLEX.contains(name);
    }

    /**
     * Returns what a name stands for.
     *
     * @param module the module, for example {@code torch._utils}
     * @param name the name in it, which has no dot
     * @return empty if the name is not allowed
     */
    static Optional<PickledValue> find(String module, String name) {
        return name.indexOf('.') >= 0 ? Optional.empty() : Optional.ofNullable(KNOWN.get(module + "." + name));
    }
}
