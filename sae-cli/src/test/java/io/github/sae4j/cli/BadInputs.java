package io.github.sae4j.cli;

import static io.github.sae4j.cli.InputFiles.buffer;
import static io.github.sae4j.cli.InputFiles.npy;
import static io.github.sae4j.cli.InputFiles.npyHeader;
import static io.github.sae4j.cli.InputFiles.safetensors;

import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.safetensors.Dtype;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes the files of which the documentation says how the command refuses them, beside {@code x.safetensors} and
 * {@code sae}, which are good: two tokens, and an SAE with d_in = 4 and d_sae = 6.
 */
final class BadInputs {

    private final Path folder;

    private BadInputs(Path folder) {
        this.folder = folder;
    }

    /** Fills a folder. */
    static void writeTo(Path folder) {
        try {
            BadInputs inputs = new BadInputs(folder);
            inputs.safetensorsFiles();
            inputs.npyFiles();
            inputs.featureFiles();
            inputs.saes();
            Files.createDirectory(folder.resolve("folder"));
            Files.createDirectory(folder.resolve("folder.safetensors"));
            Files.writeString(folder.resolve("notes.txt"), "1 2 3 4");
            Files.writeString(folder.resolve("precious.safetensors"), "precious");
            Files.writeString(folder.resolve("precious.html"), "precious");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private void safetensorsFiles() throws IOException {
        Path good = safetensors()
                .floats("x", new long[] {2, 4}, 1, 2, 3, 4, 5, 6, 7, 8)
                .write(file("x.safetensors"));
        byte[] bytes = Files.readAllBytes(good);
        Files.write(file("empty.safetensors"), new byte[0]);
        Files.write(file("cut.safetensors"), Arrays.copyOf(bytes, bytes.length - 3));
        Files.write(file("longer.safetensors"), Arrays.copyOf(bytes, bytes.length + 3));
        header("long-header.safetensors", 1L << 40, "{}");
        header("no-json.safetensors", 4, "{\"x\"");
        String overlapping = "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[8,24]}}";
        header("overlapping.safetensors", overlapping.length(), overlapping + " ".repeat(24));
        String unknown = "{\"x\":{\"dtype\":\"F33\",\"shape\":[1,4],\"data_offsets\":[0,16]}}";
        header("unknown-dtype.safetensors", unknown.length(), unknown + " ".repeat(16));
        safetensors()
                .floats("hidden_states", new long[] {1, 2, 4}, new float[8])
                .longs("token_ids", 7)
                .write(file("layers.safetensors"));
        for (int hook = 1; hook <= 2; hook++) {
            safetensors()
                    .floats("blocks." + hook, new long[] {1, 4}, 1, 2, 3, 4)
                    .write(file("hooks-" + hook + ".safetensors"));
        }
        safetensors().floats("x", new long[] {2, 5}, new float[10]).write(file("wide.safetensors"));
        safetensors()
                .floats("a", new long[] {1, 4}, new float[4])
                .floats("b", new long[] {1, 4}, new float[4])
                .write(file("two.safetensors"));
        safetensors().raw("ids", Dtype.I32, new long[] {1, 4}, buffer(16)).write(file("ids.safetensors"));
        safetensors().floats("x", new long[] {1, 2, 2}, new float[4]).write(file("heads-1.safetensors"));
        safetensors().floats("x", new long[] {1, 4}, new float[4]).write(file("heads-2.safetensors"));
        safetensors().write(file("none.safetensors"));
        safetensors().floats("x", new long[] {}, 1).write(file("number.safetensors"));
        safetensors().floats("x", new long[] {1, 4}, 1, Float.NaN, 3, 4).write(file("nan.safetensors"));
        safetensors()
                .floats("x", new long[] {2, 2, 4}, filled(1, Float.POSITIVE_INFINITY))
                .write(file("first.safetensors"));
        safetensors().floats("x", new long[] {2, 2, 4}, filled(14, Float.NaN)).write(file("second.safetensors"));
        ByteBuffer large = buffer(32).putDouble(8, 1e300);
        safetensors().raw("x", Dtype.F64, new long[] {1, 4}, large).write(file("large.safetensors"));
    }

    private static float[] filled(int at, float value) {
        float[] values = new float[16];
        values[at] = value;
        return values;
    }

    private void header(String name, long length, String rest) throws IOException {
        byte[] text = rest.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + text.length).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file(name), bytes.putLong(length).put(text).array());
    }

