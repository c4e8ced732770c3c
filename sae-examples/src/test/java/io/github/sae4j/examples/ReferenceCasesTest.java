package io.github.sae4j.examples;

import static io.github.sae4j.examples.CommandRun.sae;
import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.ReferenceCase;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The command gives SAELens's numbers for every reference case, in every form. */
class ReferenceCasesTest {

    @TempDir
    private Path folder;

    static List<ReferenceCase> cases() {
        return ReferenceCase.standard();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void densePartOfTheReferenceIsReproduced(ReferenceCase reference) {
        Path features = encode(reference, "features.safetensors", "--dense");

        assertThat(InputFiles.floatsOf(features, "features")).is(closeTo(reference.expected("acts")));
        assertThat(InputFiles.shapeOf(features, "features"))
                .isEqualTo(reference.expectedTensor("acts").shape());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sparseAndDenseFeaturesHaveTheSameBits(ReferenceCase reference) {
        Path dense = encode(reference, "dense.safetensors", "--dense");
        Path sparse = encode(reference, "sparse.safetensors");

        long[] shape = InputFiles.shapeOf(dense, "features");
        int dSae = Math.toIntExact(shape[shape.length - 1]);
        float[] spread = spread(sparse, dSae);
        assertThat(spread).isEqualTo(InputFiles.floatsOf(dense, "features"));
        assertThat(InputFiles.metadataOf(sparse))
                .containsEntry("shape", Arrays.toString(shape).replace(" ", ""))
                .containsEntry("source", "io.safetensors")
                .containsKeys("sae", "sae_sha256", "sae4j_version");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eitherFormDecodesToTheReference(ReferenceCase reference) {
        Path fromSparse = decode(reference, encode(reference, "sparse.safetensors"), "from-sparse.safetensors");
        Path fromDense = decode(reference, encode(reference, "dense.safetensors", "--dense"), "from-dense.safetensors");

        assertThat(InputFiles.floatsOf(fromSparse, "reconstruction")).is(closeTo(reference.expected("recon")));
        assertThat(InputFiles.floatsOf(fromDense, "reconstruction"))
                .isEqualTo(InputFiles.floatsOf(fromSparse, "reconstruction"));
        assertThat(InputFiles.shapeOf(fromSparse, "reconstruction")).isEqualTo(reference.inputShape());
        assertThat(InputFiles.shapeOf(fromDense, "reconstruction")).isEqualTo(reference.inputShape());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void reconstructionInOnePassIsTheForwardPass(ReferenceCase reference) {
        Path out = folder.resolve("reconstruction.safetensors");
        CommandRun run =
                sae("reconstruct", input(reference), "--tensor", "x", "--sae", reference.folder(), "--out", out);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(InputFiles.floatsOf(out, "reconstruction")).is(closeTo(reference.expected("out")));
        assertThat(InputFiles.shapeOf(out, "reconstruction")).isEqualTo(reference.inputShape());
        assertThat(run.err()).contains("explained variance").contains("relative error");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sizeOfBatchesDoesNotChangeWhichFeaturesAreActive(ReferenceCase reference) {
        Path one = encode(reference, "one.safetensors", "--batch-tokens", "1");
        Path three = encode(reference, "three.safetensors", "--batch-tokens", "3");
        Path all = encode(reference, "all.safetensors");

        assertThat(InputFiles.longsOf(one, "indptr")).isEqualTo(InputFiles.longsOf(all, "indptr"));
        assertThat(InputFiles.intsOf(one, "indices")).isEqualTo(InputFiles.intsOf(all, "indices"));
        assertThat(InputFiles.floatsOf(one, "values")).is(closeTo(InputFiles.floatsOf(all, "values")));
        assertThat(InputFiles.intsOf(three, "indices")).isEqualTo(InputFiles.intsOf(all, "indices"));
        assertThat(InputFiles.tensorsOf(one)).isEqualTo(InputFiles.tensorsOf(all));
    }

    private static Path input(ReferenceCase reference) {
        return reference.folder().resolve("io.safetensors");
    }

    private Path encode(ReferenceCase reference, String name, String... more) {
        Path out = folder.resolve(name);
        Object[] first = {"encode", input(reference), "--tensor", "x", "--sae", reference.folder(), "--out", out};
        Object[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        CommandRun run = sae(all);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return out;
    }

    private Path decode(ReferenceCase reference, Path features, String name) {
        Path out = folder.resolve(name);
        CommandRun run = sae("decode", features, "--sae", reference.folder(), "--out", out, "--batch-tokens", 4);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).doesNotContain("warning");
        return out;
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
