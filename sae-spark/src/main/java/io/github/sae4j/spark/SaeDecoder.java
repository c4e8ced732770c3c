package io.github.sae4j.spark;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.spark.internal.rows.DecodeRows;
import io.github.sae4j.spark.internal.rows.ErrorPolicy;
import io.github.sae4j.spark.internal.rows.RowWork;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * Decodes a column of features to reconstructions.
 *
 * <pre>{@code
 * Dataset<Row> reconstructed = new SaeDecoder()
 *         .setSae("layer_19")
 *         .setInputCol("features")
 *         .setOutputCol("reconstruction")
 *         .transform(features);
 * }</pre>
 *
 * <p>Features are {@code struct<indices: array<int>, values: array<float>>} as {@link SaeEncoder} makes them, indices
 * ascending, or vectors of spark.ml that are {@code d_sae} wide. Reconstructions are {@code array<float>} of {@code d_out}
 * numbers. Features do not know their SAE: those of another with the same {@code d_sae} are decoded to wrong numbers,
 * unnoticed. An SAE whose features alone do not say what they decode to, because it normalises each token or adds something of
 * the activations, is refused.
 *
 * <p>For one thread, as Spark's other stages are.
 *
 * @since 0.1
 */
public final class SaeDecoder extends SaeStage<SaeDecoder> {

    private static final long serialVersionUID = 1L;

    /** Creates a decoder that has no SAE and no columns yet. */
    public SaeDecoder() {
        this(newUid("saeDecoder"));
    }

    /**
     * Creates a decoder that has no SAE and no columns yet.
     *
     * @param uid its name, which Spark keeps with it
     */
    public SaeDecoder(String uid) {
        super(uid, "reconstruction");
    }

    /** Returns what reads a decoder that was saved. */
    public static MLReader<SaeDecoder> read() {
        return new DefaultParamsReadable<SaeDecoder>() {}.read();
    }

    /**
     * Reads a decoder that was saved.
     *
     * @param path where it was saved
     */
    public static SaeDecoder load(String path) {
        return read().load(path);
    }

    @Override
    SaeDecoder self() {
        return this;
    }

    @Override
    StructType added(String input, DataType type) {
        DecodeRows.requireReadable(input, type);
        return DecodeRows.added(output(), params.errors(errorCol()));
    }

    @Override
    RowWork work(SparkSession session, DataType type, ErrorPolicy errors) {
        return new DecodeRows(
                params.reference(session, SaeDecoder::requireDecoding), output(), params.batchTokens(), errors);
    }

    private static void requireDecoding(SparseAutoencoder sae) {
        if (!sae.capabilities().has(SaeCapability.DECODE_WHOLLY)) {
            throw new SaeException(
                    SaeException.Reason.NOT_SUPPORTED,
                    "What this SAE's features decode to is not its whole reconstruction: "
                            + sae.capabilities()
                                    .reasonAgainst(SaeCapability.DECODE_WHOLLY)
                                    .orElse(""));
        }
        int dSae = sae.config().dSae();
        sae.decode(SparseFeatures.of(
                dSae, new long[] {1}, new int[] {0, 0}, new int[0], new float[0], InverseTransform.identity()));
    }
}
