package io.github.sae4j.spark;

import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.spark.internal.rows.EncodeRows;
import io.github.sae4j.spark.internal.rows.ErrorPolicy;
import io.github.sae4j.spark.internal.rows.OutputForm;
import io.github.sae4j.spark.internal.rows.RowWork;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * Encodes a column of activations to the features that are active.
 *
 * <pre>{@code
 * Dataset<Row> features = new SaeEncoder()
 *         .setSae("layer_19")
 *         .setInputCol("activation")
 *         .setOutputCol("features")
 *         .transform(spark.read().parquet("s3a://corpus/activations"));
 * features.select("id", "features").write().parquet("s3a://corpus/features");
 * }</pre>
 *
 * <p>Each row is a token. Activations are {@code array<float>}, {@code array<double>} (rounded to float32), vectors of
 * spark.ml, or binary (little-endian, see {@link #setInputType}), {@code d_in} numbers each; for {@link
 * io.github.sae4j.core.Reshape#HOOK_Z} the heads laid side by side. Features are as {@link #setOutputForm} says. Streams are
 * encoded as other datasets are.
 *
 * <p>A row has the same features in whatever partition and batch it is, so a task that is repeated makes the same bytes.
 *
 * <p>For one thread, as Spark's other stages are.
 *
 * @since 0.1
 */
public final class SaeEncoder extends SaeStage<SaeEncoder> {

    private static final long serialVersionUID = 1L;

    private final Param<String> inputType;
    private final Param<String> outputForm;
    private final IntArrayParam features;
    private final IntParam topK;

    /** Creates an encoder that has no SAE and no columns yet. */
    public SaeEncoder() {
        this(newUid("saeEncoder"));
    }

    /**
     * Creates an encoder that has no SAE and no columns yet.
     *
     * @param uid its name, which Spark keeps with it
     */
    public SaeEncoder(String uid) {
        super(uid, "features");
        this.inputType = new Param<>(this, "inputType", "the format of numbers in a binary column");
        this.outputForm = new Param<>(this, "outputForm", "how features stand in their column");
        this.features = new IntArrayParam(this, "features", "the features that are wanted");
        this.topK = new IntParam(this, "topK", "how many of a token's features are kept");
        setDefault(outputForm, "struct");
        setDefault(features, new int[0]);
        setDefault(topK, 0);
    }

    /** Returns what reads an encoder that was saved. */
    public static MLReader<SaeEncoder> read() {
        return new DefaultParamsReadable<SaeEncoder>() {}.read();
    }

    /**
     * Reads an encoder that was saved.
     *
     * @param path where it was saved
     */
    public static SaeEncoder load(String path) {
        return read().load(path);
    }

    @Override
    SaeEncoder self() {
        return this;
    }

    @Override
    StructType added(String input, DataType type) {
        EncodeRows.requireReadable(input, type, params.text(inputType));
        params.atLeast(0, topK);
        return EncodeRows.added(output(), OutputForm.named(params.required(outputForm)), params.errors(errorCol()));
    }

    @Override
    RowWork work(SparkSession session, DataType type, ErrorPolicy errors) {
        List<Integer> wanted =
                Arrays.stream(params.elements(features, new int[0])).boxed().toList();
        return new EncodeRows(
                params.reference(session, sae -> requireFitting(sae, wanted)),
                output(),
                OutputForm.named(params.required(outputForm)),
                params.text(inputType),
                wanted,
                params.atLeast(0, topK),
                params.batchTokens(),
                errors);
    }

    static void requireFitting(SparseAutoencoder sae, List<Integer> wanted) {
        if (!sae.capabilities().has(SaeCapability.ENCODE_TOKENS)) {
            throw new SaeException(
                    SaeException.Reason.NOT_SUPPORTED,
                    "This SAE takes whole sequences, and rows of a dataset are tokens: "
                            + sae.capabilities()
                                    .reasonAgainst(SaeCapability.ENCODE_TOKENS)
                                    .orElse(""));
        }
        if (!wanted.isEmpty()) {
            sae.featureSet(wanted.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    /** Returns the format of numbers in a binary column. */
    public Param<String> inputType() {
        return inputType;
    }

    /** Returns how features stand in their column. */
    public Param<String> outputForm() {
        return outputForm;
    }

    /** Returns the features that are wanted. */
    public IntArrayParam features() {
        return features;
    }

    /** Returns how many of a token's features are kept. */
    public IntParam topK() {
        return topK;
    }

    /**
     * Sets the format of numbers in a binary column, which alone needs it.
     *
     * @param type {@code bfloat16}, {@code float16} or {@code float32}
     * @return this
     */
    public SaeEncoder setInputType(String type) {
        set(inputType, type);
        return this;
    }

    /**
     * Sets how features stand in their column.
     *
     * @param form one of
     *     <ul>
     *       <li>{@code struct}, the default: {@code struct<indices: array<int>, values: array<float>>}, indices ascending;
     *       <li>{@code vector}: a sparse vector of spark.ml, {@code d_sae} wide;
     *       <li>{@code rows}: one row for each active feature, {@code struct<index: int, value: float>}; a token without any
     *           makes no row.
     *     </ul>
     * @return this
     */
    public SaeEncoder setOutputForm(String form) {
        set(outputForm, form);
        return this;
    }

    /**
     * Sets the features that are wanted; without it, and for an empty array, all are.
     *
     * @param wanted features of the SAE, each once
     * @return this
     */
    public SaeEncoder setFeatures(int... wanted) {
        set(features, wanted);
        return this;
    }

    /**
     * Sets how many features of a token are kept, those with the largest values; by default, and for 0, all.
     *
     * @return this
     */
    public SaeEncoder setTopK(int k) {
        set(topK, k);
        return this;
    }
}
