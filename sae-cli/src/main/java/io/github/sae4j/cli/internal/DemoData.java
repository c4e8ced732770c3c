package io.github.sae4j.cli.internal;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.github.sae4j.core.Feature;
import io.github.sae4j.data.DataException;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * A small SAE whose features are known, and activations that are sums of a few of them and noise; all from a seed.
 *
 * <p>Each feature is a random direction of length 1, and there are more of them than dimensions, so they overlap a
 * little, as those of a language model do. The encoder looks along the same directions: what lies below a threshold is
 * taken for overlap and noise, and a gain makes up for the threshold at the middle of the planted strengths.
 */
final class DemoData {

    private static final int D_IN = 256;
    private static final int D_SAE = 512;
    private static final int SEQUENCES = 8;
    private static final int POSITIONS = 64;
    private static final int PLANTED = 3;
    private static final double WEAKEST = 6;
    private static final double STRONGEST = 10;
    private static final double NOISE = 0.2;
    private static final double THRESHOLD = 3.5;
    private static final double MIDDLE = (WEAKEST + STRONGEST) / 2;
    private static final double GAIN = MIDDLE / (MIDDLE - THRESHOLD);
    private static final double BIAS_SPREAD = 0.5;
    private static final long SEED = 20_240_917;

    private final float[][] directions;
    private final float[] decoderBias;
    private final List<List<Feature>> planted;
    private final float[][] activations;

    private DemoData(RandomGenerator random) {
        this.directions = directions(random);
        this.decoderBias = new float[D_IN];
        for (int column = 0; column < D_IN; column++) {
            decoderBias[column] = (float) (random.nextGaussian() * BIAS_SPREAD);
        }
        this.planted = new ArrayList<>();
        this.activations = new float[SEQUENCES * POSITIONS][];
        for (int token = 0; token < activations.length; token++) {
            List<Feature> features = plant(random);
            planted.add(features);
            activations[token] = activation(features, random);
        }
    }

    /** Returns the data, the same every time. */
    static DemoData standard() {
        // java.util.Random is specified to the last bit, so the demo is the same on every Java.
        return new DemoData(new Random(SEED));
    }

    private static float[][] directions(RandomGenerator random) {
        float[][] directions = new float[D_SAE][D_IN];
        for (float[] direction : directions) {
            double[] gaussian = gaussian(random);
            double norm = 0;
            for (double number : gaussian) {
                norm += number * number;
            }
            for (int column = 0; column < D_IN; column++) {
                direction[column] = (float) (gaussian[column] / Math.sqrt(norm));
            }
        }
        return directions;
    }

    private static double[] gaussian(RandomGenerator random) {
        return IntStream.range(0, D_IN)
                .mapToDouble(column -> random.nextGaussian())
                .toArray();
    }

    private static List<Feature> plant(RandomGenerator random) {
        return random.ints(0, D_SAE)
                .distinct()
                .limit(PLANTED)
                .mapToObj(index -> new Feature(index, (float) (WEAKEST + random.nextDouble() * (STRONGEST - WEAKEST))))
                .sorted(Comparator.comparing(Feature::index))
                .toList();
    }

    private float[] activation(List<Feature> features, RandomGenerator random) {
        float[] sum = decoderBias.clone();
        for (int column = 0; column < D_IN; column++) {
            for (Feature feature : features) {
                sum[column] += feature.value() * directions[feature.index()][column];
            }
            sum[column] += (float) (random.nextGaussian() * NOISE);
        }
        return sum;
    }

    int tokens() {
        return activations.length;
    }

    /** Returns how many features each token is made of. */
    int plantedPerToken() {
        return PLANTED;
    }

    int features() {
        return D_SAE;
    }

    /** Returns the features that a token is made of, by ascending index. */
    List<Feature> planted(int token) {
        return planted.get(token);
    }

    /** Returns where a token stands, for example {@code [0, 17]}. */
    String position(int token) {
        return "[" + token / POSITIONS + ", " + token % POSITIONS + "]";
    }

    /** Writes the activations to a file as the tensor {@code activations}. */
    void writeActivations(Path file) {
        write(
                file,
                Map.of(
                        "activations",
                        new Matrix(List.of((long) SEQUENCES, (long) POSITIONS, (long) D_IN), List.of(activations))));
    }

    /** Writes the SAE to a folder as SAELens does. */
    void writeSae(Path folder) {
        float[][] encoder = new float[D_IN][D_SAE];
        float[] encoderBias = new float[D_SAE];
        for (int feature = 0; feature < D_SAE; feature++) {
            for (int column = 0; column < D_IN; column++) {
                encoder[column][feature] = (float) (GAIN * directions[feature][column]);
            }
            encoderBias[feature] = (float) (-GAIN * THRESHOLD);
        }
        write(
                folder.resolve("sae_weights.safetensors"),
                Map.of(
                        "W_enc", Matrix.of(encoder),
                        "W_dec", Matrix.of(directions),
                        "b_enc", Matrix.vector(encoderBias),
                        "b_dec", Matrix.vector(decoderBias)));
        try {
            Files.writeString(folder.resolve("cfg.json"), new Gson().toJson(configuration()) + "\n");
        } catch (IOException e) {
            throw DataException.of(DataException.Reason.UNWRITABLE, folder, "cannot be written", e);
        }
    }

    private static JsonObject configuration() {
        JsonObject metadata = new JsonObject();
        metadata.addProperty("sae_lens_version", "6.18.0");
        metadata.addProperty("model_name", "planted features");
        metadata.addProperty("hook_name", "blocks.0.hook_resid_post");
        metadata.addProperty("context_size", POSITIONS);
        JsonObject configuration = new JsonObject();
        configuration.addProperty("architecture", "standard");
        configuration.addProperty("d_in", D_IN);
        configuration.addProperty("d_sae", D_SAE);
        configuration.addProperty("dtype", "float32");
        configuration.addProperty("apply_b_dec_to_input", true);
        configuration.addProperty("normalize_activations", "none");
        configuration.add("metadata", metadata);
        return configuration;
    }

    /** A float32 tensor of any shape, as rows that follow each other. */
    private record Matrix(List<Long> shape, List<float[]> rows) {

        static Matrix of(float[][] rows) {
            return new Matrix(List.of((long) rows.length, (long) rows[0].length), List.of(rows));
        }

        static Matrix vector(float[] values) {
            return new Matrix(List.of((long) values.length), List.of(values));
        }
    }

    private static void write(Path file, Map<String, Matrix> tensors) {
        List<TensorSpec> specs = tensors.entrySet().stream()
                .map(tensor -> new TensorSpec(
                        tensor.getKey(), Dtype.F32, tensor.getValue().shape()))
                .toList();
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of())) {
            tensors.forEach((name, tensor) -> {
                for (float[] row : tensor.rows()) {
                    ByteBuffer bytes =
                            ByteBuffer.allocate(row.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    bytes.asFloatBuffer().put(row);
                    writer.write(name, bytes);
                }
            });
            writer.commit();
        }
    }
}
