package io.github.sae4j.spark;

import io.github.sae4j.spark.internal.plan.EarlierFilters;
import io.github.sae4j.spark.internal.plan.RowStageStrategy;
import io.github.sae4j.spark.internal.sql.SaeCalls;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import scala.Function1;
import scala.Tuple3;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * SQL functions that encode and decode, for sessions whose setting {@code spark.sql.extensions} names this class.
 *
 * <pre>{@code
 * SparkSession spark = SparkSession.builder()
 *         .config("spark.sql.extensions", "io.github.sae4j.spark.SaeExtensions")
 *         .getOrCreate();
 * spark.sql("SELECT id, sae_encode(activation, 'layer_19', map('topK', '8')) AS features FROM tokens");
 * }</pre>
 *
 * <ul>
 *   <li>{@code sae_encode(activations, sae [, settings])} is what {@link SaeEncoder} makes, {@code
 *       struct<indices: array<int>, values: array<float>>} or, with {@code outputForm} {@code vector}, a vector;
 *   <li>{@code sae_decode(features, sae [, settings])} is what {@link SaeDecoder} makes.
 * </ul>
 *
 * <p>Settings are a map of the stages' parameters, by name, as texts, with commas between where there are several: {@code
 * revision}, {@code format}, {@code overrides}, {@code normScalingFactor}, {@code allowUnknown}, {@code foldDecoderNorms}, {@code
 * sha256}, {@code prepared}, {@code batchTokens}, {@code threadsPerTask}; for {@code sae_encode} also {@code inputType}, {@code
 * outputForm}, {@code features} and {@code topK}. A null gives null; another row that cannot be used ends the query. The functions work on
 * batches of rows: they stand in SELECT, WHERE, ORDER BY, aggregate functions, what is grouped by, windows and LATERAL VIEW, and
 * are refused elsewhere. In Spark Connect they run on the server.
 *
 * <p>Spark makes one for each session. Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class SaeExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {

    private static final List<String> OF_ALL = List.of(
            "revision",
            "format",
            "overrides",
            "normScalingFactor",
            "allowUnknown",
            "foldDecoderNorms",
            "sha256",
            "prepared",
            "batchTokens",
            "threadsPerTask");
    private static final List<String> OF_ENCODER = Stream.concat(
                    OF_ALL.stream(), Stream.of("inputType", "outputForm", "features", "topK"))
            .toList();

    /** Creates it, as Spark does. */
    public SaeExtensions() {}

    /** Adds the functions to a session that is being made. */
    @Override
    public BoxedUnit apply(SparkSessionExtensions extensions) {
        extensions.injectFunction(function(
                new SaeFunction("sae_encode", SaeEncoder::new, OF_ENCODER),
                "sae_encode",
                "sae_encode(activations, sae [, settings]) - Returns the active features of each token."));
        extensions.injectFunction(function(
                new SaeFunction("sae_decode", SaeDecoder::new, OF_ALL),
                "sae_decode",
                "sae_decode(features, sae [, settings]) - Returns what the features of each token decode to."));
        extensions.injectPostHocResolutionRule(forEachSession(new SaeCalls()));
        extensions.injectOptimizerRule(forEachSession(new EarlierFilters()));
        extensions.injectPlannerStrategy(forEachSession(new RowStageStrategy()));
        return BoxedUnit.UNIT;
    }

    private static Tuple3<FunctionIdentifier, ExpressionInfo, Function1<Seq<Expression>, Expression>> function(
            SaeFunction function, String name, String usage) {
        return new Tuple3<>(
                new FunctionIdentifier(name),
                new ExpressionInfo(SaeFunction.class.getName(), "", name, usage, "", "", "", "", "", "", ""),
                function);
    }

    private static <T> Function1<SparkSession, T> forEachSession(T one) {
        return new AbstractFunction1<>() {
            @Override
            public T apply(SparkSession session) {
                return one;
            }
        };
    }
}
