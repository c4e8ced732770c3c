package io.github.sae4j.spark;

import io.github.sae4j.loader.SaeLoader;
import io.github.sae4j.spark.internal.plan.Datasets;
import io.github.sae4j.spark.internal.plan.RowStage;
import io.github.sae4j.spark.internal.plan.Seqs;
import io.github.sae4j.spark.internal.rows.ErrorPolicy;
import io.github.sae4j.spark.internal.rows.RowWork;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * What encoding and decoding have in common: an SAE, a column that is read, and one that is made.
 *
 * @param <T> the stage itself, for its setters
 */
abstract class SaeStage<T extends SaeStage<T>> extends Transformer implements DefaultParamsWritable {

    private static final long serialVersionUID = 1L;

    private final String uid;

    @SuppressWarnings("serial") // Stages are not serialised; they are saved by their parameters.
    final SaeParams params;

    private final Param<String> outputCol;
    private final Param<String> errorCol;

    SaeStage(String uid, String output) {
        this.uid = uid;
        this.params = new SaeParams(this);
        this.outputCol = new Param<>(this, "outputCol", "the column that is made");
        this.errorCol = new Param<>(this, "errorCol", "the column that says what is wrong with a row");
        setDefault(outputCol, output);
        params.setDefaults();
    }

    abstract T self();

    /**
     * Returns the columns that this stage makes of a column.
     *
     * @throws IllegalArgumentException if the column or a setting cannot be meant
     */
    abstract StructType added(String input, DataType type);

    /** Returns the work on rows, of an SAE that was found on this machine. */
    abstract RowWork work(SparkSession session, DataType type, ErrorPolicy errors);

    /** Returns the stage's name, which Spark keeps with it. */
    @Override
    public String uid() {
        return uid;
    }

