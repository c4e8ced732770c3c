package io.github.sae4j.core.internal.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.SaeException;

/**
 * Lets in only arrays and managers that libtorch can work with. What it does not know, it answers by ending the process,
 * so nothing is asked of an array here before the earlier checks have passed.
 */
final class TensorChecks {

    /** libtorch's number for the type. */
    private static final long BFLOAT16 = 15;

    private TensorChecks() {}

    /**
     * Checks an array.
     *
     * @param name what the caller calls the array
     * @throws SaeException if it is closed, sparse, not PyTorch's, or not float32, float16 or bfloat16
     */
    static void requireFloats(NDArray array, String name, Script script) {
        if (!(array instanceof PtNDArray torch)) {
            throw new SaeException(name + " must be an array of DJL's PyTorch engine, but is a "
                    + array.getClass().getName() + ".");
        }
        if (torch.isReleased()) {
            throw new SaeException(name + " is closed already.");
        }
        DataType type = torch.getDataType();
        if (type == DataType.STRING) {
            throw unsupported(name, "strings");
        }
        if (torch.isSparse()) {
            throw new SaeException(name + " must be a dense array, but is stored as " + torch.getSparseFormat() + ".");
        }
        boolean fits = type == DataType.FLOAT32
                || type == DataType.FLOAT16
                || (type == DataType.UNKNOWN && isBfloat16(torch, script));
        if (!fits) {
            throw unsupported(name, type == DataType.UNKNOWN ? "of a type that DJL does not know" : type.toString());
        }
    }

    private static boolean isBfloat16(PtNDArray array, Script script) {
        try (Script.Call type = script.call("scalar_type").with(array)) {
            return type.runToLong() == BFLOAT16;
        }
    }

    private static SaeException unsupported(String name, String found) {
        return new SaeException(name + " must be float32, float16 or bfloat16, but is " + found + ".");
    }

    /**
     * Returns the manager as the engine's own type.
     *
     * @throws SaeException if it is closed, or not PyTorch's
     */
    static PtNDManager requireOpen(NDManager manager, String name) {
        if (!(manager instanceof PtNDManager torch)) {
            throw new SaeException(name + " must be a manager of DJL's PyTorch engine, but is a "
                    + manager.getClass().getName() + ".");
        }
        if (!torch.isOpen()) {
            throw new SaeException(name + " is closed already.");
        }
        return torch;
    }
}
