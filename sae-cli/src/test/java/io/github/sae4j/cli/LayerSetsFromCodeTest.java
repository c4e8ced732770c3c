package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.activations.ActivationSource;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.ActivationsBuilder;
import io.github.sae4j.data.activations.InputRequirements;
import io.github.sae4j.data.activations.LayeredActivations;
import io.github.sae4j.data.activations.LayeredBatch;
import io.github.sae4j.data.activations.ReconstructionOutput;
import io.github.sae4j.data.activations.ReconstructionTarget;
import io.github.sae4j.data.features.FeatureFile;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.data.features.Selection;
import io.github.sae4j.data.features.ShardedOutputs;
import io.github.sae4j.data.features.Sharding;
import io.github.sae4j.fixtures.SetCase;
import io.github.sae4j.loader.LayeredFeatures;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of a set of layers, read and written by a program as by the command. */
class LayerSetsFromCodeTest {

    private static final SetCase CASE = SetCase.named("gs2_clt_affine");

    @TempDir
    private Path folder;

    private SaeSet set;

    @BeforeEach
    void open() {
        set = SAE.openSet(CASE.setFolder());
    }

    @AfterEach
    void close() {
        set.close();
    }

    private InputRequirements requirements() {
        return InputRequirements.of("the set", set.layer(0).config()).withLayers(set.layers());
    }

    private LayeredActivations activations() {
        return Activations.from(CASE.io()).tensor("x").openLayersFor(requirements());
    }

    private Path byCommand(String command, Path in, String name, Object... options) {
        Path out = folder.resolve("command-" + name);
        CommandRun run = sae(Stream.concat(
                        Stream.of(command, in, "--sae", CASE.setFolder(), "--out", out, "--device", "cpu"),
                        Stream.of(options))
                .toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return out;
    }

    private Path encoded(String name) {
        Path out = folder.resolve(name);
        try (LayeredActivations activations = activations();
                FeatureSink sink = FeatureSink.to(out, FeatureStream.of(activations, set.source()))) {
            for (LayeredBatch batch : activations.batches(2)) {
                sink.write(batch.rows(), set.encode(batch.activations()).sideBySide());
            }
            sink.publish();
        }
        return out;
    }

    @Test
    void aProgramEncodesWhatTheCommandDoes() {
        Path out = encoded("f.safetensors");

        Path expected = byCommand("encode", CASE.io(), "f.safetensors", "--tensor", "x");
        assertThat(InputFiles.floatsOf(out, "values")).isEqualTo(InputFiles.floatsOf(expected, "values"));
        assertThat(InputFiles.longsOf(out, "indptr")).isEqualTo(InputFiles.longsOf(expected, "indptr"));
        assertThat(InputFiles.metadataOf(out))
                .containsEntry("shape", InputFiles.metadataOf(expected).get("shape"))
                .containsEntry("sae_sha256", InputFiles.metadataOf(expected).get("sae_sha256"))
                .containsEntry("selected", "--tensor x");
    }

    @Test
    void aProgramEncodesOneLayerToAnyKindOfFile() {
        Path out = folder.resolve("f.safetensors");
        try (LayeredActivations activations = activations();
                FeatureSink sink = FeatureSink.to(out, FeatureStream.ofLayer(activations, set.source(), 1));
                FeatureSink lines = FeatureSink.to(
                        folder.resolve("f.jsonl"), FeatureStream.ofLayer(activations, set.source(), 1))) {
            for (LayeredBatch batch : activations.batches(512)) {
                SparseFeatures features = set.encode(1, batch.layer(1).rows());
                sink.write(batch.layer(1), features);
                lines.write(batch.layer(1), features);
            }
            sink.publish();
            lines.publish();
        }

        Path expected = byCommand("encode", CASE.io(), "f.safetensors", "--tensor", "x", "--layer", "1");
        assertThat(InputFiles.floatsOf(out, "values")).isEqualTo(InputFiles.floatsOf(expected, "values"));
        assertThat(InputFiles.metadataOf(out))
                .containsEntry("selected", "--tensor x --layer 1")
                .containsEntry("shape", InputFiles.metadataOf(expected).get("shape"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, Integer.MAX_VALUE})
    void aProgramDecodesWhatItEncoded(int tokens) {
        Path out = folder.resolve("back.npy");
        try (FeatureFile file = FeatureFile.open(encoded("f.safetensors"), requirements());
                ReconstructionOutput output = ReconstructionOutput.create(
                        ReconstructionTarget.of(OutputFile.of(out)),
                        file.layout(),
                        set.d(),
                        Provenance.builder().set(set.source()).build())) {
            file.requireMadeBySet(set.source());
            for (SparseFeatures rows = file.next(tokens); rows.tokens() > 0; rows = file.next(tokens)) {
                output.write(set.decode(LayeredFeatures.of(rows, set.layers())));
            }
            output.commit();
        }

        Path expected = byCommand("decode", encoded("g.safetensors"), "back.npy");
        assertThat(out).hasSameBinaryContentAs(expected);
    }

    @Test
    void featuresOfOneLayerAreNotOpenedForAll() {
        Path one = byCommand("encode", CASE.io(), "one.safetensors", "--tensor", "x", "--layer", "1");

        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> FeatureFile.open(one, requirements()))
                .withMessageContaining("was encoded with the layer of the set(1)")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(DataException.Reason.MISMATCH));
    }

