package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.namesIn;
import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.github.sae4j.fixtures.ReferenceCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Output in shards is the output of one file divided, and a run that was killed ends as one that was not. */
class ShardsTest {

    private static final int TOKENS = 3000;
    private static final int SHARD = 100;
    private static final int KILLS = 20;

    @TempDir
    private Path folder;

    private Path model;
    private Path input;

    @BeforeEach
    void writeInputs() {
        model = SmallSae.write(folder.resolve("sae"));
        input = randomTokens(folder.resolve("x.safetensors"), 3);
    }

    private static Path randomTokens(Path file, long seed) {
        Random random = new Random(seed);
        float[] values = new float[TOKENS * SmallSae.D_IN];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return InputFiles.safetensors()
                .floats("x", new long[] {TOKENS / 10, 10, SmallSae.D_IN}, values)
                .write(file);
    }

    private CommandRun encode(Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of(
                "encode",
                input,
                "--sae",
                model,
                "--out",
                out.resolve("f.safetensors"),
                "--out",
                out.resolve("f.npz"),
                "--out",
                out.resolve("f.jsonl"),
                "--metadata"));
        arguments.addAll(Arrays.asList(more));
        return sae(arguments.toArray());
    }

    private Path newFolder(String name) {
        try {
            return Files.createDirectory(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, ByteBuffer> contents(Path folder) {
        Map<String, ByteBuffer> contents = new TreeMap<>();
        for (String name : namesIn(folder)) {
            try {
                contents.put(name, ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return contents;
    }

    private static void assertDone(CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    private static List<Float> values(Path file) {
        List<Float> values = new ArrayList<>();
        for (float value : InputFiles.floatsOf(file, "values")) {
            values.add(value);
        }
        return values;
    }

    @Test
    void areTheOneFileDivided() throws IOException {
        Path whole = newFolder("whole");
        Path divided = newFolder("divided");
        assertDone(encode(whole));

        CommandRun run = encode(divided, "--shard-tokens", 800, "--batch-tokens", 7);

        assertDone(run);
        assertThat(run.err()).startsWith("3,000 tokens · L0 3.0").contains("f-00001-of-00004.safetensors to ");
        List<String> expected = new ArrayList<>();
        for (String ending : List.of("jsonl", "npz", "safetensors")) {
            for (int shard = 1; shard <= 4; shard++) {
                expected.add("f-0000" + shard + "-of-00004." + ending);
            }
        }
        assertThat(namesIn(divided)).containsExactlyInAnyOrderElementsOf(expected);
        List<Float> values = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (int shard = 1; shard <= 4; shard++) {
            values.addAll(values(divided.resolve("f-0000" + shard + "-of-00004.safetensors")));
            List<String> ofShard = Files.readAllLines(divided.resolve("f-0000" + shard + "-of-00004.jsonl"));
            assertThat(JsonParser.parseString(ofShard.get(0))
                            .getAsJsonObject()
                            .getAsJsonObject("metadata")
                            .get("shard_tokens")
                            .getAsString())
                    .isEqualTo((shard - 1) * 800 + ":" + Math.min(3000, shard * 800));
            lines.addAll(ofShard.subList(1, ofShard.size()));
        }
        assertThat(values).isEqualTo(values(whole.resolve("f.safetensors")));
        List<String> wholeLines = Files.readAllLines(whole.resolve("f.jsonl"));
        assertThat(lines).isEqualTo(wholeLines.subList(1, wholeLines.size()));
        assertDone(sae(
                "decode",
                divided.resolve("f-00004-of-00004.safetensors"),
                "--sae",
                model,
                "--out",
                divided.resolve("decoded.safetensors")));
    }

    /**
     * Each process is killed when it has finished some shards more than those before it, or a moment after its start, so it
     * may be starting, encoding, or putting shards in place.
     */
    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void endAsThoughNothingHadHappenedHoweverOftenTheRunIsKilled() throws IOException, InterruptedException {
        Path calm = newFolder("calm");
        Path stormy = newFolder("stormy");
        assertDone(encode(calm, "--shard-tokens", SHARD, "--batch-tokens", 1));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SaeCommand.class.getName(),
                "encode",
                input.toString(),
                "--sae",
                model.toString(),
                "--shard-tokens",
                String.valueOf(SHARD),
                "--batch-tokens",
                "1",
                "--metadata",
                "--resume"));
        for (String ending : List.of("safetensors", "npz", "jsonl")) {
            command.addAll(List.of("--out", stormy.resolve("f." + ending).toString()));
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("printed").toFile());
        Path work = stormy.resolve(".f.safetensors.sae-work");
        Random random = new Random(20);
        int killed = 0;
        while (killed < KILLS) {
            Process process = builder.start();
            if (endsBefore(process, work, random.nextInt(8), random.nextInt(500))) {
                assertThat(process.exitValue())
                        .as(Files.readString(folder.resolve("printed")))
                        .isZero();
                assertThat(contents(stormy)).isEqualTo(contents(calm));
                for (Path file : files(stormy)) {
                    Files.delete(file);
                }
            } else {
                process.destroyForcibly().waitFor();
                killed++;
            }
        }

        Process last = builder.start();

        assertThat(last.waitFor())
                .as(Files.readString(folder.resolve("printed")))
                .isZero();
        assertThat(contents(stormy)).isEqualTo(contents(calm));
    }

    /** Waits until a process has finished some shards more, or has ended; where it is to finish none, for some time. */
    private static boolean endsBefore(Process process, Path work, int shards, int millis) throws InterruptedException {
        if (shards == 0) {
            return process.waitFor(millis, TimeUnit.MILLISECONDS);
        }
        int wanted = Math.min(TOKENS / SHARD, finished(work) + shards);
        while (process.isAlive() && finished(work) < wanted) {
            Thread.sleep(1);
        }
        return !process.isAlive();
    }

    private static int finished(Path work) {
        String[] names = work.toFile().list((folder, name) -> name.startsWith("f-"));
        return names == null ? 0 : names.length;
    }

    private static List<Path> files(Path folder) {
        return namesIn(folder).stream().map(folder::resolve).toList();
    }

    /** Leaves two of four shards behind, as a run does whose input turns out to be bad. */
    private Path interrupted() throws IOException {
        Path out = newFolder("out");
        byte[] good = Files.readAllBytes(input);
        byte[] bad = good.clone();
        // The last numbers become NaN.
        Arrays.fill(bad, bad.length - 16, bad.length, (byte) 0xff);
        Files.write(input, bad);
        CommandRun run = encode(out, "--shard-tokens", 1000);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("NaN at row 299, position 9 (token 2999)");
        assertThat(namesIn(out)).containsExactly(".f.jsonl.sae-work", ".f.npz.sae-work", ".f.safetensors.sae-work");
        Files.write(input, good);
        return out;
    }

    @Test
    void goOnAfterAFailure() throws IOException {
        Path out = interrupted();
        Path calm = newFolder("calm");
        assertDone(encode(calm, "--shard-tokens", 1000));

        CommandRun run = encode(out, "--shard-tokens", 1000, "--resume");

        assertDone(run);
        assertThat(run.err()).startsWith("2 of 3 shards are there already\n1,000 tokens");
        assertThat(contents(out)).isEqualTo(contents(calm));
        CommandRun again = encode(out, "--shard-tokens", 1000, "--resume");
        assertDone(again);
        assertThat(again.err()).startsWith("3 of 3 shards are there already\n0 tokens");
        assertThat(contents(out)).isEqualTo(contents(calm));
    }

    @Test
    void whatAnInterruptedRunLeftIsNeitherLostNorMixed() throws IOException {
        Path out = interrupted();
        Path shard = out.resolve("f.safetensors");

        assertThat(encode(out, "--shard-tokens", 1000).err())
                .isEqualTo("sae: " + shard
                        + ": a run was interrupted that has finished 2 shards; --resume goes on with it, --force begins"
                        + " anew.\n");
        assertThat(encode(out, "--shard-tokens", 1000, "--resume", "--top-k", 1).err())
                .isEqualTo("sae: " + shard + ": --resume cannot go on, for \"--top-k\" was null and is now 1;"
                        + " --force without --resume begins anew.\n");
        assertThat(encode(out, "--shard-tokens", 500, "--resume").err())
                .contains("--resume cannot go on, for \"--shard-tokens\" was 1000 and is now 500;");
        assertThat(encode(out, "--shard-tokens", 500).err()).contains("--resume goes on with it");
        assertThat(namesIn(out)).containsExactly(".f.jsonl.sae-work", ".f.npz.sae-work", ".f.safetensors.sae-work");
        assertThat(namesIn(out.resolve(".f.npz.sae-work"))).contains("f-00002-of-00003.npz");

        assertDone(encode(out, "--shard-tokens", 1000, "--force", "--top-k", 1));

        assertThat(namesIn(out)).hasSize(9).noneMatch(name -> name.startsWith("."));
        assertThat(values(out.resolve("f-00001-of-00003.safetensors"))).hasSize(1000);
    }

    @Test
    void replaceNothingUnlessForced() throws IOException {
        Path out = newFolder("out");
        Path mine = Files.writeString(out.resolve("f-00002-of-00003.npz"), "mine");

        assertThat(encode(out, "--shard-tokens", 1000).err())
                .isEqualTo("sae: " + mine + ": this file exists already; --force replaces it.\n");
        assertThat(namesIn(out)).containsExactly("f-00002-of-00003.npz");
        assertThat(mine).hasContent("mine");

        assertDone(encode(out, "--shard-tokens", 1000, "--force"));
        assertThat(namesIn(out)).hasSize(9);
    }

    @Test
    void doNotReplaceWhatAppearedMeanwhile() throws IOException {
        Path out = interrupted();
        Path theirs = Files.writeString(out.resolve("f-00003-of-00003.jsonl"), "theirs");

        assertThat(encode(out, "--shard-tokens", 1000, "--resume").err())
                .isEqualTo("sae: " + theirs + ": this file exists already; --force replaces it.\n");
        assertThat(theirs).hasContent("theirs");

        Files.delete(theirs);
        assertDone(encode(out, "--shard-tokens", 1000, "--resume"));
    }

    @Test
    void keepSequencesWhole() {
        ReferenceCase temporal = ReferenceCase.all().stream()
                .filter(one -> one.name().contains("temporal"))
                .findFirst()
                .orElseThrow();

        CommandRun run = sae(
                "encode",
                temporal.folder().resolve("io.safetensors"),
                "--tensor",
                "x",
                "--sae",
                temporal.folder(),
                "--shard-tokens",
                "3",
                "--out",
                folder.resolve("f.npz"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("sae: --shard-tokens 3 cuts sequences of ")
                .contains("takes whole ones.");
        assertThat(namesIn(folder)).doesNotContain("f.npz");
    }

    @Test
    void aSecondRunKeepsOut() throws IOException {
        Path out = newFolder("out");
        Path work = Files.createDirectory(out.resolve(".f.npz.sae-work"));
        try (FileChannel channel =
                FileChannel.open(work.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(channel.lock().isValid()).isTrue();

            CommandRun run = encode(out, "--shard-tokens", 1000, "--force");

            assertThat(run.err())
                    .isEqualTo("sae: " + out.resolve("f.npz") + ": another run is at work on its shards.\n");
            assertThat(namesIn(out)).containsExactly(".f.npz.sae-work");
        }
    }

    @Test
    void resumingNeedsThem() {
        assertThat(encode(folder, "--resume").err())
                .startsWith("sae: --resume goes on after whole shards, so it needs --shard-tokens");
    }
}
