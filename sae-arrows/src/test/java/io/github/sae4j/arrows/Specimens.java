package io.github.sae4j.arrows;

import ai.djl.Device;
import io.github.sae4j.analysis.EncodingPass;
import io.github.sae4j.analysis.check.FitCheck;
import io.github.sae4j.analysis.check.Sample;
import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.analysis.machine.Bench;
import io.github.sae4j.analysis.machine.Limits;
import io.github.sae4j.analysis.machine.RandomWeights;
import io.github.sae4j.analysis.report.JsonReport;
import io.github.sae4j.analysis.report.Report;
import io.github.sae4j.analysis.survey.CoFirings;
import io.github.sae4j.analysis.survey.DecoderDirections;
import io.github.sae4j.analysis.survey.FeatureSurvey;
import io.github.sae4j.analysis.survey.Survey;
import io.github.sae4j.analysis.survey.SurveyResult;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeMetadata;
import io.github.sae4j.core.SaeRuntime;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.TokenRange;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.InputRequirements;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.ReconstructionOutput;
import io.github.sae4j.data.activations.ReconstructionTarget;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.features.FeatureFile;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.data.features.Selection;
import io.github.sae4j.data.tokens.TokenTexts;
import io.github.sae4j.fixtures.RandomSae;
import io.github.sae4j.fixtures.SetCase;
import io.github.sae4j.fixtures.StoredType;
import io.github.sae4j.hub.HubClient;
import io.github.sae4j.hub.HubConfig;
import io.github.sae4j.hub.RepoId;
import io.github.sae4j.loader.LayeredFeatures;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeQuery;
import io.github.sae4j.loader.SaeRelease;
import io.github.sae4j.loader.SaeSet;
import io.github.sae4j.loader.format.FormatParts;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.ShardedSafetensors;
import io.github.sae4j.safetensors.TensorSpec;
import io.github.sae4j.tensors.TensorFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** At least one real object of each public type of the libraries that has methods with arguments, and of what they take. */
final class Specimens implements AutoCloseable {

    private static final int TOKENS = 8;

    private final Path folder;
    private final List<Object> all = new ArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    private Specimens(Path folder) {
        this.folder = folder;
    }

    /** Makes them, with their files in an empty folder. */
    static Specimens in(Path folder) {
        Specimens specimens = new Specimens(folder);
        try {
            specimens.make();
            return specimens;
        } catch (IOException e) {
            specimens.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            specimens.close();
            throw e;
        }
    }

