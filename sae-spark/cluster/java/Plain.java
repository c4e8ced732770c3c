import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;

/**
 * Prints how many tokens a second sae4j encodes from memory, without Spark, in batches of 512.
 *
 * <pre>
 * Plain SECONDS SAE D_IN D_SAE TYPE L0
 * </pre>
 */
public final class Plain {

    private static final int BATCH = 512;
    private static final int BATCHES = 4;

    private Plain() {}

    public static void main(String[] args) {
        double seconds = Double.parseDouble(args[0]);
        int dIn = Integer.parseInt(args[2]);
        float[] activations = new float[BATCHES * BATCH * dIn];
        float[][] tokens = Rows.sae(args).activations(BATCHES * BATCH, 1);
        for (int i = 0; i < tokens.length; i++) {
            System.arraycopy(tokens[i], 0, activations, i * dIn, dIn);
        }
        try (SparseAutoencoder sae = SAE.fromDisk(Path.of(args[1]))) {
            tokensPerSecond(sae, activations, dIn, seconds);
            System.out.printf("%.0f%n", tokensPerSecond(sae, activations, dIn, seconds));
        }
    }

    private static double tokensPerSecond(SparseAutoencoder sae, float[] activations, int dIn, double seconds) {
        long start = System.nanoTime();
        long tokens = 0;
        long active = 0;
        for (int batch = 0; System.nanoTime() - start < seconds * 1e9; batch = (batch + 1) % BATCHES) {
            active += sae.encode(activations, batch * BATCH * dIn, BATCH).activeCount();
            tokens += BATCH;
        }
        System.err.printf("L0 %.1f, %s kernel%n", (double) active / tokens, sae.kernel());
        return tokens * 1e9 / (System.nanoTime() - start);
    }
}
