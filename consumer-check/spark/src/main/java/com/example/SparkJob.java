package com.example;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.loader.SAE;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;

public final class SparkJob {

    /** One for each executor, which all its tasks share. */
    private static final class Shared {
        private static SparseAutoencoder sae;

        static synchronized SparseAutoencoder open(String folder) {
            if (sae == null) {
                sae = SAE.fromDisk(Path.of(folder));
            }
            return sae;
        }
    }

    public static void main(String[] args) throws IOException {
        String folder = args[0];
        try (SparkSession spark = SparkSession.builder()
                .appName("sae4j")
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .getOrCreate()) {
            MapPartitionsFunction<Long, Integer> encode = rows -> {
                SparseAutoencoder sae = Shared.open(folder);
                List<Integer> active = new ArrayList<>();
                while (rows.hasNext()) {
                    float[] activation = new float[sae.config().dIn()];
                    Arrays.fill(activation, rows.next());
                    active.add(sae.encode(activation).activeCount());
                }
                return active.iterator();
            };
            List<Integer> active = spark.range(1, 9, 1, 2).mapPartitions(encode, Encoders.INT()).collectAsList();
            System.out.printf("active features of %d rows: %s; %s kernel%n", active.size(), active, Shared.open(folder).kernel());
        }
    }
}
