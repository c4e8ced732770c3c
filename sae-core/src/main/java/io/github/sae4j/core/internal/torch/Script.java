package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.github.sae4j.core.SaeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A compiled set of kernels. There is one for each activation rule, and one of what not every libtorch has, shared by all SAEs
 * and threads, for as long as the process lives.
 */
final class Script {

    private static final Map<String, Script> COMPILED = new ConcurrentHashMap<>();

    private static final String OPTIMIZER = "ai.djl.pytorch.graph_optimizer";

    private final PtSymbolBlock module;

    private Script(PtSymbolBlock module) {
        this.module = module;
    }

    /**
     * Returns the kernels with a rule.
     *
     * @param rule the expression that decides which features are active
     * @throws SaeException if the engine does not start, or does not take the kernels
     */
    static Script withRule(String rule) {
        return COMPILED.computeIfAbsent(
                "with the rule \"" + rule + "\"", which -> compile(which, KernelArchive.pack(rule)));
    }

    /**
     * Returns the products by packed 8-bit weights.
     *
     * @throws SaeException if the engine does not start, or this libtorch has no such products
     */
    static Script packedProducts() {
        return COMPILED.computeIfAbsent(
                "of packed 8-bit numbers", which -> compile(which, KernelArchive.packedProducts()));
    }

    private static Script compile(String which, byte[] archive) {
        PtNDManager manager = TorchRuntime.newManager(Device.cpu());
        try {
            return new Script(JniUtils.loadModule(manager, new ByteArrayInputStream(archive), false, false));
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw new SaeException(
                    SaeException.Reason.UNAVAILABLE,
                    "The PyTorch library cannot compile the kernels " + which + ": "
                            + String.valueOf(e.getMessage())
                                    .lines()
                                    .filter(line -> !line.isBlank())
                                    .findFirst()
                                    .orElse("no reason given")
                            + ".",
                    e);
        }
    }

    /** Returns a call of a kernel; the caller closes it. */
    Call call(String method) {
        return new Call(method);
    }

    /** One call of a kernel: its arguments, then its results, all released when it is closed. */
    final class Call implements AutoCloseable {

        private final String method;
        private final List<IValue> values = new ArrayList<>();
        private final List<IValue> arguments = new ArrayList<>();

        private Call(String method) {
            this.method = method;
        }

        private Call with(IValue value) {
            arguments.add(value);
            values.add(value);
            return this;
        }

        Call with(PtNDArray tensor) {
            return with(IValue.from(tensor));
        }

        Call with(PtNDArray[] tensors) {
            return with(IValue.listFrom(tensors));
        }

        Call with(long[] integers) {
            return with(IValue.listFrom(integers));
        }

        Call with(long integer) {
            return with(IValue.from(integer));
        }

        Call with(double number) {
            return with(IValue.from(number));
        }

        /** Adds the tensors, whether they are the transpose, and whether blocks of them are to be widened. */
        Call with(TorchMatrix matrix) {
            return with(matrix.parts()).with(matrix.transposed()).with(matrix.widen());
        }

        Call with(boolean flag) {
            return with(IValue.from(flag));
        }

        private IValue run() {
            // The switch belongs to the thread. With it on, every new batch size would compile the kernels anew.
            JniUtils.setGraphExecutorOptimize(false);
            try {
                IValue result = IValueUtils.runMethod(module, method, arguments.toArray(IValue[]::new));
                values.add(result);
                return result;
            } finally {
                JniUtils.setGraphExecutorOptimize(isOptimized());
            }
        }

        /** DJL's binding does not say how the switch was: it is on but where DJL's own setting turns it off. */
        private static boolean isOptimized() {
            return System.getProperty(OPTIMIZER) == null || Boolean.getBoolean(OPTIMIZER);
        }

        /** Runs a kernel that changes one of its arguments and returns it. */
        void runInPlace() {
            run();
        }

        long[] runToLongs() {
            return run().toLongArray();
        }

        long runToLong() {
            return run().toLong();
        }

        PtNDArray runToTensor(PtNDManager manager) {
            return run().toTensor(manager);
        }

        IValue[] runToTuple() {
            IValue[] parts = run().toIValueTuple();
            values.addAll(List.of(parts));
            return parts;
        }

        @Override
        public void close() {
            values.forEach(IValue::close);
        }
    }
}
