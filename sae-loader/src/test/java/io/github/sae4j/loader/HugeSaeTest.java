package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.Device;
import io.github.sae4j.core.Feature;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** An SAE of 9.7 GB, nearly all of it holes in a sparse file: no size or position is cut to 32 bits. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "files are not sparse there unless asked to be")
class HugeSaeTest {

    private static final int D_IN = 2304;
    private static final int D_SAE = 1 << 20;
    private static final long MATRIX = 2L * D_IN * D_SAE;
    private static final short HALF_ONE = 0x3c00;
    private static final short HALF_TWO = 0x4000;

    @TempDir
    private Path folder;

    @Test
    void namesTheRightFeaturesAndDecodesThem() throws IOException {
        int[] features = {0, 3, (1 << 19) + 1, D_SAE - 1};
        int[] inputs = {0, 7, D_IN / 2, D_IN - 1};
        write(features, inputs);
        assumeThat(blocks(folder.resolve("sae_weights.safetensors")))
                .as("this file system has no sparse files")
                .isLessThan(MATRIX / 2);

        try (SparseAutoencoder sae = SAE.from(folder).device(Device.cpu()).open()) {
            float[][] tokens = new float[features.length][D_IN];
            for (int token = 0; token < tokens.length; token++) {
                tokens[token][inputs[token]] = token + 1;
            }

            SparseFeatures active = sae.encode(tokens);

            for (int token = 0; token < tokens.length; token++) {
                assertThat(active.active(token)).containsExactly(new Feature(features[token], token + 1));
            }
            float[][] back = sae.decode(active);
            for (int token = 0; token < tokens.length; token++) {
                assertThat(back[token][inputs[token]]).isEqualTo(2f * (token + 1));
            }
        }
    }

    /** Writes an SAE of which each feature reads one input and writes twice of it back. */
    private void write(int[] features, int[] inputs) throws IOException {
        Files.writeString(
                folder.resolve("cfg.json"),
                "{\"architecture\": \"standard\", \"d_in\": " + D_IN + ", \"d_sae\": " + D_SAE
                        + ", \"dtype\": \"float16\", \"metadata\": {\"sae_lens_version\": \"6.18.0\"}}");
        long biases = 2 * MATRIX;
        String header = "{" + entry("W_enc", D_IN + "," + D_SAE, 0, MATRIX) + ","
                + entry("W_dec", D_SAE + "," + D_IN, MATRIX, biases) + ","
                + entry("b_enc", String.valueOf(D_SAE), biases, biases + 2L * D_SAE) + ","
                + entry("b_dec", String.valueOf(D_IN), biases + 2L * D_SAE, biases + 2L * (D_SAE + D_IN)) + "}";
        String padded = header + " ".repeat(-header.length() & 7);
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("sae_weights.safetensors").toFile(), "rw")) {
            file.writeLong(Long.reverseBytes(padded.length()));
            file.write(padded.getBytes(StandardCharsets.US_ASCII));
            long data = file.getFilePointer();
            file.setLength(data + biases + 2L * (D_SAE + D_IN));
            for (int i = 0; i < features.length; i++) {
                put(file, data + 2 * ((long) inputs[i] * D_SAE + features[i]), HALF_ONE);
                put(file, data + MATRIX + 2 * ((long) features[i] * D_IN + inputs[i]), HALF_TWO);
            }
        }
    }

    private static void put(RandomAccessFile file, long at, short value) throws IOException {
        file.seek(at);
        file.writeShort(Short.reverseBytes(value));
    }

    private static String entry(String name, String shape, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"F16\",\"shape\":[" + shape + "],\"data_offsets\":[" + begin + "," + end
                + "]}";
    }

    /** Returns how many bytes a file takes on the disk. */
    private static long blocks(Path file) throws IOException {
        Process process = new ProcessBuilder("du", "-k", file.toString()).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Long.parseLong(printed.substring(0, printed.indexOf('\t'))) * 1024;
    }
}