    /**
     * Returns the dataset with the column that this stage makes. The SAE is looked for on the driver, and opened where rows are
     * computed.
     *
     * @throws IllegalArgumentException if a column or a setting cannot be meant
     * @throws io.github.sae4j.loader.SaeLoadException if the SAE cannot be opened on the driver
     * @throws io.github.sae4j.core.SaeException if its weights are not those that {@code sha256} names, or it cannot do this
     */
    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        LogicalPlan plan = Datasets.plan(dataset);
        StructType schema = dataset.schema();
        transformSchema(schema);
        DataType type = params.inputType(schema);
        Attribute column = Seqs.<Attribute>list(plan.output()).get(schema.fieldIndex(params.required(params.inputCol)));
        RowWork work = work(dataset.sparkSession(), type, params.errors(errorCol));
        return Datasets.of(dataset, RowStage.over(plan, work, column).withNamesOfItsOwn());
    }

    @Override
    public StructType transformSchema(StructType schema) {
        return params.with(schema, added(params.required(params.inputCol), params.inputType(schema)));
    }

    @Override
    public Transformer copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    String output() {
        return params.required(outputCol);
    }

    /** Returns the SAE: a published one's name, a folder of each machine, or a folder's address. */
    public Param<String> sae() {
        return params.sae;
    }

    /** Returns the revision of a published SAE's repository. */
    public Param<String> revision() {
        return params.revision;
    }

    /** Returns the layout of the SAE's files. */
    public Param<String> format() {
        return params.format;
    }

    /** Returns the fields of the SAE's configuration that are set. */
    public StringArrayParam overrides() {
        return params.overrides;
    }

    /** Returns what activations are multiplied by before they are encoded. */
    public DoubleArrayParam normScalingFactor() {
        return params.normScalingFactor;
    }

    /** Returns the tensors and fields of the SAE's files that are passed over. */
    public StringArrayParam allowUnknown() {
        return params.allowUnknown;
    }

    /** Returns whether features are rescaled to decoder rows of norm 1. */
    public BooleanParam foldDecoderNorms() {
        return params.foldDecoderNorms;
    }

    /** Returns the SHA-256 that the weights must have. */
    public Param<String> sha256() {
        return params.sha256;
    }

    /** Returns whether the encoder is prepared for many calls. */
    public BooleanParam prepared() {
        return params.prepared;
    }

    /** Returns the column that is read. */
    public Param<String> inputCol() {
        return params.inputCol;
    }

    /** Returns the column that is made. */
    public Param<String> outputCol() {
        return outputCol;
    }

    /** Returns the column that says what is wrong with a row. */
    public Param<String> errorCol() {
        return errorCol;
    }

    /** Returns how many tokens a task computes at once. */
    public IntParam batchTokens() {
        return params.batchTokens;
    }

    /** Returns how many threads a task computes with. */
    public IntParam threadsPerTask() {
        return params.threadsPerTask;
    }

    /**
     * Sets the SAE.
     *
     * @param sae one of
     *     <ul>
     *       <li>a published SAE, by a name that {@link io.github.sae4j.loader.SAE#from(String)} takes; each machine has it from
     *           its own cache, or from the hub;
     *       <li>a folder that is on every machine, or that Spark unpacks there ({@code --archives});
     *       <li>the address of a folder in a file system that Hadoop reads, such as {@code hdfs://…} or {@code s3a://…}, which
     *           each machine copies once.
     *     </ul>
     * @return this
     */
    public T setSae(String sae) {
        set(params.sae, sae);
        return self();
    }

    /**
     * Sets the revision of a published SAE's repository; without it the one in the name counts, or else {@code main}. Workers
     * take the commit that the driver finds.
     *
     * @return this
     */
    public T setRevision(String revision) {
        set(params.revision, revision);
        return self();
    }

    /**
     * Sets the layout of the SAE's files, where they do not show it, see {@link SaeLoader#format}.
     *
     * @param label for example {@code gemma_2_transcoder}
     * @return this
     */
    public T setFormat(String label) {
        set(params.format, label);
        return self();
    }

    /**
     * Sets fields of the SAE's configuration, instead of what its files say, see {@link SaeLoader#override}.
     *
     * @param fields each as {@code field=value}, for example {@code k=50}
     * @return this
     */
    public T setOverrides(String... fields) {
        set(params.overrides, fields);
        return self();
    }

    /**
     * Sets what activations are multiplied by before they are encoded, and reconstructions divided by, instead of what is
     * published, see {@link SaeLoader#normScalingFactor}.
     *
     * @return this
     */
    public T setNormScalingFactor(double... factors) {
        set(params.normScalingFactor, factors);
        return self();
    }

    /**
     * Lets tensors and fields of the SAE's files through that nothing here understands, see {@link SaeLoader#allowUnknown}.
     *
     * @param names as the refusal names them
     * @return this
     */
    public T setAllowUnknown(String... names) {
        set(params.allowUnknown, names);
        return self();
    }

    /**
     * Sets whether features are rescaled to decoder rows of norm 1, as Neuronpedia's dashboards show them, see {@link
     * SaeLoader#foldDecoderNorms}; by default they are not.
     *
     * @return this
     */
    public T setFoldDecoderNorms(boolean fold) {
        set(params.foldDecoderNorms, fold);
        return self();
    }

    /**
     * Sets the SHA-256 that the weights must have; without it workers need those that the driver finds.
     *
     * @param sha256 64 hexadecimal digits
     * @return this
     */
    public T setSha256(String sha256) {
        set(params.sha256, sha256);
        return self();
    }

    /**
     * Sets whether the encoder is prepared for many calls, see {@link SaeLoader#prepared}, which takes
     * libtorch's native library on each machine; by default it is not.
     *
     * @return this
     */
    public T setPrepared(boolean prepared) {
        set(params.prepared, prepared);
        return self();
    }

    /**
     * Sets the column that is read.
     *
     * @return this
     */
    public T setInputCol(String column) {
        set(params.inputCol, column);
        return self();
    }

    /**
     * Sets the column that is made.
     *
     * @return this
     */
    public T setOutputCol(String column) {
        set(outputCol, column);
        return self();
    }

    /**
     * Sets a column that is made beside: null where all is well, else what is wrong with the row, whose result is null then.
     * Without it such a row ends the job.
     *
     * @return this
     */
    public T setErrorCol(String column) {
        set(errorCol, column);
        return self();
    }

    /**
     * Sets how many tokens a task computes at once, from 1 to {@value SaeParams#MOST_BATCH_TOKENS}; by default {@value SaeParams#BATCH_TOKENS}. A task holds so many rows in
     * memory, however long its partition is.
     *
     * @return this
     */
    public T setBatchTokens(int tokens) {
        set(params.batchTokens, tokens);
        return self();
    }

    /**
     * Sets how many threads a task computes with; by default, and for 0, its processors, {@code spark.task.cpus}. With more than
     * one, the tasks of a process take turns with as many as {@code spark.executor.cores} says, if that is more.
     *
     * @return this
     */
    public T setThreadsPerTask(int threads) {
        set(params.threadsPerTask, threads);
        return self();
    }

    static String newUid(String prefix) {
        return org.apache.spark.ml.util.Identifiable.randomUID(prefix);
    }
}
