package io.github.sae4j.cli.internal;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.activations.ActivationSource;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.LayeredActivations;
import io.github.sae4j.data.features.FeatureTarget;
import io.github.sae4j.data.features.Selection;
import io.github.sae4j.data.features.Sharding;
import io.github.sae4j.loader.SaeSetException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sae encode}: turns saved activations into features. */
@Command(
        name = "encode",
        description = "Turn saved activations into features.",
        footer = {
            "",
            "The sparse form, the default, has indptr [tokens + 1], indices and values; --dense writes features"
                    + " [..., d_sae]. sae decode reads both.",
            "FILE.npz is what scipy.sparse.load_npz opens; FILE.jsonl has a line of JSON for each token,"
                    + " FILE.parquet a row with lists of features and values.",
            "",
            "A set of layers (a cross-layer transcoder or crosscoder) takes [tokens, layers, d_in] and writes features"
                    + " [tokens, layers, d_sae], to .safetensors and .npz; with --layer those of one layer,"
                    + " [tokens, d_sae], to any FILE.",
            "",
            "delphi:FOLDER needs the tokens' ids beside the activations, and makes FOLDER/HOOK with the hook's name.",
            "",
            "Examples:",
            "  sae encode activations.safetensors --sae layer_19 --out features.safetensors",
            "  sae encode 'runs/*.npy' --sae ./my-sae --out f.npz --out f.parquet",
            "  sae encode x.npy --sae demo --top-k 5 --out - | jq .features"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class EncodeCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ActivationOptions input;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            converter = AtLeastOne.class,
            description = "Keep only the K strongest features of each token.")
    private @Nullable Integer topK;

    @Option(names = "--dense", description = "Write the dense matrix, zeros and all; to .safetensors only.")
    private boolean dense;

    @Option(
            names = "--long",
            description = "Write a row for each active feature to .parquet files: token, feature and value.")
    private boolean longForm;

    @Option(
            names = "--metadata",
            description =
                    "Begin JSON lines with one that says where the features come from, as the other forms always do"
                            + " in a place of their own.")
    private boolean metadata;

    @Mixin
    private EncodingOptions options;

    @Mixin
    private LayerOption layer;

    @Mixin
    private FeatureOutputOptions output;

    @Override
    public void run() {
        ActivationSource source = input.source(spec);
        Sharding sharding = output.sharding(spec);
        List<FeatureTarget> targets = output.targets(source.files(), spec);
        requireForms(targets);
        try {
            encode(source, targets, sharding);
        } catch (StandardOutput.Unwritable e) {
            if (targets.size() > 1 && e.readerHasEnded()) {
                throw new CommandException(
                        "Standard output cannot be written, as whoever reads it has ended; so none of the other files"
                                + " was made.",
                        e);
            }
            throw e;
        }
    }

    private void encode(ActivationSource source, List<FeatureTarget> targets, @Nullable Sharding sharding) {
        OpenSae opened;
        try {
            opened = options.openForOutput(Terminal.of(spec));
        } catch (SaeSetException e) {
            encodeLayers(source, targets, sharding);
            return;
        }
        try (OpenSae sae = opened;
                Activations activations = open(source, sae, targets)) {
            layer.requireNone(sae);
            EncodingJob encoding =
                    new EncodingJob(activations, sae, options.batchTokens(), selection(), Terminal.of(spec));
            if (sharding == null) {
                encoding.run(targets);
            } else {
                encoding.run(files(targets), sharding);
            }
        }
    }

    private void requireForms(List<FeatureTarget> targets) {
        try {
            selection().requireForms(targets);
        } catch (DataException e) {
            throw new ParameterException(spec.commandLine(), SettingOptions.spelled(e.sentence()), e);
        }
    }

    private Selection selection() {
        Selection selection = topK == null ? Selection.ALL : Selection.strongest(topK);
        if (dense) {
            selection = selection.asDense();
        }
        if (longForm) {
            selection = selection.inLongForm();
        }
        return metadata ? selection.withMetadata() : selection;
    }

    private void encodeLayers(ActivationSource source, List<FeatureTarget> targets, @Nullable Sharding sharding) {
        try (OpenSet set = options.openSet(Terminal.of(spec))) {
            if (sharding != null) {
                throw new CommandException(
                        set.name() + " is a set of layers; --shard-tokens cannot divide files of its features.");
            }
            try (LayeredActivations activations = input.open(source, set, options.allowNonFinite())) {
                new SetEncodingJob(set, layer.of(set), options.batchTokens(), selection(), Terminal.of(spec))
                        .run(activations, targets);
            }
        }
    }

    private Activations open(ActivationSource source, OpenSae sae, List<FeatureTarget> targets) {
        return targets.stream().anyMatch(FeatureTarget.InFolder.class::isInstance)
                ? input.openRequiringIds(source, sae)
                : input.openWithIds(source, sae);
    }

    private static List<Path> files(List<FeatureTarget> targets) {
        return targets.stream()
                .map(target -> ((FeatureTarget.InFile) target).file().givenPath())
                .toList();
    }
}
