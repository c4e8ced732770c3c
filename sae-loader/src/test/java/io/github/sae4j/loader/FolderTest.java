package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import ai.djl.Device;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.internal.ClassPath;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsException;
import io.github.sae4j.tensors.TensorFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders on this machine: which ones open, and the sentence for each that does not. */
class FolderTest {

    private static final float[] TOKEN = {2.25f, 0.75f};
    /** relu((2, 1) W_enc + b_enc), with (2, 1) the token less b_dec. */
    private static final float[] FEATURES = {2, 1.5f, 2};

    @TempDir
    private Path folder;

    @Test
    void opensAndEncodes() {
        try (SparseAutoencoder sae = SAE.fromDisk(new TinySae().in(folder))) {
            assertThat(sae.encode(TOKEN).toDense()[0]).containsExactly(FEATURES);
            assertThat(sae.source().description()).isEqualTo(folder.toString());
            assertThat(sae.source().repository()).isEmpty();
            assertThat(sae.source().commit()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "F64", "BF16"})
    void readsBiasesOfEveryFloatType(Dtype dtype) {
        TinySae stored = new TinySae()
                .tensor("b_enc", dtype, new float[] {0, 0.5f, -1}, 3)
                .tensor("b_dec", dtype, new float[] {0.25f, -0.25f}, 2);

        try (SparseAutoencoder sae = open(stored)) {
            assertThat(sae.encode(TOKEN).toDense()[0]).containsExactly(FEATURES);
        }
    }

    @Test
    void keepsMatricesInTheirStoredTypeWhateverTheConfigurationSays() {
        TinySae stored = new TinySae()
                .tensor("W_enc", Dtype.BF16, new float[] {1, 0, 1, 0, 1, 1}, 2, 3)
                .tensor("W_dec", Dtype.BF16, new float[] {1, 0, 0, 1, 1, 1}, 3, 2);

        try (SparseAutoencoder sae = open(stored)) {
            assertThat(sae.weightType()).isEqualTo(WeightType.BFLOAT16);
            assertThat(sae.config().dtype()).contains("float32");
            assertThat(sae.encode(TOKEN).toDense()[0]).containsExactly(FEATURES);
        }
    }

    @Test
    void saysThatALibraryOnTheClassPathIsOfAnotherVersion() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> ClassPath.whole(() -> {
                    throw new NoSuchMethodError("'void com.example.Reader.setLimit(int)'");
                }))
                .withMessage("A library on the class path is missing, or of a version that this one does not go with"
                        + " (java.lang.NoSuchMethodError: 'void com.example.Reader.setLimit(int)'). mvn dependency:tree"
                        + " shows which versions there are.");
    }

    @Test
    void saysInOneLineWhatWasOpened() {
        new TinySae().in(folder);
        try (CapturedLog log = new CapturedLog()) {
            SAE.from(folder).device(Device.cpu()).open().close();

            assertThat(log.lines("INFO"))
                    .singleElement()
                    .asString()
                    .startsWith("Opened " + folder + ": standard, d_in 2, d_sae 3, float32 weights, on cpu with the ");
            assertThat(log.lines("WARN")).isEmpty();
        }
    }

    @Test
    void assumesAStandardSaeWithoutAConfigurationAndSaysSoOnce() {
        new TinySae().config(null).in(folder);
        try (CapturedLog log = new CapturedLog();
                SparseAutoencoder sae = SAE.fromDisk(folder)) {
            assertThat(sae.config()).isEqualTo(SaeConfig.standard(2, 3));
            assertThat(sae.encode(TOKEN).toDense()[0]).containsExactly(FEATURES);
            assertThat(sae.source().files()).containsExactly("sae_weights.safetensors");
            assertThat(log.lines("WARN"))
                    .containsExactly(folder + " has no cfg.json: d_in = 2 and d_sae = 3 are taken from W_enc, and a"
                            + " standard SAE that subtracts b_dec from its input is assumed");
        }
    }

    @Test
    void doesNotTakeAnotherArchitectureForAStandardSae() {
        new TinySae()
                .config(null)
                .tensor("threshold", Dtype.F32, new float[] {1, 1, 1}, 3)
                .in(folder);
        try (SparseAutoencoder sae = SAE.fromDisk(folder)) {
            assertThat(sae.config().architecture().label()).isEqualTo("jumprelu");
        }
        assertRefused(
                new TinySae().config(null).tensor("b_gate", Dtype.F32, new float[] {1, 1, 1}, 3),
                weights() + " has no tensor b_mag. It has: W_dec, W_enc, b_dec, b_enc, b_gate.");
        assertRefused(
                new TinySae().config(null).tensor("W_skip", Dtype.F32, new float[] {1, 1, 1, 1}, 2, 2),
                weights() + " has a W_skip, as transcoders have, but there is no cfg.json that would say what it reads"
                        + " and writes.");
    }

    @Test
    void refusesFurtherTensorsUnlessTheUserLetsThemThrough() {
        new TinySae()
                .tensor("extra_a", Dtype.F32, new float[] {1}, 1)
                .tensor("log_threshold", Dtype.F32, new float[] {1}, 1)
                .in(folder);

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder))
                .withMessageStartingWith(weights() + " has tensors that nothing here understands in a standard SAE: ")
                .withMessageContaining("extra_a F32 [1]")
                .withMessageContaining("log_threshold may be thresholds, as JumpReLU and batch top-k SAEs have.");
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.from(folder).allowUnknown("extra_a").open())
                .withMessageContaining(
                        "a tensor that nothing here understands in a standard SAE: log_threshold F32 [1].");
        try (SparseAutoencoder sae =
                SAE.from(folder).allowUnknown("extra_a", "log_threshold").open()) {
            assertThat(sae.encode(TOKEN).toDense()[0]).containsExactly(FEATURES);
            assertThat(sae.source().allowedUnknown()).containsExactlyInAnyOrder("extra_a", "log_threshold");
        }
    }

    @Test
    void refusesToLetThroughWhatIsNotThere() {
        new TinySae().in(folder);

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.from(folder).allowUnknown("extra").open())
                .withMessage("allowUnknown(\"extra\") has no effect: " + folder
                        + " has no tensor or field of this name that is not understood.");
    }

    @Test
    void tellsWhatEachTensorAndFieldIsUsedFor() {
        new TinySae().in(folder);

        assertThat(SAE.from(folder).describe().uses())
                .extracting(SaeDescription.Use::file, SaeDescription.Use::name, SaeDescription.Use::purpose)
                .contains(tuple("sae_weights.safetensors", "W_enc", "W_enc"), tuple("cfg.json", "d_in", "read"));
    }

    @Test
    void ignoresAScalingFactorOfOnesSilently() {
        new TinySae()
                .tensor("scaling_factor", Dtype.F32, new float[] {1, 1, 1}, 3)
                .in(folder);
        try (CapturedLog log = new CapturedLog()) {
            SAE.fromDisk(folder).close();

            assertThat(log.lines("WARN")).isEmpty();
        }
    }

    @Test
    void refusesAnyOtherScalingFactor() {
        assertRefused(
                new TinySae().tensor("scaling_factor", Dtype.F32, new float[] {1, 1.5f, 1}, 3),
                weights() + ": scaling_factor is not all ones (1.5 is among them). No version of SAELens can load such"
                        + " an SAE, so what it should compute is not defined.");
    }

    @Test
    void warnsOfANormalisationThatIsFoldedElsewhere() {
        new TinySae()
                .config(TinySae.CONFIG.replace(
                        "\"d_in\"", "\"normalize_activations\": \"expected_average_only_in\", \"d_in\""))
                .in(folder);
        try (CapturedLog log = new CapturedLog();
                SparseAutoencoder sae = SAE.fromDisk(folder)) {
            assertThat(sae.encode(TOKEN).toDense()[0]).containsExactly(FEATURES);
            assertThat(log.lines("WARN"))
                    .singleElement()
                    .asString()
                    .contains("normalize_activations = expected_average_only_in", "activations are used as they are");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"W_enc", "W_dec", "b_enc", "b_dec"})
    void refusesWeightsThatLackATensor(String tensor) {
        new TinySae().without(tensor).in(folder);

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder))
                .withMessageStartingWith(weights() + " has no tensor " + tensor + ". It has: ");
    }

    @Test
    void refusesShapesThatContradictTheConfiguration() {
        assertRefused(
                new TinySae().config(TinySae.CONFIG.replace("\"d_in\": 2", "\"d_in\": 4")),
                weights() + ": W_enc has the shape [2, 3], but should have [4, 3], because cfg.json says d_in = 4 and"
                        + " d_sae = 3.");
    }

    @Test
    void refusesShapesThatContradictEachOther() {
        assertRefused(
                new TinySae().tensor("b_enc", Dtype.F32, new float[] {1, 2}, 2),
                weights() + ": b_enc has the shape [2], but should have [3], because cfg.json says d_in = 2 and d_sae ="
                        + " 3.");
        assertRefused(
                new TinySae().config(null).tensor("b_dec", Dtype.F32, new float[] {1}, 1),
                weights()
                        + ": b_dec has the shape [1], but should have [2], because W_enc says d_in = 2 and d_sae = 3.");
        assertRefused(
                new TinySae().tensor("W_dec", Dtype.F32, new float[] {1, 0, 1, 0, 1, 1}, 2, 3),
                weights() + ": W_dec has the shape [2, 3], but should have [3, 2], because cfg.json says d_in = 2 and"
                        + " d_sae = 3.");
    }

    @Test
    void refusesNumberFormatsThatAreNotFloats() {
        assertRefused(
                new TinySae().tensor("b_enc", Dtype.I32, new float[] {1, 2, 3}, 3),
                weights() + ": \"b_enc\" is stored as I32, but should be F32, F16, BF16 or F64.");
        assertRefused(
                new TinySae().tensor("W_enc", Dtype.I32, new float[] {1, 0, 1, 0, 1, 1}, 2, 3),
                weights() + ": \"W_enc\" is stored as I32, but should be F32, F16, BF16 or F64.");
    }

    @Test
    void refusesSizesThatNothingTells() {
        assertRefused(
                new TinySae().config(null).tensor("W_enc", Dtype.F32, new float[] {1, 2, 3}, 3),
                weights() + ": W_enc has the shape [3], but should be a matrix that tells the sizes d_in and d_sae.");
    }

    @Test
    void refusesFiringFrequenciesOfAnotherSae() {
        Path sparsity = folder.resolve("sparsity.safetensors");
        assertRefused(
                new TinySae().sparsity("sparsity", new float[] {-1, -2}),
                sparsity + ": sparsity has the shape [2], but should have [3], because d_sae is 3.");
        assertRefused(
                new TinySae().sparsity("other", new float[] {-1, -2, -3}),
                sparsity + " has no tensor sparsity. It has: other.");
    }

    @Test
    void passesOnWhatIsWrongWithTheWeightsFile() throws IOException {
        new TinySae().in(folder);
        Files.write(weights(), new byte[] {1, 2, 3});

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder))
                .withMessageContaining(weights().toString())
                .withCauseInstanceOf(TensorFileException.class)
                .withRootCauseInstanceOf(SafetensorsException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cfg.json", "sae_weights.safetensors", "sparsity.safetensors"})
    void recognisesAGitLfsPointer(String name) throws IOException {
        Path file = new TinySae().in(folder).resolve(name);
        Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 604000000\n");

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder))
                .withMessage(file + " is a Git LFS pointer, not the file itself. Fetch it with: git lfs pull.");
    }

    @Test
    void namesAConfigurationThatIsNotText() throws IOException {
        new TinySae().in(folder);
        Files.write(folder.resolve("cfg.json"), new byte[] {'"', (byte) 0xff, '"'});

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder))
                .withMessage(folder.resolve("cfg.json") + " is not JSON: it is not UTF-8.");
    }

    @Test
    void refusesADeviceThatIsNotThere() {
        new TinySae().in(folder);

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.from(folder).device(Device.gpu(97)).open())
                .withMessageStartingWith(folder + " cannot be opened: ")
                .withCauseInstanceOf(SaeException.class);
    }

    @Test
    void letsNonFiniteActivationsThroughOnRequestOnly() {
        new TinySae().in(folder);
        float[] token = {Float.NaN, 1};

        try (SparseAutoencoder strict = SAE.fromDisk(folder);
                SparseAutoencoder lenient =
                        SAE.from(folder).allowNonFinite(true).open()) {
            assertThatExceptionOfType(SaeException.class).isThrownBy(() -> strict.encode(token));
            assertThat(lenient.encode(token).tokens()).isEqualTo(1);
        }
    }

    @Test
    void tellsTheSha256OfTheWeights() throws IOException {
        new TinySae().in(folder);
        try (SparseAutoencoder sae = SAE.fromDisk(folder)) {
            String expected = sha256(Files.readAllBytes(weights()));

            assertThat(sae.source().sha256().orElseThrow()).isEqualTo(expected).hasSize(64);
        }
    }

    @Test
    void saysThatTheWeightsAreGoneWhenTheirSha256IsAskedFor() throws IOException {
        new TinySae().in(folder);
        try (SparseAutoencoder sae = SAE.fromDisk(folder)) {
            Files.move(weights(), folder.resolve("moved"));

            assertThatExceptionOfType(SaeException.class)
                    .isThrownBy(() -> sae.source().sha256())
                    .withMessage(weights() + " cannot be read: it is no longer there.");
        }
    }

    private SparseAutoencoder open(TinySae stored) {
        return SAE.fromDisk(stored.in(folder));
    }

    private void assertRefused(TinySae stored, String message) {
        try {
            Files.deleteIfExists(folder.resolve("cfg.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        stored.in(folder);
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder))
                .withMessage(message);
    }

    private Path weights() {
        return folder.resolve("sae_weights.safetensors");
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
