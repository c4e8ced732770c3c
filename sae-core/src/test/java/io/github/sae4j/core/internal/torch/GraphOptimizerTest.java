package io.github.sae4j.core.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** An application's own models are optimised on a thread that has encoded as on any other. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the name of libtorch's function is another one there")
class GraphOptimizerTest {

    /** torch::jit::getGraphExecutorOptimize(), which DJL does not bind: it tells of the thread that calls it. */
    private static final String IS_ON = "_ZN5torch3jit24getGraphExecutorOptimizeEv";

    private static final String SETTING = "ai.djl.pytorch.graph_optimizer";

    private SparseAutoencoder sae;
    private NDManager manager;
    private Function isOn;

    @BeforeEach
    void open() {
        sae = SparseAutoencoder.builder(SaeConfig.standard(2, 3))
                .encoder(WeightMatrix.of(new float[][] {{1, 0, -1}, {0, 1, -1}}))
                .decoder(WeightMatrix.of(new float[][] {{1, 0}, {0, 1}, {-1, -1}}))
                .decoderBias(new float[2])
                .activation(Relu.of(new float[3]))
                .device(Device.cpu())
                .kernel(Kernel.TORCHSCRIPT)
                .build();
        manager = sae.newManager();
        Path folder = Path.of(LibUtils.getLibtorchPath());
        isOn = NativeLibrary.getInstance(
                        folder.resolve(System.mapLibraryName("torch_cpu")).toString())
                .getFunction(IS_ON);
        JniUtils.setGraphExecutorOptimize(true);
    }

    @AfterEach
    void close() {
        System.clearProperty(SETTING);
        JniUtils.setGraphExecutorOptimize(true);
        manager.close();
        sae.close();
    }

    @Test
    void isOnAgainAfterACall() {
        assertThat(isOn()).isTrue();
        sae.encode(manager.ones(new Shape(4, 2)));
        assertThat(isOn()).isTrue();
        sae.reconstruct(new float[] {1, 2});
        assertThat(isOn()).isTrue();
    }

    @Test
    void isOnAgainAfterACallThatFails() {
        try (Script.Call call = Script.withRule("h").call("no_such_kernel")) {
            assertThatThrownBy(call::runToLong).isInstanceOf(RuntimeException.class);
        }
        assertThat(isOn()).isTrue();
    }

    @Test
    void staysOffWhereTheApplicationHasTurnedItOff() {
        System.setProperty(SETTING, "false");
        JniUtils.setGraphExecutorOptimize(false);
        assertThat(isOn()).isFalse();
        sae.encode(manager.ones(new Shape(4, 2)));
        assertThat(isOn()).isFalse();
    }

    private boolean isOn() {
        return (Boolean) isOn.invoke(Boolean.class, new Object[0]);
    }
}