    private void npyFiles() throws IOException {
        ByteBuffer row = buffer(16);
        Files.writeString(file("text.npy"), "1 2 3 4");
        npy(file("cut.npy"), npyHeader("<f4", "(2, 4)"), row);
        npy(file("longer.npy"), npyHeader("<f4", "(1, 2)"), row);
        npy(file("fortran.npy"), "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 4), }\n", buffer(32));
        npy(file("objects.npy"), npyHeader("|O", "(1, 4)"), row);
        npy(file("complex.npy"), npyHeader("<c8", "(1, 4)"), buffer(32));
        npy(file("negative.npy"), npyHeader("<f4", "(-1, 4)"), row);
        npy(file("no-shape.npy"), "{'descr': '<f4', 'fortran_order': False, }\n", row);
        npy(file("newer.npy"), 9, npyHeader("<f4", "(1, 4)"), row);
        npy(file("no-tokens.npy"), npyHeader("<f4", "(0, 4)"), buffer(0));
        Files.writeString(file("text.npz"), "1 2 3 4");
        byte[] array = Files.readAllBytes(npy(file("flipped.npz"), npyHeader("<f4", "(1, 4)"), row));
        byte[] flipped = zip("x.npy", array);
        int lastByte = 30 + "x.npy".length() + array.length - 1;
        flipped[lastByte] ^= 1;
        Files.write(file("flipped.npz"), flipped);
        String complex = "\u0080\u0002ctorch\nComplexFloatStorage\n.";
        Files.write(file("complex.pt"), zip("x/data.pkl", complex.getBytes(StandardCharsets.ISO_8859_1)));
        for (String kind : List.of("parquet", "arrow", "pt")) {
            Files.writeString(file("text." + kind), "1 2 3 4");
        }
        Files.writeString(file("bare.memmap"), "1 2 3 4");
        Files.writeString(file("x.safetensors.index.json"), "{}");
        npy(file("good.npy"), npyHeader("<f4", "(1, 4)"), row);
    }

