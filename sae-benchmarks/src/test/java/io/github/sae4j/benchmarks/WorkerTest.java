package io.github.sae4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.RandomSae;
import io.github.sae4j.fixtures.StoredType;
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
                "peer-run\tfloat32\tencode\t5\t2",
                "peer-run\tfloat32\tdecode\t5\t2",
                "active\tstandard\t20",
                "peer-write\tfloat32\tencode\t20\t" + file,
                "agree\tencode\tstandard\t20\t" + file + "\t1e-4",
                "agree\tdense\tstandard\t20\t" + file + "\t1e-4",
                "peer-write\tfloat32\tdecode\t20\t" + file,
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
                "peer-write\tfloat32\tencode\t20\t" + file,
                "agree\tencode\ttopk\t20\t" + file + "\t1e-4");

        assertThat(answers.get(4)).startsWith("ok\t80\t0\t");
    }

    @Test
    void agreesWithThePeersJumpReluAndWithItInBfloat16() throws IOException {
        Path file = folder.resolve("peer.bin");
        Path jumpRelu = folder.resolve("jumprelu");
        new RandomSae(64, 512, StoredType.BFLOAT16, 8, 1, "jumprelu").write(jumpRelu);

        List<String> answers = answers(
                "load\t" + data.activations(),
                "open\tjumprelu\t" + jumpRelu + "\tdefault",
                "peer\tjumprelu",
                "peer-write\tfloat32\tencode\t20\t" + file,
                "agree\tencode\tjumprelu\t20\t" + file + "\t1e-4",
                "peer-write\tbfloat16\tencode\t20\t" + file,
                "agree\tencode\tjumprelu\t20\t" + file + "\t0.05",
                "open\tstandard\t" + data.sae("bfloat16") + "\tdefault",
                "peer\tstandard",
                "peer-write\tbfloat16\tdecode\t20\t" + file,
                "agree\tdecode\tstandard\t20\t" + file + "\t0.05");

        assertThat(answers).allSatisfy(answer -> assertThat(answer).startsWith("ok\t"));
        assertThat(Double.parseDouble(answers.get(6).split("\t", -1)[3])).isBetween(1e-4, 0.05);
    }

    @Test
    void findsTheSameBitsPreparedTransposedAndInAnotherType() throws IOException {
        List<String> answers = answers(
                "load\t" + data.activations(),
                "open\tplain\t" + data.sae("bfloat16") + "\tdefault",
                "open\tprepared\t" + data.sae("bfloat16") + "\tprepared",
                "open\ttransposed\t" + data.sae("bfloat16") + "\tprepared\tencoder=transposed",
                "open\twide\t" + data.sae("bfloat16") + "\tdefault\tdtype=float32",
                "same\tplain\tprepared\t20",
                "same\tplain\ttransposed\t20",
                "same\tplain\twide\t20",
                "open\tother\t" + data.sae("bfloat16") + "\tdefault\tarchitecture=topk\tk=4",
                "same\tplain\tother\t20",
                "close\tplain",
                "active\tplain\t1");

        assertThat(answers.subList(0, 9))
                .allSatisfy(answer -> assertThat(answer).startsWith("ok\t"));
        assertThat(answers.get(4)).endsWith("\tfloat32");
        assertThat(answers.get(9)).isEqualTo("error\tThe features of 20 tokens differ between plain and other.");
        assertThat(answers.get(10)).startsWith("ok\t");
        assertThat(answers.get(11)).isEqualTo("error\tNo SAE was opened as plain.");
    }

    @Test
    void servesRequestsFromSeveralThreads() throws IOException {
        List<String> answers = answers(
                "load\t" + data.activations(),
                "open\tstandard\t" + data.sae("bfloat16") + "\tdefault",
                "serve\tstandard\t4\t1,20,3,19,2",
                "peer\tstandard",
                "peer-serve\tfloat32\t4\t1,20,3,19,2",
                "serve\tstandard\t4\t1,21");

        for (int served : new int[] {2, 4}) {
            String[] fields = answers.get(served).split("\t", -1);
            assertThat(Long.parseLong(fields[1])).isPositive();
            assertThat(fields[2].split(",", -1))
                    .hasSize(5)
                    .allSatisfy(nanos -> assertThat(Long.parseLong(nanos)).isPositive());
        }
        assertThat(answers.get(5)).isEqualTo("error\t21 tokens were asked for, but 20 activations were loaded.");
    }

    @ParameterizedTest
    @CsvSource({"0.5, Token 1", "-0.5, Token 1", "NaN, Token 1"})
    void noticesAFeatureThatOnlyThePeerFound(float value, String message) throws IOException {
        Path file = folder.resolve("peer.bin");
        List<String> before =
                List.of("load\t" + data.activations(), "open\tstandard\t" + data.sae("bfloat16") + "\tdefault");
        answers(before.get(0), before.get(1), "peer\tstandard", "peer-write\tfloat32\tencode\t20\t" + file);
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
        "peer-run float32 encode 0 1, The peer has no weights yet.",
        "close standard, No SAE was opened as standard.",
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
