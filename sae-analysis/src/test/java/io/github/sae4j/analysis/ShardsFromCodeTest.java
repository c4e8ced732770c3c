package io.github.sae4j.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.TokenRange;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.data.features.Selection;
import io.github.sae4j.data.features.ShardedOutputs;
import io.github.sae4j.data.features.Sharding;
import io.github.sae4j.fixtures.GaussianFile;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Java program writes several files of features in one pass, in shards, and goes on where it was interrupted. */
class ShardsFromCodeTest {

    private static final int ALL = Integer.MAX_VALUE;
    private static final Sharding ANEW = Sharding.of(20);

    @TempDir
    private Path folder;

    private SparseAutoencoder sae;
    private Path activations;

    @BeforeEach
    void write() {
        sae = SAE.fromDisk(ReferenceCase.named("standard-f32").folder());
        activations = GaussianFile.write(
                folder.resolve("x.safetensors"), 50, sae.config().dIn());
    }

    @AfterEach
    void close() {
        sae.close();
    }

    @Test
    void anInterruptedRunIsResumedAndHasTheSameBytes() throws IOException {
        Path once = Files.createDirectory(folder.resolve("once"));
        Path resumed = Files.createDirectory(folder.resolve("resumed"));

        assertThat(encode(once, ALL, ANEW)).containsExactly(0L, 1L, 2L);
        assertThat(encode(resumed, 1, ANEW)).containsExactly(0L, 1L, 2L);
        assertThat(encode(resumed, ALL, Sharding.of(20).resuming())).containsExactly(1L, 2L);

        assertThat(names(resumed))
                .isEqualTo(names(once))
                .containsExactly(
                        "f-00001-of-00003.jsonl",
                        "f-00001-of-00003.npz",
                        "f-00002-of-00003.jsonl",
                        "f-00002-of-00003.npz",
                        "f-00003-of-00003.jsonl",
                        "f-00003-of-00003.npz");
        for (String name : names(once)) {
            assertThat(resumed.resolve(name)).hasSameBinaryContentAs(once.resolve(name));
        }
    }

    @Test
    void theSelectionHoldsInEveryShard() throws IOException {
        Path out = Files.createDirectory(folder.resolve("out"));

        encode(out, ALL, ANEW);

        assertThat(Files.readAllLines(out.resolve("f-00003-of-00003.jsonl")))
                .hasSize(10)
                .allMatch(line -> line.matches(".*\"features\":\\[\\d+,\\d+],.*"));
    }

    @Test
    void areReplacedOnlyWhereTheShardingSaysSo() throws IOException {
        Path out = Files.createDirectory(folder.resolve("out"));
        Path mine = Files.writeString(out.resolve("f-00002-of-00003.npz"), "mine");
        Path whole = Files.writeString(out.resolve("f.npz"), "not a shard");

        assertThatThrownBy(() -> encode(out, ALL, ANEW))
                .isInstanceOf(DataException.class)
                .hasMessage(mine + ": this file exists already; replace replaces it.");
        assertThat(mine).hasContent("mine");
        encode(out, ALL, Sharding.of(20).replacing());

        assertThat(mine).content(StandardCharsets.ISO_8859_1).startsWith("PK");
        assertThat(whole).hasContent("not a shard");
    }

    @Test
    void areOfTheKindThatTheEndingTells() {
        assertThatThrownBy(() -> encode(List.of(folder.resolve("f.csv")), ALL, ANEW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(folder.resolve("f.csv") + " must end in one of .safetensors, .npz, .parquet, .jsonl.");
    }

    private List<Long> encode(Path out, int most, Sharding sharding) {
        return encode(List.of(out.resolve("f.npz"), out.resolve("f.jsonl")), most, sharding);
    }

    /** Encodes at most so many of the shards that are missing, and returns which these are. */
    private List<Long> encode(List<Path> files, int most, Sharding sharding) {
        Selection strongest = Selection.strongest(2);
        try (ActivationReader reader = Activations.from(activations).openFor(sae);
                ShardedOutputs outputs =
                        ShardedOutputs.open(files, FeatureStream.of(reader, sae), strongest, sharding)) {
            EncodingPass pass = EncodingPass.of(reader, sae, 7);
            List<Long> missing = outputs.missing();
            long next = 0;
            for (long shard : missing.subList(0, Math.min(most, missing.size()))) {
                TokenRange range = outputs.range(shard);
                pass.skip(range.from() - next);
                try (FeatureSink sink = outputs.start(shard)) {
                    pass.encodeNext(range.to() - range.from(), done -> {}, sink::write);
                    sink.publish();
                }
                next = range.to();
            }
            if (most >= missing.size()) {
                outputs.commit();
            }
            return missing;
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
