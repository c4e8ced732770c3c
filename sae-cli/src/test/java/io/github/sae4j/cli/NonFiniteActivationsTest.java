package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Activations that are not finite are refused with their place, and with the way round if they are all where BOS is. */
class NonFiniteActivationsTest {

    private static final String ALLOWED = "--allow-non-finite lets such values through.";

    @TempDir
    private Path folder;

    private CommandRun eval(long[] shape, int[] infinite, Object... options) {
        float[] x = new float[(int) (shape.length == 2 ? shape[0] * 4 : shape[0] * shape[1] * 4)];
        for (int token : infinite) {
            x[token * 4 + 2] = Float.POSITIVE_INFINITY;
        }
        Path in = InputFiles.safetensors().floats("x", shape, x).write(folder.resolve("x.safetensors"));
        Path small = SmallSae.write(folder.resolve("sae"));
        List<Object> command = new ArrayList<>(List.of("eval", in, "--sae", small));
        command.addAll(List.of(options));
        CommandRun run = sae(command.toArray());
        return new CommandRun(run.exitCode(), run.out(), run.err().strip());
    }

    @Test
    void theRowAndThePositionAreNamed() {
        assertThat(eval(new long[] {3, 200, 4}, new int[] {389}).err())
                .endsWith("x.safetensors: tensor \"x\" has Infinity at row 1, position 189 (token 389), column 2; "
                        + ALLOWED);
        assertThat(eval(new long[] {600, 4}, new int[] {389}).err())
                .endsWith("has Infinity at token 389, column 2; " + ALLOWED);
    }

    @Test
    void firstTokensCanBeLeftOut() {
        long[] shape = {3, 200, 4};
        String firstOnly = "only first tokens have such values, which --skip-first 1 leaves out.";

        assertThat(eval(shape, new int[] {200, 400}).err())
                .endsWith("has Infinity at row 1, position 0 (token 200), column 2; " + firstOnly);
        assertThat(eval(shape, new int[] {200, 400}, "--batch-tokens", 7).err()).endsWith(firstOnly);
        assertThat(eval(shape, new int[] {200, 400}, "--skip-first", 1).exitCode())
                .isZero();
        assertThat(eval(shape, new int[] {200, 401}).err()).endsWith(ALLOWED);
        assertThat(eval(shape, new int[] {200, 599}, "--batch-tokens", 7).err()).endsWith(ALLOWED);
    }

    @Test
    void ofAFlatFileItsFirstTokenCan() {
        assertThat(eval(new long[] {600, 4}, new int[] {0}).err())
                .endsWith(
                        "only first tokens have such values, which --skip-first 1 --sequence-length file leaves out.");
        assertThat(eval(new long[] {600, 4}, new int[] {0}, "--skip-first", 1, "--sequence-length", "file")
                        .exitCode())
                .isZero();
        assertThat(eval(new long[] {1, 4}, new int[] {0}).err()).endsWith(ALLOWED);
    }
}
