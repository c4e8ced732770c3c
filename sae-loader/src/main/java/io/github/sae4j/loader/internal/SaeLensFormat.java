package io.github.sae4j.loader.internal;

import io.github.sae4j.core.Activation;
import io.github.sae4j.core.Normalization;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.safetensors.SafetensorsFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SAELens's layout of a folder: {@value #WEIGHTS}, {@value #CONFIG} and, if it was published, {@value #SPARSITY}.
 */
public final class SaeLensFormat {

    static final String WEIGHTS = "sae_weights.safetensors";
    private static final String CONFIG = "cfg.json";
    private static final String SPARSITY = "sparsity.safetensors";

    private static final Logger LOG = LoggerFactory.getLogger(SaeLensFormat.class);
    private static final long LARGEST_CONFIG = 16 << 20;
    private static final byte[] LFS_POINTER = "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);

    private final SaeFolder folder;
    private final @Nullable SaeConfig declared;
    private final Path weightsPath;
    private final Optional<Path> sparsityPath;
    private final List<String> filesRead = new ArrayList<>();

    /** Gets the files; the configuration comes first, so that one that cannot be used costs no large download. */
    private SaeLensFormat(SaeFolder folder) {
        this.folder = folder;
        this.declared = folder.find(CONFIG).map(this::configOrMissing).orElse(null);
        this.weightsPath = folder.find(WEIGHTS).orElseThrow(() -> folder.missing(WEIGHTS));
        refuseLfsPointer(weightsPath);
        this.sparsityPath = folder.findExtra(SPARSITY);
        sparsityPath.ifPresent(SaeLensFormat::refuseLfsPointer);
    }

    /**
     * Gets the files of an SAE that can be read, without reading the weights.
     *
     * @return the folder that they are in
     * @throws SaeLoadException if a file is missing, or the configuration cannot be used
     */
    public static Path fetch(SaeFolder folder) {
        return Objects.requireNonNull(
                new SaeLensFormat(folder).weightsPath.toAbsolutePath().getParent(), "a file is in a folder");
    }

    /**
     * Returns an SAE with everything but the settings that are the user's. The matrices are the weights file's own
     * pages, unless another number format is asked for.
     *
     * @param type the matrices' number format, or null for the stored one
     * @throws SaeLoadException if a file is missing, or what it says cannot be used
     * @throws io.github.sae4j.safetensors.SafetensorsException if a file is not one of safetensors
     */
    public static SaeBuilder read(SaeFolder folder, @Nullable WeightType type) {
        return new SaeLensFormat(folder).read(type);
    }

    private SaeBuilder read(@Nullable WeightType type) {
        try (SafetensorsFile file = SafetensorsFile.open(weightsPath)) {
            SaeConfig config = declared == null ? configFromShapes(file) : declared;
            WeightsFile weights = new WeightsFile(file, sizes(config, declared != null));
            WeightMatrix encoder = weights.matrix("W_enc", config.dIn(), config.dSae());
            WeightMatrix decoder = weights.matrix("W_dec", config.dSae(), config.dOut());
            float[] decoderBias = weights.vector("b_dec", config.dOut());
            Activation activation =
                    Architecture.named(config.architecture(), CONFIG).activation(weights);
            refuseScalingFactor(weights);
            filesRead.add(WEIGHTS);
            float @Nullable [] sparsity = sparsity(config.dSae());
            warn(config, weights);
            return SparseAutoencoder.builder(config)
                    .encoder(type == null ? encoder : encoder.as(type))
                    .decoder(type == null ? decoder : decoder.as(type))
                    .decoderBias(decoderBias)
                    .activation(activation)
                    .sparsity(sparsity)
                    .source(folder.source(weightsPath, filesRead));
        }
    }

    /** A configuration that makes no sense here may belong to a folder of another layout. */
    private SaeConfig configOrMissing(Path path) {
        try {
            return config(path);
        } catch (SaeLoadException e) {
            throw folder.has(WEIGHTS) ? e : folder.missing(WEIGHTS);
        }
    }

    private SaeConfig config(Path path) {
        refuseLfsPointer(path);
        filesRead.add(CONFIG);
        try {
            if (Files.size(path) > LARGEST_CONFIG) {
                throw new SaeLoadException(path + " has " + Files.size(path) + " bytes, which is no configuration.");
            }
            return CfgJson.read(Files.readString(path), path.toString());
        } catch (CharacterCodingException e) {
            throw new SaeLoadException(path + " is not JSON: it is not UTF-8.", e);
        } catch (IOException e) {
            throw Unreadable.because(path, e);
        }
    }

