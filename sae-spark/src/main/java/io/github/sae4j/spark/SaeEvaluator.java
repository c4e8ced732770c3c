package io.github.sae4j.spark;

import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.spark.internal.plan.Datasets;
import io.github.sae4j.spark.internal.plan.RowStage;
import io.github.sae4j.spark.internal.plan.Seqs;
import io.github.sae4j.spark.internal.rows.EncodeRows;
import io.github.sae4j.spark.internal.rows.EvaluateRows;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Measures how well an SAE does on a column of activations: how sparse its features are, and how close its reconstructions
 * come.
 *
 * <pre>{@code
 * SaeEvaluator evaluator = new SaeEvaluator().setSae("layer_19").setInputCol("activation");
 * Evaluation evaluation = evaluator.measure(spark.read().parquet("s3a://corpus/activations"));
 * double explained = evaluation.quality().orElseThrow().explainedVariance();
 * double l0 = evaluation.firings().l0();
 * }</pre>
 *
 * <p>Each partition is measured where it is, and the parts are added up exactly: the numbers have the same bits however the rows
 * are spread over partitions. Of the legacy explained variance alone that is not true, for it depends on batches.
 *
 * <p>For one thread, as Spark's other evaluators are.
 *
 * @since 0.1
 */
public final class SaeEvaluator extends SaeEvaluatorSettings {

    private static final long serialVersionUID = 1L;

    private static final List<String> LARGER_IS_BETTER = List.of("explainedVariance", "cosine");
    private static final List<String> SMALLER_IS_BETTER =
            List.of("meanSquaredError", "relativeError", "l0", "deadFeatures", "denseFeatures");

    /** Creates an evaluator that has no SAE and no column yet. */
    public SaeEvaluator() {
        this(SaeStage.newUid("saeEvaluator"));
    }

    /**
     * Creates an evaluator that has no SAE and no column yet.
     *
     * @param uid its name, which Spark keeps with it
     */
    public SaeEvaluator(String uid) {
        super(uid);
    }

    @Override
    SaeEvaluator self() {
        return this;
    }

    /** Returns what reads an evaluator that was saved. */
    public static MLReader<SaeEvaluator> read() {
        return new DefaultParamsReadable<SaeEvaluator>() {}.read();
    }

    /**
     * Reads an evaluator that was saved.
     *
     * @param path where it was saved
     */
    public static SaeEvaluator load(String path) {
        return read().load(path);
    }

    /**
     * Measures all tokens, in one pass.
     *
     * @param dataset holds the column of activations, of which no row may be null or otherwise bad
     * @return all measures; those of reconstructions are missing for an SAE that does not reconstruct what it reads
     * @throws IllegalArgumentException if the column or a setting cannot be meant
     * @throws io.github.sae4j.loader.SaeLoadException if the SAE cannot be opened on the driver
     * @throws io.github.sae4j.core.SaeException if its weights are not those that {@code sha256} names
     */
    public Evaluation measure(Dataset<?> dataset) {
        LogicalPlan plan = Datasets.plan(dataset);
        StructType schema = dataset.schema();
        String input = params.required(params.inputCol);
        DataType type = params.inputType(schema);
        EncodeRows.requireReadable(input, type, params.text(inputType()));
        List<Evaluation> none = new ArrayList<>();
        EvaluateRows work = new EvaluateRows(
                params.reference(dataset.sparkSession(), sae -> {
                    SaeEncoder.requireFitting(sae, List.of());
                    none.add(Evaluation.of(new Firings(sae.config().dSae()), ReconstructionQuality.of(sae)));
                }),
                params.text(inputType()),
                params.batchTokens());
        Attribute column = Seqs.<Attribute>list(plan.output()).get(schema.fieldIndex(input));
        LogicalPlan only = new Project(Seqs.of(List.<NamedExpression>of(column)), plan);
        JavaRDD<Part> parts = Datasets.of(dataset, RowStage.over(only, work, column))
                .javaRDD()
                .map(SaeEvaluator::part);
        return parts.getNumPartitions() == 0
                ? none.get(0)
                : parts.treeReduce(SaeEvaluator::sum).evaluation();
    }

    /** A part of an evaluation as bytes, which travel between processes. */
    private static final class Part implements Serializable {

        private static final long serialVersionUID = 1L;

        private final byte[] firings;
        private final byte @Nullable [] quality;

        private Part(byte[] firings, byte @Nullable [] quality) {
            this.firings = firings;
            this.quality = quality;
        }

        private Evaluation evaluation() {
            return Evaluation.of(
                    Firings.fromBytes(firings), Optional.ofNullable(quality).map(ReconstructionQuality::fromBytes));
        }
    }

    private static Part part(Row row) {
        return new Part(row.getAs(0), row.getAs(1));
    }

    private static Part sum(Part one, Part other) {
        Evaluation sum = one.evaluation();
        sum.add(other.evaluation());
        return new Part(
                sum.firings().toBytes(),
                sum.quality().map(ReconstructionQuality::toBytes).orElse(null));
    }

    /**
     * Returns one measure.
     *
     * @throws IllegalArgumentException if there is none of the name that was set, or the SAE does not have it
     */
    @Override
    public double evaluate(Dataset<?> dataset) {
        String metric = metric();
        Evaluation evaluation = measure(dataset);
        Firings firings = evaluation.firings();
        return switch (metric) {
            case "l0" -> firings.l0();
            case "deadFeatures" -> firings.dead().length;
            case "denseFeatures" -> firings.dense().length;
            default -> ofReconstructions(metric, evaluation);
        };
    }

    private double ofReconstructions(String metric, Evaluation evaluation) {
        ReconstructionQuality quality = evaluation
                .quality()
                .orElseThrow(() -> new IllegalArgumentException(uid() + ": '" + params.required(params.sae)
                        + "' does not reconstruct what it reads, so it has no " + metric + "."));
        return switch (metric) {
            case "cosine" -> quality.cosine();
            case "meanSquaredError" -> quality.meanSquaredError();
            case "relativeError" -> quality.relativeError();
            default -> quality.explainedVariance();
        };
    }

    private String metric() {
        String metric = params.required(metricName());
        if (!LARGER_IS_BETTER.contains(metric) && !SMALLER_IS_BETTER.contains(metric)) {
            throw new IllegalArgumentException(uid() + ": metricName is one of " + String.join(", ", LARGER_IS_BETTER)
                    + ", " + String.join(", ", SMALLER_IS_BETTER) + ", but is '" + metric + "'.");
        }
        return metric;
    }

    @Override
    public boolean isLargerBetter() {
        return LARGER_IS_BETTER.contains(metric());
    }
}