    /** Returns those that are of a type. */
    List<Object> of(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.asList(type.getEnumConstants());
        }
        return all.stream().filter(type::isInstance).toList();
    }

    @Override
    public void close() {
        for (int at = open.size() - 1; at >= 0; at--) {
            try {
                open.get(at).close();
            } catch (Exception e) {
                throw new IllegalStateException(open.get(at) + " cannot be closed", e);
            }
        }
    }

    private void make() throws IOException {
        RandomSae random = new RandomSae(8, 32, StoredType.FLOAT32, 3, 1);
        Path files = folder.resolve("sae");
        random.write(files);
        SparseAutoencoder sae = opened(SAE.fromDisk(files));
        float[][] activations = random.activations(TOKENS, 2);
        Path written = folder.resolve("x.safetensors");
        random.writeActivations(written, TOKENS, 2);

        addPlain();
        addFiles(files.resolve("sae_weights.safetensors"));
        addSae(sae, activations);
        addLoaders(files, sae);
        addData(written, sae, activations);
        addAnalysis(written, sae, activations);
        addHub();
    }

    /** What is no library's own. */
    private void addPlain() {
        all.addAll(List.of(
                "x",
                folder.resolve("none"),
                1,
                List.of(),
                Map.of(),
                new TreeSet<Long>(),
                Set.of(),
                Optional.empty(),
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                Duration.ofSeconds(1),
                ByteBuffer.allocate(64),
                new ByteArrayInputStream(new byte[0]),
                new PrintWriter(new StringWriter()),
                Device.cpu()));
    }

    private void addFiles(Path weights) throws IOException {
        TensorFile tensors = opened(TensorFile.open(weights));
        all.add(tensors.tensors().get(0));
        SafetensorsFile file = opened(SafetensorsFile.open(weights));
        all.add(file.tensors().get(0));
        opened(SafetensorsWriter.create(
                folder.resolve("w.safetensors"), List.of(new TensorSpec("w", Dtype.F32, 1)), Map.of()));
        Path index = Files.writeString(
                weights.resolveSibling("all.safetensors.index.json"),
                "{\"weight_map\": {\"W_enc\": \"sae_weights.safetensors\"}}");
        opened(ShardedSafetensors.open(index));
    }

    private void addSae(SparseAutoencoder sae, float[][] activations) {
        WeightMatrix encoder = sae.parts().encoder().orElseThrow();
        WeightMatrix decoder = sae.parts().decoder().orElseThrow();
        SaeConfig config = sae.config();
        SparseFeatures features = sae.encode(activations);
        all.addAll(List.of(
                config,
                config.toBuilder(),
                SaeMetadata.NONE,
                SaeMetadata.builder(),
                SparseAutoencoder.builder(config),
                SaeRuntime.shared(),
                sae.capabilities(),
                sae.source(),
                features,
                features.inverseTransform(),
                sae.forward(activations),
                encoder,
                sae.parts().activation(),
                sae.featureSet(1),
                FormatParts.of(config, encoder, sae.parts().activation(), decoder, new float[config.dIn()])));
    }

    private void addLoaders(Path files, SparseAutoencoder sae) throws IOException {
        all.add(SAE.from("layer_19"));
        all.add(SAE.from(files));
        all.add(SaeQuery.of());
        SaeRelease release = SAE.releases().get(0);
        all.add(release);
        all.add(release.saes().get(0));
        SaeSet set = opened(SAE.openSet(SetCase.named("ct_clt_relu").setFolder()));
        LayeredFeatures features = set.encode(new float[1][set.layers()][set.d()]);
        all.add(features);
        all.add(sae.source());

        Path captured = Files.createDirectory(folder.resolve("captured"));
        Files.writeString(captured.resolve(CapturingFormat.CONFIG), "{}");
        Files.copy(files.resolve("sae_weights.safetensors"), captured.resolve(CapturingFormat.WEIGHTS));
        all.addAll(CapturingFormat.capture(captured));
    }

    private void addData(Path written, SparseAutoencoder sae, float[][] activations) throws IOException {
        all.add(TokenRange.ALL);
        all.add(Layout.of(TOKENS));
        all.add(TokenBatch.of(activations));
        all.add(InputRequirements.of(sae, false));
        all.add(Sentence.of("x"));
        all.add(Activations.from(written));
        ActivationReader reader = reader(written, sae);
        all.add(reader);
        Provenance provenance = Provenance.builder().sae(sae).build();
        all.add(provenance);
        all.add(Provenance.builder());
        all.add(Selection.ALL);
        FeatureStream stream = FeatureStream.of(reader, sae);
        all.add(stream);
        Path features = folder.resolve("f.safetensors");
        try (FeatureSink sink = FeatureSink.to(features, stream)) {
            sink.write(TokenBatch.of(activations), sae.encode(activations));
            sink.publish();
        }
        opened(FeatureFile.open(features, sae));
        opened(FeatureSink.to(folder.resolve("g.safetensors"), stream));
        ReconstructionTarget target = ReconstructionTarget.of(OutputFile.of(folder.resolve("back.npy")));
        all.add(target);
        opened(ReconstructionOutput.create(
                target, Layout.of(TOKENS), sae.config().dOut(), provenance));
        Path texts = Files.writeString(folder.resolve("tokens.jsonl"), "[\"a\", \"b\"]\n");
        all.add(TokenTexts.of(texts, Layout.of(2)));
    }

    private void addAnalysis(Path written, SparseAutoencoder sae, float[][] activations) {
        all.add(EncodingPass.of(reader(written, sae), sae, TOKENS));
        Firings firings = new Firings(sae.config().dSae());
        all.add(firings);
        all.add(new ReconstructionQuality(sae.config().dIn()));
        Limits limits = Limits.measure();
        all.add(limits);
        all.add(new Bench(sae, limits, List.of(1), 0));
        all.add(RandomWeights.of(2, 3, WeightType.FLOAT32));
        all.add(JsonReport.about(sae, reader(written, sae)));
        all.add(CoFirings.of(sae.config().dSae(), List.of(1)));
        all.add(DecoderDirections.of(sae.parts().decoder().orElseThrow()));
        all.add(FeatureSurvey.ofAll(sae.config().dSae(), 1));
        Survey survey = Survey.of(sae);
        all.add(survey);
        SurveyResult result = survey.named(List.of(1), reader(written, sae));
        all.add(result);
        all.add(Report.of(survey, 1, reader(written, sae), () -> reader(written, sae)));
        all.add(FitCheck.on(Sample.of(activations), sae));
        all.add(Evaluation.of(reader(written, sae), sae, TOKENS));
        result.features().forEach(feature -> all.addAll(feature.tally().examples()));
    }

    private void addHub() {
        HubConfig config = HubConfig.defaults().toBuilder()
                .cache(folder.resolve("cache"))
                .offline(true)
                .build();
        HubClient client = HubClient.create(config);
        all.addAll(List.of(
                config, config.toBuilder(), config.cache(), client, client.options(), RepoId.model("owner/name")));
    }

    private static ActivationReader reader(Path written, SparseAutoencoder sae) {
        return Activations.from(written).openFor(sae);
    }

    private <T extends AutoCloseable> T opened(T specimen) {
        all.add(specimen);
        open.add(specimen);
        return specimen;
    }
}