    /** Returns what the tensors say; the rest is as SAELens defaults it. */
    private SaeConfig configFromShapes(SafetensorsFile file) {
        Architecture.named(architectureOf(file), file.path().toString());
        long[] shape = file.contains("W_enc") ? file.tensor("W_enc").shape() : new long[0];
        if (shape.length != 2 || !isSize(shape[0]) || !isSize(shape[1])) {
            throw new SaeLoadException(folder.label() + " has no " + CONFIG + ", and " + file.path()
                    + " has no matrix W_enc that would tell the sizes.");
        }
        SaeConfig config = SaeConfig.standard((int) shape[0], (int) shape[1]);
        LOG.warn(
                "{} has no {}: d_in = {} and d_sae = {} are taken from W_enc, and a standard SAE that subtracts b_dec from"
                        + " its input is assumed",
                folder.label(),
                CONFIG,
                config.dIn(),
                config.dSae());
        return config;
    }

    /** Returns the architecture whose tensors these are; top-k SAEs look like standard ones. */
    private static String architectureOf(SafetensorsFile file) {
        if (file.contains("W_skip")) {
            return file.contains("threshold") ? "jumprelu_skip_transcoder" : "skip_transcoder";
        }
        if (file.contains("threshold")) {
            return "jumprelu";
        }
        if (file.contains("b_gate")) {
            return "gated";
        }
        return Architecture.STANDARD.label();
    }

    private static WeightsFile.Sizes sizes(SaeConfig config, boolean declared) {
        return new WeightsFile.Sizes(
                config.dIn(),
                config.dSae(),
                (declared ? CONFIG + " says d_in = " : "W_enc says d_in = ") + config.dIn() + " and d_sae = "
                        + config.dSae());
    }

    private static boolean isSize(long dimension) {
        return dimension > 0 && dimension <= Integer.MAX_VALUE;
    }

    private static void refuseScalingFactor(WeightsFile weights) {
        Optional<float[]> factors =
                weights.optionalVector("scaling_factor", weights.sizes().dSae());
        if (factors.isEmpty()) {
            return;
        }
        for (float factor : factors.get()) {
            if (factor != 1) {
                throw new SaeLoadException(weights.path() + ": scaling_factor is not all ones (" + factor
                        + " is among them). No version of SAELens can load such an SAE, so what it should compute is"
                        + " not defined.");
            }
        }
    }

    private float @Nullable [] sparsity(int dSae) {
        if (sparsityPath.isEmpty()) {
            return null;
        }
        filesRead.add(SPARSITY);
        try (SafetensorsFile file = SafetensorsFile.open(sparsityPath.get())) {
            return new WeightsFile(file, new WeightsFile.Sizes(1, dSae, "d_sae is " + dSae)).vector("sparsity", dSae);
        }
    }

    private void warn(SaeConfig config, WeightsFile weights) {
        List<String> unread = weights.unread();
        if (!unread.isEmpty()) {
            LOG.warn(
                    "{}: tensors that a {} SAE does not use are ignored: {}",
                    weights.path(),
                    config.architecture(),
                    Listing.of(unread));
        }
        if (config.normalization() == Normalization.EXPECTED_AVERAGE_ONLY_IN) {
            LOG.warn(
                    "{} was trained with normalize_activations = {}, a factor that its publisher folds into the weights or"
                            + " gives beside them; none is given here, so activations are used as they are",
                    folder.label(),
                    config.normalization().label());
        }
    }

    /** A clone without Git LFS leaves a few lines of text in place of each file. */
    private static void refuseLfsPointer(Path path) {
        try {
            byte[] start = new byte[LFS_POINTER.length];
            int read;
            try (InputStream in = Files.newInputStream(path)) {
                read = in.readNBytes(start, 0, start.length);
            }
            if (read == start.length && Arrays.equals(start, LFS_POINTER)) {
                throw new SaeLoadException(
                        path + " is a Git LFS pointer, not the file itself. Fetch it with: git lfs pull.");
            }
        } catch (IOException e) {
            throw Unreadable.because(path, e);
        }
    }
}
