package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.Device;
import io.github.sae4j.core.Feature;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cross-layer transcoder of a published one's size, 26 layers of 16,384 features and 2,304 numbers in float32, 57 GB that
 * are holes in sparse files but for a few rows.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "files are not sparse there unless asked to be")
class HugeSetTest {

    private static final int LAYERS = 26;
    private static final int D = 2304;
    private static final int D_SAE = 16_384;
    private static final int TOKENS = 16;

    /** The feature of each layer that reads its first input, and writes to its last output of all targets. */
    private static final int FEATURE = D_SAE - 2;

    @TempDir
    private Path folder;

    @Test
    void opensWithoutReadingAndEncodesAndDecodesInLittleMemory() throws IOException {
        for (int layer = 0; layer < LAYERS; layer++) {
            write(layer);
        }
        assumeThat(onDisk(folder)).as("this file system has no sparse files").isLessThan(1L << 30);
        float[][][] x = new float[TOKENS][LAYERS][D];
        for (int token = 0; token < TOKENS; token++) {
            for (int layer = 0; layer < LAYERS; layer++) {
                x[token][layer][0] = token == layer ? 1 : 0;
            }
        }
        long before = mappedKiB();
        try (SaeSet set = SAE.from(folder).device(Device.cpu()).openSet()) {
            assertThat(mappedKiB() - before).as("KiB of files in memory").isLessThan(1 << 20);
            List<Long> heap = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                LayeredFeatures features = set.encode(x);
                for (int layer = 0; layer < LAYERS; layer++) {
                    assertThat(features.layer(layer).activeCount()).isEqualTo(layer < TOKENS ? 1 : 0);
                }
                for (int token = 0; token < TOKENS; token++) {
                    assertThat(features.layer(token).active(token)).containsExactly(new Feature(FEATURE, 1));
                }
                float[][][] out = set.decode(features);
                for (int token = 0; token < TOKENS; token++) {
                    for (int target = 0; target < LAYERS; target++) {
                        assertThat(out[token][target][D - 1]).isEqualTo(target >= token ? token + 1 : 0);
                    }
                }
                System.gc();
                heap.add(
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
            }
            assertThat(heap.get(2)).isLessThan(heap.get(0) + (16 << 20)).isLessThan(400 << 20);
        }
    }

    private void write(int layer) throws IOException {
        int targets = LAYERS - layer;
        long encoder = 4L * D_SAE * D;
        try (RandomAccessFile file = file(
                "W_enc_" + layer,
                List.of(
                        new Part("W_enc_" + layer, D_SAE + "," + D, encoder),
                        new Part("b_enc_" + layer, String.valueOf(D_SAE), 4L * D_SAE),
                        new Part("b_dec_" + layer, String.valueOf(D), 4L * D)))) {
            put(file, 4L * FEATURE * D, 1);
        }
        try (RandomAccessFile file = file(
                "W_dec_" + layer,
                List.of(new Part("W_dec_" + layer, D_SAE + "," + targets + "," + D, encoder * targets)))) {
            for (int target = 0; target < targets; target++) {
                put(file, 4L * (((long) FEATURE * targets + target) * D + D - 1), layer + 1);
            }
        }
    }

    /** A tensor of float32. */
    private record Part(String name, String shape, long bytes) {}

    /** Makes a file of zeros and goes to its first tensor. */
    private RandomAccessFile file(String name, List<Part> parts) throws IOException {
        List<String> entries = new ArrayList<>();
        long at = 0;
        for (Part part : parts) {
            entries.add("\"" + part.name() + "\":{\"dtype\":\"F32\",\"shape\":[" + part.shape() + "],\"data_offsets\":["
                    + at + "," + (at + part.bytes()) + "]}");
            at += part.bytes();
        }
        String header = "{" + String.join(",", entries) + "}";
        String padded = header + " ".repeat(-header.length() & 7);
        RandomAccessFile file =
                new RandomAccessFile(folder.resolve(name + ".safetensors").toFile(), "rw");
        file.writeLong(Long.reverseBytes(padded.length()));
        file.write(padded.getBytes(StandardCharsets.US_ASCII));
        file.setLength(file.getFilePointer() + at);
        return file;
    }

    /** Writes a number at a position behind the header. */
    private static void put(RandomAccessFile file, long at, float value) throws IOException {
        file.seek(0);
        long header = Long.reverseBytes(file.readLong());
        file.seek(Long.BYTES + header + at);
        file.writeInt(Integer.reverseBytes(Float.floatToIntBits(value)));
    }

    /** Returns how much of files is mapped and in memory, the engine's libraries among them; nothing but on Linux. */
    private static long mappedKiB() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("RssFile:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static long onDisk(Path folder) throws IOException {
        Process process = new ProcessBuilder("du", "-sk", folder.toString()).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Long.parseLong(printed.substring(0, printed.indexOf('\t'))) * 1024;
    }
}
