package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The command gives SAELens's numbers, or the publisher's where these differ, for every architecture and layout: by
 * repository name, out of a cache.
 */
class PublishedCasesTest {

    private static final String NO_DECODER = "This is one layer of a cross-layer transcoder";

    /** They look at the tokens before each, or add a skip term, so their features alone are not all of it. */
    private static final Set<String> MORE_THAN_FEATURES =
            Set.of("temporal", "temporal-f32", "skip-transcoder-f32", "jumprelu-skip-transcoder-f32");

    @TempDir
    private Path folder;

    static List<PublishedCase> cases() {
        return PublishedCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void encodesToTheExpectedFeaturesInBothForms(PublishedCase published) {
        published.download(cache());
        Path dense = encode(published, "dense.safetensors", "--dense");
        Path sparse = encode(published, "sparse.safetensors");

        Tensor acts = published.expected().apply("acts");
        assertThat(InputFiles.floatsOf(dense, "features")).is(closeTo(acts.values()));
        assertThat(InputFiles.shapeOf(dense, "features")).isEqualTo(acts.shape());
        int dSae = Math.toIntExact(acts.shape()[acts.shape().length - 1]);
        assertThat(spread(sparse, dSae)).isEqualTo(InputFiles.floatsOf(dense, "features"));
        assertThat(InputFiles.metadataOf(sparse))
                .containsEntry("shape", Arrays.toString(acts.shape()).replace(" ", ""))
                .containsEntry("source", "io.safetensors")
                .containsKeys("sae_sha256", "sae4j_version");
        assertThat(InputFiles.metadataOf(sparse).get("sae")).startsWith(published.sae() + " at ");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void decodesEitherFormToTheExpectedActivations(PublishedCase published) {
        published.download(cache());
        Path sparse = encode(published, "sparse.safetensors");
        Path dense = encode(published, "dense.safetensors", "--dense");

        CommandRun fromSparse = decode(published, sparse, "from-sparse.safetensors");
        if (fromSparse.err().contains(NO_DECODER)) {
            requireNoDecoder(published, fromSparse);
            return;
        }
        CommandRun fromDense = decode(published, dense, "from-dense.safetensors");

        assertThat(fromSparse.exitCode()).as(fromSparse.err()).isZero();
        assertThat(fromDense.exitCode()).as(fromDense.err()).isZero();
        assertThat(fromSparse.err()).doesNotContain("warning");
        assertThat(fromSparse.err().contains("are not in them")
                        || fromSparse.err().contains("is not in them"))
                .isEqualTo(MORE_THAN_FEATURES.contains(published.name())
                        || published.name().equals("gemma_3_transcoder_affine"));
        Tensor recon = published.expected().apply("recon");
        Path decoded = folder.resolve("from-sparse.safetensors");
        assertThat(InputFiles.floatsOf(decoded, "reconstruction")).is(closeTo(recon.values()));
        assertThat(InputFiles.floatsOf(folder.resolve("from-dense.safetensors"), "reconstruction"))
                .isEqualTo(InputFiles.floatsOf(decoded, "reconstruction"));
        assertThat(InputFiles.shapeOf(decoded, "reconstruction")).isEqualTo(recon.shape());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void reconstructsToTheForwardPass(PublishedCase published) {
        published.download(cache());
        Path out = folder.resolve("reconstruction.safetensors");

        CommandRun run = run(published, "reconstruct", published.io(), out, "--tensor", "x");

        if (run.err().contains(NO_DECODER)) {
            requireNoDecoder(published, run);
            assertThat(out).doesNotExist();
            return;
        }
        assertThat(run.exitCode()).as(run.err()).isZero();
        Tensor expected = published.expected().apply("out");
        assertThat(InputFiles.floatsOf(out, "reconstruction")).is(closeTo(expected.values()));
        assertThat(InputFiles.shapeOf(out, "reconstruction")).isEqualTo(expected.shape());
        assertThat(run.err().contains("explained variance"))
                .isEqualTo(!published.name().contains("transcoder"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sizeOfBatchesDoesNotChangeWhichFeaturesAreActive(PublishedCase published) {
        published.download(cache());
        Path one = encode(published, "one.safetensors", "--batch-tokens", "1");
        Path three = encode(published, "three.safetensors", "--batch-tokens", "3");
        Path all = encode(published, "all.safetensors");

        assertThat(InputFiles.longsOf(one, "indptr")).isEqualTo(InputFiles.longsOf(all, "indptr"));
        assertThat(InputFiles.intsOf(one, "indices")).isEqualTo(InputFiles.intsOf(all, "indices"));
        assertThat(InputFiles.floatsOf(one, "values")).is(closeTo(InputFiles.floatsOf(all, "values")));
        assertThat(InputFiles.intsOf(three, "indices")).isEqualTo(InputFiles.intsOf(all, "indices"));
        assertThat(InputFiles.tensorsOf(one)).isEqualTo(InputFiles.tensorsOf(all));
    }

    private static void requireNoDecoder(PublishedCase published, CommandRun run) {
        assertThat(published.name()).isIn("mntss_clt_layer", "gemma_3_clt");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("sae: " + NO_DECODER).hasLineCount(1);
    }

    private Path cache() {
        return folder.resolve("cache");
    }

    private Path encode(PublishedCase published, String name, Object... more) {
        Path out = folder.resolve(name);
        List<Object> options = new ArrayList<>(List.of("--tensor", "x"));
        options.addAll(List.of(more));
        CommandRun run = run(published, "encode", published.io(), out, options.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return out;
    }

    private CommandRun decode(PublishedCase published, Path features, String name) {
        return run(published, "decode", features, folder.resolve(name), "--batch-tokens", 4);
    }

    private CommandRun run(PublishedCase published, String command, Path in, Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of(
                command,
                in,
                "--sae",
                published.sae(),
                "--out",
                out,
                "--cache",
                cache(),
                "--offline",
                "--device",
                "cpu"));
        published.normScalingFactor().ifPresent(factor -> arguments.addAll(List.of("--norm-scaling-factor", factor)));
        arguments.addAll(List.of(more));
        return sae(arguments.toArray());
    }

    private static float[] spread(Path sparse, int dSae) {
        long[] indptr = InputFiles.longsOf(sparse, "indptr");
        int[] indices = InputFiles.intsOf(sparse, "indices");
        float[] values = InputFiles.floatsOf(sparse, "values");
        float[] dense = new float[(indptr.length - 1) * dSae];
        for (int token = 0; token + 1 < indptr.length; token++) {
            for (int at = (int) indptr[token]; at < indptr[token + 1]; at++) {
                dense[token * dSae + indices[at]] = values[at];
            }
        }
        return dense;
    }
}
