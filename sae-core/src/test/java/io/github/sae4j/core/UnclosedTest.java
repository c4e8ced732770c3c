package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An SAE that nobody closes is freed once nobody can reach it. The arrays that are counted are libtorch's. */
class UnclosedTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static int arrays(NDManager root) {
        return root.getManagedArrays().size();
    }

    private static void awaitArrays(NDManager root, int expected) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (arrays(root) > expected && System.nanoTime() < end) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(arrays(root)).isLessThanOrEqualTo(expected);
    }

    private static SparseAutoencoder open(TinySae tiny) {
        return tiny.builder().kernel(Kernel.TORCHSCRIPT).build();
    }

    /** Leaves many open, and returns how many arrays there are with those of the last. */
    private static int leaveOpen(TinySae tiny, NDManager root) {
        for (int i = 0; i < 19; i++) {
            assertThat(open(tiny).encode(tiny.activations(1, i)[0]).tokens()).isEqualTo(1);
        }
        SparseAutoencoder last = open(tiny);
        int arrays = arrays(root);
        assertThat(last.encode(tiny.activations(1, 19)[0]).tokens()).isEqualTo(1);
        return arrays;
    }

    @Test
    void isFreed() throws InterruptedException {
        TinySae tiny = TinySae.of(16, 40);
        try (SparseAutoencoder probe = open(tiny);
                NDManager manager = probe.newManager()) {
            NDManager root = manager.getParentManager();
            int before = arrays(root);
            assertThat(leaveOpen(tiny, root)).isGreaterThan(before);
            awaitArrays(root, before);
        }
    }

    private static SparseAutoencoder viewOfOneThatIsLeftOpen(TinySae tiny) {
        return open(tiny).foldDecoderNorms();
    }

    @Test
    void leavesItsViewsAlone() throws InterruptedException {
        TinySae tiny = TinySae.of(16, 40);
        float[][] activations = tiny.activations(3, 1);
        try (SparseAutoencoder probe = open(tiny);
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