    private static byte[] zip(String name, byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            CRC32 crc32 = new CRC32();
            crc32.update(content);
            ZipEntry entry = new ZipEntry(name);
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(content.length);
            entry.setCrc(crc32.getValue());
            zip.putNextEntry(entry);
            zip.write(content);
        }
        return out.toByteArray();
    }

    private void featureFiles() {
        sparse("falling.safetensors", new long[] {0, 2, 1, 2}, 1, 2);
        sparse("unknown-feature.safetensors", new long[] {0, 1}, 6);
        sparse("not-ascending.safetensors", new long[] {0, 2}, 3, 3);
        safetensors().longs("indptr", 0).write(file("no-indices.safetensors"));
        safetensors()
                .longs("indptr", 0, 0)
                .floats("features", new long[] {1, 6}, new float[6])
                .write(file("both-forms.safetensors"));
        safetensors()
                .floats("features", new long[] {1, 6}, new float[6])
                .metadata("sae", "another")
                .metadata("sae_sha256", "00")
                .write(file("other-weights.safetensors"));
        safetensors().floats("features", new long[] {1, 3}, 0, 0, 0).write(file("few.safetensors"));
    }

    private void sparse(String name, long[] indptr, int... indices) {
        float[] values = new float[indices.length];
        Arrays.fill(values, 1);
        safetensors()
                .longs("indptr", indptr)
                .ints("indices", indices)
                .floats("values", new long[] {values.length}, values)
                .write(file(name));
    }

    /** Writes a cross-layer transcoder whose first layer says that there are three. */
    private void set(String name, int layers, boolean strange) throws IOException {
        Path set = Files.createDirectory(file(name));
        for (int layer = 0; layer < layers; layer++) {
            InputFiles encoder = safetensors()
                    .floats("W_enc_" + layer, new long[] {6, 4}, new float[24])
                    .floats("b_enc_" + layer, new long[] {6}, new float[6])
                    .floats("b_dec_" + layer, new long[] {4}, new float[4]);
            if (strange) {
                encoder.floats("gate_" + layer, new long[] {6}, new float[6]);
            }
            encoder.write(set.resolve("W_enc_" + layer + ".safetensors"));
            safetensors()
                    .floats("W_dec_" + layer, new long[] {6, 3 - layer, 4}, new float[24 * (3 - layer)])
                    .write(set.resolve("W_dec_" + layer + ".safetensors"));
        }
    }

    private void saes() throws IOException {
        SmallSae.write(file("sae"));
        Files.delete(SmallSae.write(file("sae-no-weights")).resolve("sae_weights.safetensors"));
        Files.writeString(SmallSae.write(file("sae-cut-cfg")).resolve("cfg.json"), "{\"d_in\": 4,");
        SmallSae.write(file("sae-normalised"), ", \"normalize_activations\": \"minmax\"");
        SmallSae.write(file("sae-heads"), ", \"reshape_activations\": \"hook_z\"");
        configured("sae-architecture", "\"standard\"", "\"quantum\"");
        configured("sae-d-in", "\"d_in\": 4", "\"d_in\": 5");
        configured("sae-negative", "\"d_sae\": 6", "\"d_sae\": -6");
        configured("sae-word", "\"d_sae\": 6", "\"d_sae\": \"six\"");
        weights("sae-no-decoder", 6, false);
        SmallSae.write(file("sae-strange-field"), ", \"activation_threshold\": 3");
        strange("sae-strange-tensor", "threshold", 1);
        strange("sae-nan", "b_enc", Float.NaN);
        weights("sae-few-biases", 5, true);
        Path whole = SmallSae.write(file("sae-cut-weights")).resolve("sae_weights.safetensors");
        Files.write(whole, Arrays.copyOf(Files.readAllBytes(whole), 300));
        Files.createDirectory(file("sae-empty"));
        safetensors().floats("x", new long[] {2, 3, 4}, new float[24]).write(file("layered.safetensors"));
        safetensors().floats("x", new long[] {3, 4}, new float[12]).write(file("three.safetensors"));
        float[] notANumber = new float[24];
        notANumber[23] = Float.NaN;
        safetensors().floats("x", new long[] {2, 3, 4}, notANumber).write(file("layered-nan.safetensors"));
        safetensors()
                .floats("features", new long[] {1, 3, 6}, new float[18])
                .metadata("selected", "--layer 0")
                .write(file("one-layer.safetensors"));
        set("sae-set", 3, false);
        set("sae-set-short", 2, false);
        set("sae-set-strange", 3, true);
        copy(ReferenceCase.named("temporal-f32").folder(), file("sae-temporal"));
        Files.writeString(file("texts.jsonl"), "[\"a\", \"b\", \"c\"]\n");
        safetensors().floats("x", new long[] {2, 2, 16}, new float[64]).write(file("sequences.safetensors"));
        safetensors().floats("x", new long[] {3, 16}, new float[48]).write(file("flat.safetensors"));
    }

    private void configured(String name, String field, String value) throws IOException {
        Path cfg = SmallSae.write(file(name)).resolve("cfg.json");
        Files.writeString(cfg, Files.readString(cfg).replace(field, value));
    }

    private void weights(String name, int biases, boolean decoder) throws IOException {
        Path weights = SmallSae.write(file(name)).resolve("sae_weights.safetensors");
        Files.delete(weights);
        float[] matrix = new float[24];
        InputFiles tensors = safetensors()
                .floats("W_enc", new long[] {4, 6}, matrix)
                .floats("b_enc", new long[] {biases}, new float[biases])
                .floats("b_dec", new long[] {4}, new float[4]);
        (decoder ? tensors.floats("W_dec", new long[] {6, 4}, matrix) : tensors).write(weights);
    }

    /** Writes an SAE with a tensor of six numbers more, or instead of another. */
    private void strange(String name, String tensor, float value) throws IOException {
        Path weights = SmallSae.write(file(name)).resolve("sae_weights.safetensors");
        Files.delete(weights);
        float[] six = new float[6];
        Arrays.fill(six, value);
        InputFiles tensors = safetensors()
                .floats("W_enc", new long[] {4, 6}, new float[24])
                .floats("W_dec", new long[] {6, 4}, new float[24])
                .floats("b_dec", new long[] {4}, new float[4])
                .floats(tensor, new long[] {6}, six);
        (tensor.equals("b_enc") ? tensors : tensors.floats("b_enc", new long[] {6}, new float[6])).write(weights);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        for (String name : new String[] {"cfg.json", "sae_weights.safetensors"}) {
            Files.copy(from.resolve(name), to.resolve(name));
        }
    }
}
