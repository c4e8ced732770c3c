package io.github.sae4j.spark;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.fixtures.RandomSae;
import io.github.sae4j.fixtures.StoredType;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A small SAE, tokens that it explains, and what plain calls of the library make of them. */
final class Corpus {

    static final int D_IN = 64;
    static final int D_SAE = 512;

    private static final RandomSae SAE_FILES = new RandomSae(D_IN, D_SAE, StoredType.BFLOAT16, 6, 11);

    private final Path folder;
    private final float[][] activations;

    private Corpus(Path folder, float[][] activations) {
        this.folder = folder;
        this.activations = activations;
    }

    static Corpus in(Path folder, int tokens) {
        Path sae = folder.resolve("sae");
        SAE_FILES.write(sae);
        return new Corpus(sae, SAE_FILES.activations(tokens, 5));
    }

    /** A session with two threads, shared by all tests of this process. */
    static SparkSession session() {
        return SparkSession.builder()
                .master("local[2]")
                .appName("tests")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "3")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir") + "/sae4j-warehouse")
                .config("spark.sql.extensions", SaeExtensions.class.getName())
                .getOrCreate();
    }

    String sae() {
        return folder.toString();
    }

    float[][] activations() {
        return activations;
    }

    SparseFeatures features() {
        try (SparseAutoencoder sae = SAE.fromDisk(folder)) {
            return sae.encode(activations);
        }
    }

    float[][] reconstructions() {
        try (SparseAutoencoder sae = SAE.fromDisk(folder)) {
            return sae.reconstruct(activations);
        }
    }

    /** Rows of {@code id} and {@code activation}, in so many partitions. */
    Dataset<Row> dataset(int partitions) {
        List<Row> rows = new ArrayList<>();
        for (int token = 0; token < activations.length; token++) {
            rows.add(RowFactory.create(token, boxed(activations[token])));
        }
        return dataset(rows).repartition(partitions);
    }

    static Dataset<Row> dataset(List<Row> rows) {
        StructType schema = new StructType()
                .add("id", DataTypes.IntegerType)
                .add("activation", DataTypes.createArrayType(DataTypes.FloatType));
        return session().createDataFrame(rows, schema);
    }

    static List<Float> boxed(float[] numbers) {
        List<Float> boxed = new ArrayList<>();
        for (float number : numbers) {
            boxed.add(number);
        }
        return boxed;
    }

    SaeEncoder encoder() {
        return new SaeEncoder().setSae(sae()).setInputCol("activation");
    }
}
