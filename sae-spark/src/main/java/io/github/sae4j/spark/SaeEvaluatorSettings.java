package io.github.sae4j.spark;

import io.github.sae4j.loader.SaeLoader;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsWritable;

/** What an evaluator is told: the SAE, the column that is read, and the measure that is wanted. */
abstract class SaeEvaluatorSettings extends Evaluator implements DefaultParamsWritable {

    private static final long serialVersionUID = 1L;

    private final String uid;

    @SuppressWarnings("serial") // Evaluators are not serialised; they are saved by their parameters.
    final SaeParams params;

    private final Param<String> inputType;
    private final Param<String> metricName;

    SaeEvaluatorSettings(String uid) {
        this.uid = uid;
        this.params = new SaeParams(this);
        this.inputType = new Param<>(this, "inputType", "the format of numbers in a binary column");
        this.metricName = new Param<>(this, "metricName", "what evaluate() returns");
        setDefault(metricName, "explainedVariance");
        params.setDefaults();
    }

    abstract SaeEvaluator self();

    /** Returns the evaluator's name, which Spark keeps with it. */
    @Override
    public String uid() {
        return uid;
    }

    @Override
    public Evaluator copy(ParamMap extra) {
        return defaultCopy(extra);
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

    /** Returns the format of numbers in a binary column. */
    public Param<String> inputType() {
        return inputType;
    }

    /** Returns what {@link #evaluate} returns. */
    public Param<String> metricName() {
        return metricName;
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
     * @param sae as for {@link SaeEncoder#setSae}
     * @return this
     */
    public SaeEvaluator setSae(String sae) {
        set(params.sae, sae);
        return self();
    }

    /**
     * Sets the revision of a published SAE's repository, see {@link SaeEncoder#setRevision}.
     *
     * @return this
     */
    public SaeEvaluator setRevision(String revision) {
        set(params.revision, revision);
        return self();
    }

    /**
     * Sets the layout of the SAE's files, where they do not show it, see {@link SaeEncoder#setFormat}.
     *
     * @param label for example {@code gemma_2_transcoder}
     * @return this
     */
    public SaeEvaluator setFormat(String label) {
        set(params.format, label);
        return self();
    }

    /**
     * Sets fields of the SAE's configuration, instead of what its files say, see {@link SaeLoader#override}.
     *
     * @param fields each as {@code field=value}, for example {@code k=50}
     * @return this
     */
    public SaeEvaluator setOverrides(String... fields) {
        set(params.overrides, fields);
        return self();
    }

    /**
     * Sets what activations are multiplied by before they are encoded, and reconstructions divided by, instead of what is
     * published, see {@link SaeLoader#normScalingFactor}.
     *
     * @return this
     */
    public SaeEvaluator setNormScalingFactor(double... factors) {
        set(params.normScalingFactor, factors);
        return self();
    }

    /**
     * Lets tensors and fields of the SAE's files through that nothing here understands, see {@link SaeLoader#allowUnknown}.
     *
     * @param names as the refusal names them
     * @return this
     */
    public SaeEvaluator setAllowUnknown(String... names) {
        set(params.allowUnknown, names);
        return self();
    }

    /**
     * Sets whether features are rescaled to decoder rows of norm 1, as Neuronpedia's dashboards show them, see {@link
     * SaeLoader#foldDecoderNorms}; by default they are not.
     *
     * @return this
     */
    public SaeEvaluator setFoldDecoderNorms(boolean fold) {
        set(params.foldDecoderNorms, fold);
        return self();
    }

    /**
     * Sets the SHA-256 that the weights must have, see {@link SaeEncoder#setSha256}.
     *
     * @return this
     */
    public SaeEvaluator setSha256(String sha256) {
        set(params.sha256, sha256);
        return self();
    }

    /**
     * Sets whether the encoder is prepared for many calls, see {@link SaeEncoder#setPrepared}.
     *
     * @return this
     */
    public SaeEvaluator setPrepared(boolean prepared) {
        set(params.prepared, prepared);
        return self();
    }

    /**
     * Sets the column that is read, as for {@link SaeEncoder}.
     *
     * @return this
     */
    public SaeEvaluator setInputCol(String column) {
        set(params.inputCol, column);
        return self();
    }

    /**
     * Sets the format of numbers in a binary column, which alone needs it.
     *
     * @param type {@code bfloat16}, {@code float16} or {@code float32}
     * @return this
     */
    public SaeEvaluator setInputType(String type) {
        set(inputType, type);
        return self();
    }

    /**
     * Sets what {@link #evaluate} returns; by default {@code explainedVariance}.
     *
     * @param name {@code explainedVariance} or {@code cosine}, of which more is better; {@code meanSquaredError}, {@code
     *     relativeError}, {@code l0}, {@code deadFeatures} or {@code denseFeatures}, of which less is
     * @return this
     */
    public SaeEvaluator setMetricName(String name) {
        set(metricName, name);
        return self();
    }

    /**
     * Sets how many tokens a task computes at once, from 1 to {@value SaeParams#MOST_BATCH_TOKENS}; by default {@value SaeParams#BATCH_TOKENS}.
     *
     * @return this
     */
    public SaeEvaluator setBatchTokens(int tokens) {
        set(params.batchTokens, tokens);
        return self();
    }

    /**
     * Sets how many threads a task computes with; by default, and for 0, its processors, {@code spark.task.cpus}. With more than
     * one, the tasks of a process take turns with as many as {@code spark.executor.cores} says, if that is more.
     *
     * @return this
     */
    public SaeEvaluator setThreadsPerTask(int threads) {
        set(params.threadsPerTask, threads);
        return self();
    }
}
