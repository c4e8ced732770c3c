package io.github.sae4j.cli.internal;

import io.github.sae4j.data.TokenRange;
import io.github.sae4j.data.activations.ActivationSource;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.ActivationsBuilder;
import io.github.sae4j.data.activations.LayeredActivations;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The file of activations to be read, and which of its tensors. */
@SuppressWarnings("NullAway.Init") // picocli fills the required parameter
final class ActivationOptions {

    @Parameters(
            paramLabel = "ACTIVATIONS",
            description = {
                "A .safetensors, .npy, .npz, .parquet, .arrow, .pt or .memmap file, [..., d_in]; a folder of them, or a pattern such as"
                        + " 'runs/*.npy', whose files are read in the order of their names; a .safetensors.index.json; or -"
                        + " for an npy file from standard input."
            })
    private String written;

    @Option(
            names = {"--tensor", "--column"},
            paramLabel = "NAME",
            description = "The tensor or column to read, where several of the file could be the activations.")
    private @Nullable String tensor;

    @Option(
            names = "--layer-id",
            paramLabel = "L",
            description =
                    "The layer to read of activations [tokens, layers, d_in], as vLLM saves them: what enters block L."
                            + " Default: where the SAE reads.")
    private @Nullable Integer layerId;

    @Option(
            names = "--layer-ids",
            paramLabel = "L",
            split = ",",
            description = "The ids of all layers of such activations, in their order, separated by commas.")
    private @Nullable List<Integer> layerIds;

    @Option(
            names = "--skip-first",
            paramLabel = "N",
            converter = AtLeastOne.class,
            description = "Leave out the first N tokens of each sequence, the BOS token for example: their rows have no"
                    + " features, and no measure counts them. Where nothing in a file tells where its sequences begin,"
                    + " one of the two options that follow does.")
    private @Nullable Integer skipFirst;

    @Option(
            names = "--sequence-length",
            paramLabel = "N|file",
            converter = SequenceLengthChoice.class,
            description =
                    "How many tokens each sequence of activations [tokens, d_in] has, of which the files must have"
                            + " whole ones only; file, if each file is one sequence.")
    private @Nullable Integer sequenceLength;

    @Option(
            names = "--document-column",
            paramLabel = "NAME",
            description = "The array or column of the same file that says which sequence each token is of: one begins"
                    + " where its number or text changes. Default: document, doc_id, sequence, sample, prompt_id and the"
                    + " like, where there is only one.")
    private @Nullable String documents;

    @Option(
            names = "--skip-token",
            paramLabel = "ID",
            split = ",",
            description =
                    "Leave out likewise the tokens with this id, or these, separated by commas. The ids are in the"
                            + " same file, as token_ids, tokens or input_ids.")
    private @Nullable Set<Long> skipTokens;

    @Option(
            names = "--max-norm-multiple",
            paramLabel = "M",
            converter = AboveZero.class,
            description =
                    "Leave out likewise the tokens whose norm is above M times the median norm; reads the activations"
                            + " once more.")
    private @Nullable Double maxNormMultiple;

    @Option(
            names = "--rows",
            paramLabel = "A:B",
            converter = TokenRangeChoice.class,
            description =
                    "Read the tokens from A on and before B only, counted from 0 over all files; either may be left"
                            + " away.")
    private TokenRange rows = TokenRange.ALL;

    /**
     * Finds the files to be read, before the SAE is opened.
     *
     * @param spec the command, for the message
     * @throws ParameterException if an option is given that would do nothing
     * @throws io.github.sae4j.data.DataException if there are none
     */
    ActivationSource source(CommandSpec spec) {
        if (documents != null && skipFirst == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--document-column says which tokens are the first of their sequences, so it needs --skip-first");
        }
        return ActivationSource.of(written);
    }

    /**
     * Opens the files for a set of layers, {@code [..., tokens, layers, d_in]}.
     *
     * @throws io.github.sae4j.data.DataException if options are given that choose tokens or a layer
     */
    LayeredActivations open(ActivationSource source, OpenSet set, boolean allowNonFinite) {
        return builder(source).openLayersFor(set.expected(allowNonFinite));
    }

    private void arrangeSequences(ActivationsBuilder builder) {
        if (sequenceLength != null && sequenceLength == SequenceLengthChoice.FILE) {
            builder.eachFileIsASequence();
        } else if (sequenceLength != null) {
            builder.sequenceLength(sequenceLength);
        }
        if (documents != null) {
            builder.sequenceColumn(documents);
        }
    }

    Activations open(ActivationSource source, OpenSae sae) {
        return builder(source).openFor(sae.expected());
    }

    /** Opens the files with the tokens' ids, where they have them. */
    Activations openWithIds(ActivationSource source, OpenSae sae) {
        return builder(source).withIds().openFor(sae.expected());
    }

    /** Opens the files with the tokens' ids, which they must have. */
    Activations openRequiringIds(ActivationSource source, OpenSae sae) {
        return builder(source).requireIds().openFor(sae.expected());
    }

    private ActivationsBuilder builder(ActivationSource source) {
        ActivationsBuilder builder = Activations.from(source).tokens(rows);
        if (tensor != null) {
            builder.tensor(tensor);
        }
        if (layerId != null) {
            builder.layer(layerId);
        }
        if (layerIds != null) {
            builder.layerIds(layerIds);
        }
        arrangeSequences(builder);
        if (skipFirst != null) {
            builder.skipFirst(skipFirst);
        }
        if (skipTokens != null) {
            builder.skipTokens(skipTokens);
        }
        if (maxNormMultiple != null) {
            builder.maxNormMultiple(maxNormMultiple);
        }
        return builder;
    }
}
