package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.fixtures.ReferenceCase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sae bench} measures an SAE and says how far it is from what the machine can do. */
class BenchTest {

    private static final double CLOSE = 1e-9;

    @TempDir
    private Path folder;

    @Test
    void theTableHasARowForEachBatchAndWhatItWasMeasuredOn() {
        CommandRun run = sae("bench", "--sae", "demo", "--tokens", "1,3", "--seconds", "0.001");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern("machine +\\S.*, \\d+ processors?")
                .containsPattern("vectors +\\d+ registers of \\d+ bits, tiles of \\d tokens × \\d vectors,"
                        + " panels of [0-9,]+ × \\d+ and \\d+ × \\d+, caches of (\\d+ KiB|unknown size) and ")
                .containsPattern("bandwidth +[0-9.,]+ GB/s with \\d+ thread")
                .containsPattern("FMA peak +[0-9.,]+ GFLOP/s with \\d+ threads? \\(.+\\)")
                .containsPattern("SAE +demo, standard, d_in 256, d_sae 512, float32\\R")
                .containsPattern("device +cpu\\R")
                .containsPattern("kernel +\\w+\\R")
                .containsPattern("peak memory +\\S");
        assertThat(run.out().lines().filter(line -> line.matches("(encode|decode|encode dense) +\\d.*")))
                .extracting(line -> line.replaceAll("(\\D+?) +(\\d+) .*", "$1 $2"))
                .containsExactly("encode 1", "encode 3", "decode 3", "encode dense 3");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void jsonSharesFollowFromTheLimitsAndTheMedians() {
        JsonObject report = json("--d-in", "32", "--d-sae", "640", "--tokens", "2,8", "--seconds", "0.001");

        assertThat(report.getAsJsonObject("sae").get("name").getAsString()).isEqualTo("random");
        assertThat(report.getAsJsonObject("sae").get("dtype").getAsString()).isEqualTo("bfloat16");
        assertThat(report.get("l0").getAsDouble()).isBetween(20.0, 70.0);
        assertThat(report.get("device").getAsString()).isEqualTo("cpu");
        assertThat(report.has("kernel")).isTrue();
        JsonObject vectors = report.getAsJsonObject("machine").getAsJsonObject("vectors");
        assertThat(vectors.get("bits").getAsInt()).isIn(128, 256, 512);
        assertThat(vectors.get("tile_tokens").getAsInt()).isPositive();
        assertThat(vectors.has("second_cache_bytes")).isTrue();
        assertThat(report.has("peak_resident_bytes")).isTrue();
        JsonObject limits = report.getAsJsonObject("limits");
        double bandwidth = limits.get("bytes_per_second").getAsDouble();
        double peak = limits.get("flops_per_second").getAsDouble();
        List<JsonElement> rows = report.getAsJsonArray("rows").asList();
        assertThat(rows).hasSize(4);
        for (JsonElement element : rows) {
            JsonObject row = element.getAsJsonObject();
            int tokens = row.get("tokens").getAsInt();
            double seconds = row.get("median_ms").getAsDouble() / 1e3;
            assertThat(row.get("runs").getAsInt()).isGreaterThanOrEqualTo(7);
            assertThat(row.get("lower_quartile_ms").getAsDouble() / 1e3).isLessThanOrEqualTo(seconds);
            assertThat(row.get("upper_quartile_ms").getAsDouble() / 1e3).isGreaterThanOrEqualTo(seconds);
            assertThat(row.get("tokens_per_second").getAsDouble() * seconds).isEqualTo(tokens, within(CLOSE));
            if (row.get("work").getAsString().equals("decode")) {
                assertThat(row.get("share_of_bandwidth").isJsonNull()).isTrue();
            } else {
                assertThat(row.get("share_of_bandwidth").getAsDouble())
                        .isEqualTo(32 * 640 * 2 / bandwidth / seconds, within(CLOSE));
                assertThat(row.get("share_of_fma_peak").getAsDouble())
                        .isEqualTo(2.0 * tokens * 32 * 640 / peak / seconds, within(CLOSE));
            }
        }
    }

    @Test
    void saesWithoutAnEncoderMatrixHaveNoShares() {
        JsonObject report = json(
                "--sae", ReferenceCase.named("matching-pursuit-f32").folder(), "--tokens", "1", "--seconds", "0.001");

        JsonObject row = report.getAsJsonArray("rows").get(0).getAsJsonObject();
        assertThat(row.get("work").getAsString()).isEqualTo("encode");
        assertThat(row.get("share_of_bandwidth").isJsonNull()).isTrue();
        assertThat(row.get("share_of_fma_peak").isJsonNull()).isTrue();
    }

    @Test
    void theKernelIsTheOneThatWasAskedFor() {
        Path small = SmallSae.write(folder.resolve("small"));

        for (String kernel : List.of("torchscript", "plain")) {
            assertThat(sae("info", small, "--kernel", kernel).out())
                    .containsPattern("kernel +" + kernel + "\\R")
                    .doesNotContain("vectors ");
        }
    }

    @Test
    void whatCannotBeMeasuredIsRefusedBeforeMeasuring() {
        CommandRun temporal =
                sae("bench", "--sae", ReferenceCase.named("temporal-f32").folder());
        CommandRun missing = sae("bench", "--sae", folder.resolve("nowhere") + "/");

        assertThat(temporal.exitCode()).isEqualTo(1);
        assertThat(temporal.err())
                .startsWith("sae: This SAE takes whole sequences")
                .hasLineCount(1);
        assertThat(temporal.out()).isEmpty();
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).startsWith("sae: ").contains("nowhere").hasLineCount(1);
        assertThat(missing.out()).isEmpty();
    }

    private static JsonObject json(Object... options) {
        Object[] arguments = new Object[options.length + 2];
        arguments[0] = "bench";
        arguments[1] = "--json";
        System.arraycopy(options, 0, arguments, 2, options.length);
        CommandRun run = sae(arguments);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return JsonParser.parseString(run.out()).getAsJsonObject();
    }
}
