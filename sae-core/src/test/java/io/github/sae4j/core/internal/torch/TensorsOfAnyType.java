package io.github.sae4j.core.internal.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes arrays of types that DJL itself can neither make nor name, for tests. */
public final class TensorsOfAnyType {

    private TensorsOfAnyType() {}

    /** libtorch's numbers of the types that a floating array can be cast to, by name. */
    public static Map<String, Integer> types() {
        Map<String, Integer> types = new LinkedHashMap<>();
        types.put("uint8", 0);
        types.put("int8", 1);
        types.put("int16", 2);
        types.put("int32", 3);
        types.put("int64", 4);
        types.put("float16", 5);
        types.put("float32", 6);
        types.put("float64", 7);
        types.put("complex32", 8);
        types.put("complex64", 9);
        types.put("complex128", 10);
        types.put("bool", 11);
        types.put("bfloat16", 15);
        types.put("float8_e5m2", 23);
        types.put("float8_e4m3fn", 24);
        types.put("uint16", 27);
        types.put("uint32", 28);
        types.put("uint64", 29);
        return types;
    }

    /** Returns a float32 array cast to another type. */
    public static NDArray cast(NDArray array, int type, NDManager manager) {
        Script script = Script.withRule("torch.to(h, " + type + ")");
        try (Script.Call call = script.call("activate").with((PtNDArray) array).with(new PtNDArray[0])) {
            return call.runToTensor((PtNDManager) manager);
        }
    }
}
