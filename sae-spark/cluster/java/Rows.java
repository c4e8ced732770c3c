import static org.apache.spark.sql.functions.expr;

import io.github.sae4j.fixtures.RandomSae;
import io.github.sae4j.fixtures.StoredType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * What there is before a job and after it: a random SAE, tokens that it explains, and whether Spark's features are those of
 * {@code sae encode}.
 *
 * <pre>
 * Rows sae FOLDER D_IN D_SAE TYPE L0
 * Rows tokens FOLDER.parquet D_IN D_SAE TYPE L0 TOKENS FILES
 * Rows compare ENCODED.parquet SPARK.parquet
 * </pre>
 */
public final class Rows {

    private static final long SEED = 1;
    private static final int TOKENS_AT_A_TIME = 1024;

    private Rows() {}

    public static void main(String[] args) throws IOException {
        switch (args[0]) {
            case "sae" -> sae(args).write(Path.of(args[1]));
            case "tokens" -> tokens(args);
            case "compare" -> compare(args[1], args[2]);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** Returns the SAE that the second to fifth argument tell of. */
    static RandomSae sae(String[] args) {
        int dIn = Integer.parseInt(args[2]);
        int dSae = Integer.parseInt(args[3]);
        return new RandomSae(dIn, dSae, StoredType.ofConfigName(args[4]), Integer.parseInt(args[5]), SEED);
    }

    private static void tokens(String[] args) throws IOException {
        int tokens = Integer.parseInt(args[6]);
        int files = Integer.parseInt(args[7]);
        StructType columns = StructType.fromDDL("id bigint, activation array<float>");
        MapPartitionsFunction<Long, Row> make = ids -> new Made(sae(args), ids);
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            spark.range(0, tokens, 1, files)
                    .mapPartitions(make, Encoders.row(columns))
                    .write()
                    .parquet(args[1]);
        }
    }

    private static final class Made implements Iterator<Row> {

        private final RandomSae sae;
        private final Iterator<Long> ids;
        private final Queue<Row> made = new ArrayDeque<>();

        private Made(RandomSae sae, Iterator<Long> ids) {
            this.sae = sae;
            this.ids = ids;
        }

        @Override
        public boolean hasNext() {
            return !made.isEmpty() || ids.hasNext();
        }

        @Override
        public Row next() {
            if (made.isEmpty()) {
                List<Long> next = new ArrayList<>();
                while (next.size() < TOKENS_AT_A_TIME && ids.hasNext()) {
                    next.add(ids.next());
                }
                float[][] activations = sae.activations(next.size(), next.get(0));
                for (int i = 0; i < activations.length; i++) {
                    made.add(RowFactory.create(next.get(i), activations[i]));
                }
            }
            return made.remove();
        }
    }

    /** The ids are the places of the tokens in the files that {@code sae encode} read, in the order of their names. */
    private static void compare(String encoded, String spark) throws IOException {
        try (SparkSession session = SparkSession.builder().getOrCreate()) {
            Dataset<Row> expected =
                    session.read().parquet(encoded).selectExpr("_metadata.row_index AS id", "features", "values");
            Dataset<Row> found = session.read()
                    .parquet(spark)
                    .selectExpr("id", "features.indices AS sparkIndices", "features.values AS sparkValues");
            Row result = expected.join(found, new String[] {"id"}, "full_outer")
                    .withColumn("same", expr("features <=> sparkIndices AND values <=> sparkValues"))
                    .selectExpr("count(*)", "sum(size(features))", "count_if(NOT same)", "min(IF(same, NULL, id))")
                    .head();
            if (result.getLong(2) > 0) {
                throw new IllegalStateException(result.getLong(2) + " of " + result.getLong(0)
                        + " rows differ, the first of id " + result.get(3) + ".");
            }
            System.out.printf(
                    "%d rows with %d features: indices and values are those of sae encode%n",
                    result.getLong(0), result.getLong(1));
        }
    }
}
