package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.namesIn;
import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ending of a name decides the form of every output; where a command cannot write that form, it says which it can. */
class OutputFormsTest {

    private static final float[] X = {1, 0, 3, -4, 0, 0, 0, 0, -5, -6, 0.1f, 1e-9f};

    @TempDir
    private Path folder;

    private Path smallSae;
    private Path work;

    @BeforeEach
    void makeSae() throws IOException {
        smallSae = SmallSae.write(folder.resolve("small"));
        work = Files.createDirectory(folder.resolve("work"));
    }

    private Path input(String command) {
        Path activations =
                InputFiles.safetensors().floats("x", new long[] {1, 3, 4}, X).write(folder.resolve("in.safetensors"));
        if (!command.equals("decode")) {
            return activations;
        }
        Path features = folder.resolve("features.safetensors");
        CommandRun run = sae("encode", activations, "--sae", smallSae, "--out", features, "--force");
        assertThat(run.exitCode()).as(run.err()).isZero();
        return features;
    }

    private CommandRun run(String command, Path in, String out, Object... more) {
        Object[] arguments = new Object[6 + more.length];
        Object[] fixed = {command, in, "--sae", smallSae, "--out", work.resolve(out)};
        System.arraycopy(fixed, 0, arguments, 0, fixed.length);
        System.arraycopy(more, 0, arguments, fixed.length, more.length);
        return sae(arguments);
    }

    @ParameterizedTest
    @CsvSource({
        "decode, back.npy",
        "decode, back.npz",
        "decode, BACK.NPY",
        "decode, Back.Npz",
        "decode, BACK.SAFETENSORS",
        "reconstruct, back.npy",
        "reconstruct, back.npz",
        "reconstruct, BACK.NPY",
        "reconstruct, Back.Npz",
        "reconstruct, BACK.SAFETENSORS"
    })
    void reconstructionsHaveTheFormOfTheirEnding(String command, String name) {
        Path in = input(command);
        Path tensors = work.resolve("reference.safetensors");
        assertThat(run(command, in, "reference.safetensors").exitCode()).isZero();

        CommandRun run = run(command, in, name);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).contains("· " + name + " (");
        float[] expected = InputFiles.floatsOf(tensors, "reconstruction");
        Map<String, String> origin = InputFiles.metadataOf(tensors);
        Path made = work.resolve(name);
        switch (name.toLowerCase(Locale.ROOT).replaceFirst(".*\\.", "")) {
            case "npy" -> {
                NpzEntries.Entry array = NpzEntries.npy(made);
                assertThat(array.header()).isEqualTo(described("<f4", "(1, 3, 4)"));
                assertThat(array.floats()).isEqualTo(expected);
            }
            case "npz" -> {
                NpzEntries arrays = NpzEntries.of(made);
                assertThat(arrays.entries().keySet()).containsExactly("reconstruction.npy", "metadata.npy");
                assertThat(arrays.get("reconstruction").header()).isEqualTo(described("<f4", "(1, 3, 4)"));
                assertThat(arrays.get("reconstruction").floats()).isEqualTo(expected);
                assertThat(strings(arrays.get("metadata").text())).isEqualTo(new TreeMap<>(origin));
            }
            default -> {
                assertThat(InputFiles.floatsOf(made, "reconstruction")).isEqualTo(expected);
                assertThat(InputFiles.metadataOf(made)).isEqualTo(origin);
            }
        }
        assertThat(namesIn(work)).containsExactlyInAnyOrder("reference.safetensors", name);
    }

    private static String described(String descr, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
    }

    private static Map<String, String> strings(String json) {
        Map<String, String> strings = new TreeMap<>();
        JsonObject object = JsonParser.parseString(json).getAsJsonObject();
        object.entrySet()
                .forEach(entry -> strings.put(entry.getKey(), entry.getValue().getAsString()));
        return strings;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "decode|x.csv|one of .safetensors, .npy, .npz",
                "decode|x.parquet|one of .safetensors, .npy, .npz",
                "decode|x.pt|one of .safetensors, .npy, .npz",
                "decode|x|one of .safetensors, .npy, .npz",
                "decode|npy|one of .safetensors, .npy, .npz",
                "reconstruct|x.csv|one of .safetensors, .npy, .npz",
                "reconstruct|x.jsonl|one of .safetensors, .npy, .npz",
                "reconstruct|x.npy.gz|one of .safetensors, .npy, .npz",
                "encode|x.csv|one of .safetensors, .npz, .parquet, .jsonl",
                "encode|x.npy|one of .safetensors, .npz, .parquet, .jsonl",
                "encode|x.json|one of .safetensors, .npz, .parquet, .jsonl",
                "report|x.txt|.html",
                "report|x.pdf|.html",
                "report|x|.html"
            })
    void whatCannotBeWrittenIsRefusedWithTheFormsThatCan(String command, String name, String forms) {
        CommandRun run = run(command, input(command), name);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .isEqualToIgnoringNewLines("sae: --out " + work.resolve(name) + " must end in " + forms + "; see sae "
                        + command + " --help.");
        assertThat(namesIn(work)).isEmpty();
    }

    @Test
    void reportsAreOfHtmlInAnyCase() {
        CommandRun run = run("report", input("report"), "REPORT.HTML");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(work.resolve("REPORT.HTML")).content().startsWith("<!doctype html>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x.npy", "x.npz", "x.safetensors"})
    void failingWorkLeavesNothing(String name) {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 1, 2, 3, 4, 5, 6, Float.NaN, 8)
                .write(folder.resolve("nan.safetensors"));

        CommandRun run = run("reconstruct", in, name, "--batch-tokens", 1);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("NaN at token 1").hasLineCount(1);
        assertThat(namesIn(work)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x.npy", "x.npz"})
    void whatIsThereStaysUnlessForced(String name) throws IOException {
        Files.writeString(work.resolve(name), "precious");
        Path in = input("decode");

        CommandRun refused = run("decode", in, name);

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains(name + ": this file exists already; --force replaces it.");
        assertThat(work.resolve(name)).hasContent("precious");
        assertThat(run("decode", in, name, "--force").exitCode()).isZero();
        assertThat(work.resolve(name)).content(StandardCharsets.ISO_8859_1).isNotEqualTo("precious");
    }

    @Test
    void whatWasWrittenIsReadAgain() {
        assertThat(run("reconstruct", input("reconstruct"), "x.npy").exitCode()).isZero();

        CommandRun again = run("reconstruct", work.resolve("x.npy"), "y.npy");

        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(NpzEntries.npy(work.resolve("y.npy")).floats())
                .isEqualTo(NpzEntries.npy(work.resolve("x.npy")).floats());
    }
}
