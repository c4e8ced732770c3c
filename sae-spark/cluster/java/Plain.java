import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;

/**
 * Prints how fast sae4j encodes from memory, without Spark: batches of 512 tokens, 10 s after 10 s that warm up.
 *
 * <pre>
 * Plain SAE D_IN D_SAE TYPE L0
 * </pre>
 */
public final class Plain {

    private static final int BATCH = 512;
    private static final int BATCHES = 4;
    private static final double SECONDS = 10;

    private Plain() {}

    public static void main(String[] args) {
        String[] sizes = {"", args[0], args[1], args[2], args[3], args[4]};
        int dIn = Integer.parseInt(args[1]);
        float[] activations = new float[BATCHES * BATCH * dIn];
        float[][] tokens = Rows.sae(sizes).activations(BATCHES * BATCH, 1);
        for (int i = 0; i < tokens.length; i++) {
            System.arraycopy(tokens[i], 0, activations, i * dIn, dIn);
        }
        try (SparseAutoencoder sae = SAE.fromDisk(Path.of(args[0]))) {
            rate(sae, activations, dIn);
            System.out.printf("%.0f%n", rate(sae, activations, dIn));
        }
    }

    private static double rate(SparseAutoencoder sae, float[] activations, int dIn) {
        long start = System.nanoTime();
        long tokens = 0;
        long active = 0;
        for (int batch = 0; System.nanoTime() - start < SECONDS * 1e9; batch = (batch + 1) % BATCHES) {
            active += sae.encode(activations, batch * BATCH * dIn, BATCH).activeCount();
            tokens += BATCH;
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.err.printf("L0 %.1f, %s kernel, %.0f tokens/s%n", (double) active / tokens, sae.kernel(), tokens / seconds);
        return tokens / seconds;
    }
}
