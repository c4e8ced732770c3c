package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An SAE that nobody closes is freed once nobody can reach it. */
class UnclosedTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static int arrays(NDManager root) {
        return root.getManagedArrays().size();
    }

    private static void awaitArrays(NDManager root, int expected) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (arrays(root) > expected && System.nanoTime() < end) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(arrays(root)).isEqualTo(expected);
    }

    private static void leaveOpen(TinySae tiny) {
        for (int i = 0; i < 20; i++) {
            assertThat(tiny.open().encode(tiny.activations(1, i)[0]).tokens()).isEqualTo(1);
        }
    }

    @Test
    void isFreed() throws InterruptedException {
        TinySae tiny = TinySae.of(16, 40);
        try (SparseAutoencoder probe = tiny.open();
                NDManager manager = probe.newManager()) {
            NDManager root = manager.getParentManager();
            int before = arrays(root);
            leaveOpen(tiny);
            awaitArrays(root, before);
        }
    }

    private static SparseAutoencoder viewOfOneThatIsLeftOpen(TinySae tiny) {
        return tiny.open().foldDecoderNorms();
    }

    @Test
    void leavesItsViewsAlone() throws InterruptedException {
        TinySae tiny = TinySae.of(16, 40);
        float[][] activations = tiny.activations(3, 1);
        try (SparseAutoencoder probe = tiny.open();
                NDManager manager = probe.newManager()) {
            NDManager root = manager.getParentManager();
            int before = arrays(root);
            try (SparseAutoencoder view = viewOfOneThatIsLeftOpen(tiny)) {
                float[] features = TinySae.flat(view.encode(activations).toDense());
                for (int i = 0; i < 20; i++) {
                    System.gc();
                    Thread.sleep(5);
                }
                assertThat(TinySae.flat(view.encode(activations).toDense())).isEqualTo(features);
            }
            awaitArrays(root, before);
        }
    }
}
