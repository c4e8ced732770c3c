import io.github.sae4j.fixtures.RandomSae;
import io.github.sae4j.fixtures.StoredType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What there is before a job and after it: a random SAE, tokens that it explains, and whether two jobs wrote the same rows.
 *
 * <pre>
 * Rows sae FOLDER D_IN D_SAE TYPE L0
 * Rows tokens FOLDER.parquet D_IN D_SAE TYPE L0 TOKENS FILES
 * Rows compare ONE.parquet OTHER.parquet
 * </pre>
 */
public final class Rows {

    private static final long SEED = 1;

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
        MapPartitionsFunction<Long, Row> make = ids -> made(sae(args), ids);
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            spark.range(0, tokens, 1, files)
                    .mapPartitions(make, Encoders.row(columns))
                    .write()
                    .parquet(args[1]);
        }
    }

    private static Iterator<Row> made(RandomSae sae, Iterator<Long> ids) {
        List<Long> all = new ArrayList<>();
        ids.forEachRemaining(all::add);
        float[][] activations = sae.activations(all.size(), all.get(0));
        List<Row> rows = new ArrayList<>();
        for (float[] activation : activations) {
            rows.add(RowFactory.create(all.get(rows.size()), activation));
        }
        return rows.iterator();
    }

    private static void compare(String one, String other) throws IOException {
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            Dataset<Row> ones = spark.read().parquet(one).drop("activation").orderBy("id");
            Dataset<Row> others = spark.read().parquet(other).drop("activation").orderBy("id");
            if (!ones.schema().equals(others.schema())) {
                throw new IllegalStateException(
                        "The columns differ: " + ones.schema().toDDL() + " and " + others.schema().toDDL() + ".");
            }
            Iterator<Row> left = ones.toLocalIterator();
            Iterator<Row> right = others.toLocalIterator();
            long rows = 0;
            long values = 0;
            for (; left.hasNext() && right.hasNext(); rows++) {
                List<Object> expected = numbers(left.next());
                List<Object> found = numbers(right.next());
                if (!expected.equals(found)) {
                    throw new IllegalStateException("The rows of id " + expected.get(0) + " differ: " + expected
                            + " and " + found + ".");
                }
                values += expected.size() - 1;
            }
            if (left.hasNext() || right.hasNext()) {
                throw new IllegalStateException(
                        "One has " + ones.count() + " rows, the other one " + others.count() + ".");
            }
            System.out.println(rows + " rows with " + values + " numbers, all equal");
        }
    }

    /** Returns what a value is made of: sizes and elements, a float as its bits. */
    private static List<Object> numbers(Object value) {
        if (value instanceof Row row) {
            return all(CollectionConverters.asJava(row.toSeq()));
        } else if (value instanceof Seq<?> sequence) {
            return all(CollectionConverters.asJava(sequence));
        } else if (value instanceof Float number) {
            return List.of("bits " + Integer.toHexString(Float.floatToRawIntBits(number)));
        }
        return Arrays.asList(value);
    }

    private static List<Object> all(List<?> values) {
        List<Object> all = new ArrayList<>(List.of(values.size()));
        values.forEach(value -> all.addAll(numbers(value)));
        return all;
    }
}
