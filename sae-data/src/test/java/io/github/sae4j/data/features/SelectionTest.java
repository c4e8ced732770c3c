package io.github.sae4j.data.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A selection that would change nothing of what is written is refused. */
class SelectionTest {

    @TempDir
    private Path folder;

    private Path out;
    private SparseAutoencoder sae;
    private ActivationReader reader;

    @BeforeEach
    void open() throws Exception {
        out = Files.createDirectory(folder.resolve("out"));
        sae = SparseAutoencoder.builder(SaeConfig.standard(2, 3))
                .encoder(WeightMatrix.of(new float[][] {{1, 0, -1}, {0, 1, -1}}))
                .decoder(WeightMatrix.of(new float[][] {{1, 0}, {0, 1}, {-1, -1}}))
                .decoderBias(new float[2])
                .activation(Relu.of(new float[3]))
                .kernel(Kernel.PLAIN)
                .build();
        Path file = folder.resolve("x.safetensors");
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, List.of(new TensorSpec("x", Dtype.F32, 2, 2)), Map.of())) {
            writer.write("x", ByteBuffer.allocate(16));
            writer.commit();
        }
        reader = Activations.from(file).openFor(sae);
    }

    @AfterEach
    void close() {
        reader.close();
        sae.close();
    }

    @Test
    void formsThatNoneOfTheTargetsHas() {
        refuse(
                Selection.ALL.inLongForm(),
                "inLongForm is for Parquet files, but none is to be written.",
                "f.npz",
                "f.jsonl");
        refuse(
                Selection.ALL.withMetadata(),
                "withMetadata is for JSON lines, but none are to be written.",
                "f.npz",
                "f.parquet");
        refuse(
                Selection.ALL.asDense(),
                out.toAbsolutePath().resolve("f.npz") + " has no dense form; asDense is for .safetensors files.",
                "f.safetensors",
                "f.npz");
    }

    @Test
    void formsOfOneOfTheTargetsAreNot() {
        allow(Selection.ALL.inLongForm(), "f.npz", "f.parquet");
        allow(Selection.ALL.withMetadata(), "f.npz", "f.jsonl");
        allow(Selection.ALL.asDense(), "f.safetensors");
        Selection lines = Selection.ALL.withMetadata();
        assertThatCode(() -> lines.requireForms(List.of(FeatureTarget.lines(new PrintWriter(new StringWriter())))))
                .doesNotThrowAnyException();
    }

    @Test
    void moreFeaturesThanThereAre() {
        refuse(Selection.strongest(4), "strongest(4) leaves nothing out: the SAE has 3 features.", "f.npz");
        allow(Selection.strongest(3), "f.npz");
    }

    private void refuse(Selection selection, String sentence, String... names) {
        refuse(() -> FeatureSink.to(targets(names), stream(), selection).close(), sentence);
        refuse(() -> ShardedOutputs.open(files(names), stream(), selection, Sharding.of(1)), sentence);
        assertThat(out).isEmptyDirectory();
    }

    private static void refuse(ThrowingCallable work, String sentence) {
        assertThatThrownBy(work).isInstanceOf(DataException.class).hasMessage(sentence);
    }

    private void allow(Selection selection, String... names) {
        assertThatCode(() -> FeatureSink.to(targets(names), stream(), selection).close())
                .doesNotThrowAnyException();
    }

    private FeatureStream stream() {
        return FeatureStream.of(reader, sae);
    }

    private List<Path> files(String... names) {
        return Stream.of(names).map(out::resolve).toList();
    }

    private List<FeatureTarget.InFile> targets(String... names) {
        return files(names).stream()
                .map(file -> FeatureTarget.file(OutputFile.replacing(file)))
                .toList();
    }
}