    static List<UnaryOperator<ActivationsBuilder>> choices() {
        return List.of(
                builder -> builder.skipFirst(1),
                builder -> builder.skipTokens(Set.of(5L)),
                builder -> builder.maxNormMultiple(3),
                builder -> builder.tokens(0, 2),
                builder -> builder.sequenceLength(2),
                builder -> builder.layerIds(List.of(1, 2)));
    }

    @ParameterizedTest
    @MethodSource("choices")
    void noTokensAreChosenForASet(UnaryOperator<ActivationsBuilder> choice) {
        ActivationsBuilder builder = choice.apply(Activations.from(CASE.io()).tensor("x"));

        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> builder.openLayersFor(requirements()))
                .withMessageStartingWith("the set is a set of layers, which takes all tokens of a file; ")
                .withMessageEndingWith(" cannot be used with it.");
    }

    @Test
    void requirementsOfOneSaeAreNotThoseOfASet() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Activations.from(CASE.io())
                        .openLayersFor(InputRequirements.of("one", set.layer(0).config())))
                .withMessageContaining("withLayers");
    }

    /** Their lines and rows are numbered as tokens. */
    @ParameterizedTest
    @ValueSource(strings = {"f.jsonl", "f.parquet"})
    void formsWithoutAnAxisOfLayersAreRefused(String name) {
        try (LayeredActivations activations = activations()) {
            FeatureStream stream = FeatureStream.of(activations, set.source());

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> FeatureSink.to(folder.resolve(name), stream))
                    .withMessageContaining("no form for an axis of layers");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ShardedOutputs.open(
                            List.of(folder.resolve("f.npz")), stream, Selection.ALL, Sharding.of(2)))
                    .withMessageContaining("cannot be divided");
        }
        assertThat(folder).isEmptyDirectory();
    }

    /** The layer where the SAE reads, as its hook tells, is that of the ids. */
    @Test
    void aProgramReadsTheLayerOfTheSaesHook() {
        Path model = SmallSae.reading(folder.resolve("small"), "blocks.2.hook_resid_post", "small");
        Path request = InputFiles.safetensors()
                .floats("hidden_states", new long[] {1, 3, 4}, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0)
                .longs("token_ids", 5)
                .write(folder.resolve("x.safetensors"));

        try (var sae = SAE.fromDisk(model);
                Activations activations = Activations.from(ActivationSource.of(request.toString()))
                        .layerIds(List.of(1, 3, 7))
                        .openFor(sae)) {
            assertThat(activations.batches(1).iterator().next().rows()[0][0]).isEqualTo(2);
            assertThat(activations.selected()).asString().contains("layer(3)");
        }
    }
}
