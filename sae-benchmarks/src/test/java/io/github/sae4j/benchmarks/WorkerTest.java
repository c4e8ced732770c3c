package io.github.sae4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the worker answers, and that it notices a peer that found something else. */
class WorkerTest {

    @TempDir
    private Path folder;

    private BenchmarkData data;

    @BeforeEach
    void makeData() {
        data = new BenchmarkData(folder, 64, 512, 8, 20);
    }

    @Test
    void timesWorksAndAgreesWithTheOperatorsOfThePeer() throws IOException {
        Path file = folder.resolve("peer.bin");

        List<String> answers = answers(
                "load\t" + data.activations(),
                "open\tstandard\t" + data.sae("bfloat16") + "\tdefault",
                "run\tencode\tstandard\t5\t3",
                "run\tdense\tstandard\t5\t3",
                "run\tdecode\tstandard\t5\t3",
                "peer\tstandard",
                "peer-run\tencode\t5\t2",
                "peer-run\tdecode\t5\t2",
                "active\tstandard\t20",
                "peer-write\tencode\t20\t" + file,
                "agree\tencode\tstandard\t20\t" + file + "\t1e-4",
                "agree\tdense\tstandard\t20\t" + file + "\t1e-4",
                "peer-write\tdecode\t20\t" + file,
                "agree\tdecode\tstandard\t20\t" + file + "\t1e-4");

        assertThat(answers).allSatisfy(answer -> assertThat(answer).startsWith("ok\t"));
        assertThat(answers.get(0)).isEqualTo("ok\t20");
        assertThat(answers.get(1)).endsWith("\t64\t512\t64\tbfloat16");
        for (int timed : new int[] {2, 3, 4, 6, 7}) {
            assertThat(Long.parseLong(answers.get(timed).split("\t", -1)[1])).isPositive();
        }
        String active = answers.get(8).split("\t", -1)[1];
        assertThat(answers.get(10)).startsWith("ok\t" + active + "\t0\t");
    }

    @Test
    void agreesWithThePeersTopK() throws IOException {
        Path file = folder.resolve("peer.bin");

        List<String> answers = answers(
                "load\t" + data.activations(),
                "open\ttopk\t" + data.sae("float32") + "\tdefault\tarchitecture=topk\tk=4",
                "peer\ttopk",
                "peer-write\tencode\t20\t" + file,
                "agree\tencode\ttopk\t20\t" + file + "\t1e-4");

        assertThat(answers.get(4)).startsWith("ok\t80\t0\t");
    }

    @ParameterizedTest
    @CsvSource({"0.5, Token 1", "-0.5, Token 1", "NaN, Token 1"})
    void noticesAFeatureThatOnlyThePeerFound(float value, String message) throws IOException {
        Path file = folder.resolve("peer.bin");
        List<String> before =
                List.of("load\t" + data.activations(), "open\tstandard\t" + data.sae("bfloat16") + "\tdefault");
        answers(before.get(0), before.get(1), "peer\tstandard", "peer-write\tencode\t20\t" + file);
        ByteBuffer dense = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int inactive = 512;
        while (dense.getFloat(inactive * Float.BYTES) != 0) {
            inactive++;
        }
        Files.write(file, dense.putFloat(inactive * Float.BYTES, value).array());

        List<String> answers = answers(before.get(0), before.get(1), "agree\tencode\tstandard\t20\t" + file + "\t1e-4");

        assertThat(answers.get(2)).startsWith("error\t" + message);
    }

    @Test
    void measuresTheMachine() throws IOException {
        String[] sample = answers("limits").get(0).split("\t", -1);

        assertThat(sample).hasSize(3);
        assertThat(Double.parseDouble(sample[1])).isPositive().isFinite();
        assertThat(Double.parseDouble(sample[2])).isPositive().isFinite();
    }

    @ParameterizedTest
    @CsvSource({
        "sing, There is no command sing.",
        "active standard 1, No SAE was opened as standard.",
        "peer-run encode 0 1, The peer has no weights yet.",
        "load nowhere.safetensors, nowhere.safetensors"
    })
    void answersAMistakeWithASentenceAndGoesOn(String command, String message) throws IOException {
        List<String> answers = answers(command.replace(' ', '\t'), "machine");

        assertThat(answers.get(0)).startsWith("error\t").contains(message);
        assertThat(answers.get(1)).startsWith("ok\t2\t");
    }

    private static List<String> answers(String... commands) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (WorkerCommands worker = new WorkerCommands(2, 1000, 1 << 20)) {
            Worker.serve(
                    worker,
                    new BufferedReader(new StringReader(String.join("\n", commands))),
                    new PrintStream(out, true, StandardCharsets.UTF_8));
        }
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
