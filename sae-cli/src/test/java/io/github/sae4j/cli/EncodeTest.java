package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.safetensors.Dtype;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What encode reads and writes, by hand-made numbers. */
class EncodeTest {

    @TempDir
    private Path folder;

    private Path smallSae;
    private Path out;

    @BeforeEach
    void makeSae() {
        smallSae = SmallSae.write(folder.resolve("small"));
        out = folder.resolve("out.safetensors");
    }

    @Test
    void writesTheActiveFeaturesOfEachToken() {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 1, 0, 3, -4, -5, -6, 0, 7)
                .write(folder.resolve("in.safetensors"));

        CommandRun run = sae("encode", in, "--sae", smallSae, "--out", out);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(InputFiles.tensorsOf(out)).containsExactly("indices", "indptr", "values");
        assertThat(InputFiles.longsOf(out, "indptr")).containsExactly(0, 2, 5);
        assertThat(InputFiles.intsOf(out, "indices")).containsExactly(0, 2, 3, 4, 5);
        assertThat(InputFiles.floatsOf(out, "values")).containsExactly(1, 3, 7, 5, 6);
        assertThat(InputFiles.metadataOf(out))
                .containsEntry("shape", "[2,6]")
                .containsEntry("source", "in.safetensors");
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .matches(
                        "2 tokens · L0 2\\.5 · [0-9,]+ tokens/s · cpu, \\w+ kernel · out\\.safetensors \\([0-9.]+ k?B\\)\\R");
    }

    @Test
    void topKKeepsTheStrongestOfEachToken() {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 1, 0, 3, 2, -5, -6, 0, 7)
                .write(folder.resolve("in.safetensors"));

        CommandRun run = sae("encode", in, "--sae", smallSae, "--out", out, "--top-k", 2);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(InputFiles.longsOf(out, "indptr")).containsExactly(0, 2, 4);
        assertThat(InputFiles.intsOf(out, "indices")).containsExactly(2, 3, 3, 5);
        assertThat(InputFiles.floatsOf(out, "values")).containsExactly(3, 2, 7, 6);
    }

    @Test
    void topKAndDenseGoTogether() {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {4}, 1, 0, 3, 2)
                .write(folder.resolve("in.safetensors"));

        CommandRun run = sae("encode", in, "--sae", smallSae, "--out", out, "--top-k", 1, "--dense");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(InputFiles.floatsOf(out, "features")).containsExactly(0, 0, 3, 0, 0, 0);
    }

    @Test
    void oneAxisIsOneToken() {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {4}, 0, 2, 0, 0)
                .write(folder.resolve("in.safetensors"));

        assertThat(sae("encode", in, "--sae", smallSae, "--out", out).exitCode())
                .isZero();

        assertThat(InputFiles.longsOf(out, "indptr")).containsExactly(0, 1);
        assertThat(InputFiles.metadataOf(out)).containsEntry("shape", "[6]");
        Path back = folder.resolve("back.safetensors");
        assertThat(sae("decode", out, "--sae", smallSae, "--out", back).exitCode())
                .isZero();
        assertThat(InputFiles.shapeOf(back, "reconstruction")).containsExactly(4);
        assertThat(InputFiles.floatsOf(back, "reconstruction")).containsExactly(0, 2, 0, 0);
    }

    @Test
    void featuresOfNoTokensAreDecoded() {
        Path in = InputFiles.safetensors()
                .longs("indptr", 0)
                .ints("indices")
                .floats("values", new long[] {0})
                .metadata("shape", "[3,0,6]")
                .write(folder.resolve("in.safetensors"));
        Path back = folder.resolve("back.safetensors");

        assertThat(sae("decode", in, "--sae", smallSae, "--out", back).exitCode())
                .isZero();
        assertThat(InputFiles.shapeOf(back, "reconstruction")).containsExactly(3, 0, 4);
    }

    @Test
    void takesTheOnlyTensorThatFits() {
        Path in = InputFiles.safetensors()
                .floats("other", new long[] {1, 5}, 1, 2, 3, 4, 5)
                .longs("token_ids", 1, 2, 3, 4)
                .floats("x", new long[] {1, 4}, 0, 0, 0, 9)
                .write(folder.resolve("in.safetensors"));

        assertThat(sae("encode", in, "--sae", smallSae, "--out", out).exitCode())
                .isZero();

        assertThat(InputFiles.intsOf(out, "indices")).containsExactly(3);
    }

    @Test
    void tensorOptionChoosesAmongSeveral() {
        Path in = InputFiles.safetensors()
                .floats("a", new long[] {1, 4}, 5, 0, 0, 0)
                .floats("b", new long[] {1, 4}, 0, 6, 0, 0)
                .write(folder.resolve("in.safetensors"));

        assertThat(sae("encode", in, "--sae", smallSae, "--out", out, "--tensor", "b")
                        .exitCode())
                .isZero();

        assertThat(InputFiles.intsOf(out, "indices")).containsExactly(1);
    }

    @Test
    void widensEveryFloatingType() {
        ByteBuffer half = InputFiles.buffer(8).putShort((short) 0x3c00).putShort((short) 0x0001);
        half.putShort((short) 0x7bff).putShort((short) 0x8000).flip();
        ByteBuffer brain = InputFiles.buffer(8).putShort((short) 0x3f80).putShort((short) 0x0001);
        brain.putShort((short) 0x4049).putShort((short) 0).flip();
        ByteBuffer full = InputFiles.buffer(32)
                .putDouble(1)
                .putDouble(0.1)
                .putDouble(1e-60)
                .putDouble(3);
        full.flip();

        assertThat(values(Dtype.F16, half)).containsExactly(1f, 0x1p-24f, 65504f);
        assertThat(values(Dtype.BF16, brain)).containsExactly(1f, Float.intBitsToFloat(1 << 16), 3.140625f);
        assertThat(values(Dtype.F64, full)).containsExactly(1f, 0.1f, 3f);
    }

    private float[] values(Dtype dtype, ByteBuffer bytes) {
        Path in = InputFiles.safetensors()
                .raw("x", dtype, new long[] {1, 4}, bytes)
                .write(folder.resolve("in-" + dtype + ".safetensors"));
        CommandRun run = sae("encode", in, "--sae", smallSae, "--out", out, "--force");
        assertThat(run.exitCode()).as(run.err()).isZero();
        return InputFiles.floatsOf(out, "values");
    }

    @Test
    void headsApartAreOneActivationForHookZ() {
        Path hookZ = SmallSae.write(folder.resolve("hook-z"), ", \"reshape_activations\": \"hook_z\"");
        Path in = InputFiles.safetensors()
                .floats("z", new long[] {2, 2, 2}, 1, 0, 0, 2, 0, 3, 4, 0)
                .write(folder.resolve("in.safetensors"));
        Path back = folder.resolve("back.safetensors");

        assertThat(sae("encode", in, "--sae", hookZ, "--out", out).exitCode()).isZero();
        assertThat(sae("decode", out, "--sae", hookZ, "--out", back).exitCode()).isZero();

        assertThat(InputFiles.metadataOf(out)).containsEntry("shape", "[2,6]").containsEntry("heads", "2");
        assertThat(InputFiles.intsOf(out, "indices")).containsExactly(0, 3, 1, 2);
        assertThat(InputFiles.shapeOf(back, "reconstruction")).containsExactly(2, 2, 2);
        assertThat(InputFiles.floatsOf(back, "reconstruction")).containsExactly(1, 0, 0, 2, 0, 3, 4, 0);
    }

    @Test
    void flatActivationsStayFlatForHookZ() {
        Path hookZ = SmallSae.write(folder.resolve("hook-z"), ", \"reshape_activations\": \"hook_z\"");
        Path in = InputFiles.safetensors()
                .floats("z", new long[] {2, 4}, 1, 0, 0, 2, 0, 3, 4, 0)
                .write(folder.resolve("in.safetensors"));
        Path back = folder.resolve("back.safetensors");

        assertThat(sae("reconstruct", in, "--sae", hookZ, "--out", back).exitCode())
                .isZero();

        assertThat(InputFiles.shapeOf(back, "reconstruction")).containsExactly(2, 4);
        assertThat(InputFiles.metadataOf(back)).doesNotContainKey("heads");
    }

    @Test
    void nonFiniteValuesPassOnRequest() {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, 1, Float.POSITIVE_INFINITY, 0, 0)
                .write(folder.resolve("in.safetensors"));

        CommandRun run = sae("encode", in, "--sae", smallSae, "--out", out, "--allow-non-finite");

        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @Test
    void readsMoreTokensThanOneBufferHolds() {
        int tokens = 70_000;
        float[] values = new float[tokens * 4];
        for (int token = 0; token < tokens; token++) {
            values[token * 4 + token % 4] = token + 1;
        }
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {tokens, 4}, values)
                .write(folder.resolve("in.safetensors"));
        Path back = folder.resolve("back.safetensors");

        assertThat(sae("encode", in, "--sae", smallSae, "--out", out, "--batch-tokens", 69_999)
                        .exitCode())
                .isZero();
        assertThat(sae("decode", out, "--sae", smallSae, "--out", back, "--batch-tokens", 1_000_000)
                        .exitCode())
                .isZero();

        assertThat(InputFiles.floatsOf(back, "reconstruction")).isEqualTo(values);
    }
}
