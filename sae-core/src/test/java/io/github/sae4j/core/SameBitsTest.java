package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.fixtures.ReferenceCase;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The vector kernel gives a token the same bits in every batch, layout and number of threads, and reads every number. */
class SameBitsTest {

    /** Neither is a multiple of what a vector, a group or a block of any machine holds. */
    private static final int D_IN = 523;

    private static final int D_SAE = 1301;
    private static final int TOKENS = 45;

    static Stream<TinySae> everyTypeAndRule() {
        return Stream.of(WeightType.values())
                .flatMap(type -> Stream.of(PlainRule.STANDARD, PlainRule.TOPK, PlainRule.GATED)
                        .map(rule -> TinySae.of(
                                        TinySae.config(D_IN, D_SAE, Normalization.LAYER_NORM, Reshape.NONE, true), type)
                                .withRule(rule)));
    }

    @ParameterizedTest
    @MethodSource("everyTypeAndRule")
    void doNotDependOnTheOtherTokensOfABatch(TinySae tiny) {
        float[][] activations = tiny.activations(TOKENS, 1);
        try (SparseAutoencoder sae = vector(tiny)) {
            float[][] all = sae.encode(activations).toDense();
            float[][] decoded = sae.decode(sae.encode(activations));
            for (int count : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 31, 44}) {
                SparseFeatures few = sae.encode(Arrays.copyOf(activations, count));
                assertSame(few.toDense(), all, count + " tokens");
                assertSame(sae.decode(few), decoded, count + " tokens, decoded");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyTypeAndRule")
    void doNotDependOnHowTheEncoderLies(TinySae tiny) {
        float[][] activations = tiny.activations(TOKENS, 2);
        try (SparseAutoencoder straight = vector(tiny);
                SparseAutoencoder inParts = vector(tiny.inParts(7));
                SparseAutoencoder lying = vector(tiny.lyingTransposed(true, false));
                SparseAutoencoder lyingInParts = vector(tiny.inParts(7).lyingTransposed(true, false))) {
            for (int count : new int[] {1, 4, TOKENS}) {
                float[][] some = Arrays.copyOf(activations, count);
                float[][] expected = straight.encode(some).toDense();
                assertSame(inParts.encode(some).toDense(), expected, "inParts");
                assertSame(lying.encode(some).toDense(), expected, "lying");
                assertSame(lyingInParts.encode(some).toDense(), expected, "lyingInParts");
            }
        }
    }

    @Test
    void doNotDependOnTheNumberOfThreads(@TempDir Path folder) throws Exception {
        String one = hash(folder, "-Dsae4j.threads=1");
        assertThat(hash(folder, "-Dsae4j.threads=2")).isEqualTo(one);
        assertThat(hash(folder, "-Dsae4j.threads=7")).isEqualTo(one);
    }

    /** Tiles and blocks have other shapes with narrower vectors; where the processor has no wider ones, nothing differs. */
    @Test
    void doNotDependOnTheWidthOfVectors(@TempDir Path folder) throws Exception {
        String narrow = hash(folder, "-XX:MaxVectorSize=16");
        assertThat(hash(folder, "-XX:MaxVectorSize=32")).isEqualTo(narrow);
        assertThat(hash(folder, "-XX:MaxVectorSize=64")).isEqualTo(narrow);
    }

    private static String hash(Path folder, String option) throws Exception {
        ForkedJvm run = ForkedJvm.run(folder, Hashes.class, ForkedJvm.VECTORS, option);
        assertThat(run.exitCode()).as(run.output()).isZero();
        return run.output()
                .lines()
                .filter(line -> line.startsWith("hash "))
                .findFirst()
                .orElseThrow();
    }

    /** Prints a hash of what encoding and decoding give. */
    static final class Hashes {

        private Hashes() {}

        public static void main(String[] args) {
            long hash = 0;
            for (PlainRule rule : PlainRule.values()) {
                TinySae tiny = TinySae.of(
                                TinySae.config(D_IN, D_SAE, Normalization.NONE, Reshape.NONE, true),
                                WeightType.BFLOAT16)
                        .withRule(rule);
                try (SparseAutoencoder sae = vector(tiny)) {
                    SparseFeatures features = sae.encode(tiny.activations(300, 3));
                    hash = 31 * hash + Arrays.deepHashCode(features.toDense());
                    hash = 31 * hash + Arrays.deepHashCode(sae.decode(features));
                }
            }
            System.out.println("hash " + hash);
        }
    }

    /** One input, as many features as there are numbers of 16 bits: the products are the weights. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void readsEveryNumberThatATypeHas(WeightType type) {
        int numbers = 1 << Short.SIZE;
        ByteBuffer bits = ByteBuffer.allocateDirect(numbers * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int number = 0; number < numbers; number++) {
            bits.putShort((short) number);
        }
        bits.flip();
        WeightMatrix row = WeightMatrix.of(type, 1, numbers, List.of(bits));
        SaeConfig config = TinySae.config(1, numbers, Normalization.NONE, Reshape.NONE, false);
        for (boolean lying : new boolean[] {false, true}) {
            WeightMatrix column = WeightMatrix.of(type, numbers, 1, List.of(bits));
            try (SparseAutoencoder sae = SparseAutoencoder.builder(config)
                    .encoder(lying ? column.transposed() : row)
                    .decoder(column)
                    .decoderBias(new float[1])
                    .activation(Relu.of(new float[numbers]))
                    .allowNonFinite(true)
                    .kernel(Kernel.VECTOR)
                    .build()) {
                for (int tokens : new int[] {1, 2, 9}) {
                    float[][] ones = new float[tokens][1];
                    ones[tokens - 1][0] = 1;
                    float[] values = sae.encode(ones).toDense()[tokens - 1];
                    for (int number = 0; number < numbers; number++) {
                        Float expected = Math.max(type.get(bits, number * Short.BYTES), 0);
                        assertThat(values[number]).as("%04x", number).isEqualTo(expected);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(WeightType.class)
    void addsUpTheDecoderRowsOfAnyNumberOfFeatures(WeightType type) {
        TinySae tiny = TinySae.of(TinySae.config(D_IN, D_SAE, Normalization.NONE, Reshape.NONE, false), type)
                .inParts(3);
        try (SparseAutoencoder vector = vector(tiny);
                SparseAutoencoder plain = tiny.builder().kernel(Kernel.PLAIN).build()) {
            SparseFeatures features = vector.encode(tiny.activations(9, 4));
            for (int k : new int[] {0, 1, 2, 3, 4, 5, 8, 11, 400}) {
                SparseFeatures some = k == 0 ? features.edit((token, feature, value) -> 0) : features.topK(k);
                float[][] expected = plain.decode(some);
                float[][] found = vector.decode(some);
                for (int token = 0; token < 9; token++) {
                    assertThat(found[token])
                            .as("%d features", k)
                            .is(io.github.sae4j.fixtures.Closeness.closeTo(expected[token]));
                }
            }
        }
    }

    @Test
    void isNotThereWithoutItsModule(@TempDir Path folder) throws Exception {
        ForkedJvm run =
                ForkedJvm.run(folder, WithoutVectors.class, "-Dorg.slf4j.simpleLogger.log.io.github.sae4j=warn");
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output())
                .contains("available [torchscript, plain]")
                .contains("chosen torchscript")
                .containsOnlyOnce("JDK_JAVA_OPTIONS=--add-modules=jdk.incubator.vector")
                .contains("The vector kernel was asked for, but this JVM has no module jdk.incubator.vector: start Java"
                        + " with --add-modules jdk.incubator.vector.");
    }

    @Test
    void isNotChosenWhereFusedMultiplyAddsAreNoInstruction(@TempDir Path folder) throws Exception {
        ForkedJvm run = ForkedJvm.run(
                folder,
                WithoutVectors.class,
                ForkedJvm.VECTORS,
                "-XX:-UseFMA",
                "-Dorg.slf4j.simpleLogger.log.io.github.sae4j=warn");
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output())
                .contains("available [torchscript, vector, plain]")
                .contains("chosen torchscript")
                .doesNotContain("chosen vector")
                .containsOnlyOnce("has no instruction for fused multiply-adds");
    }

    /** Prints which kernel is chosen where there is no Vector API, and what asking for it says. */
    static final class WithoutVectors {

        private WithoutVectors() {}

        public static void main(String[] args) {
            TinySae tiny = TinySae.of(8, 16);
            System.out.println("available " + Kernel.available());
            for (int time = 0; time < 2; time++) {
                try (SparseAutoencoder sae = tiny.open()) {
                    System.out.println("chosen " + sae.kernel());
                }
            }
            try {
                vector(tiny).close();
            } catch (SaeException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"VECTOR", "PLAIN"})
    void saysWhichSaesItDoesNotRun(Kernel kernel) {
        for (ReferenceCase reference : ReferenceCase.all()) {
            if (reference.name().startsWith("temporal")) {
                assertThatThrownBy(() ->
                                ReferenceSae.builder(reference).kernel(kernel).build())
                        .isInstanceOf(SaeException.class)
                        .hasMessage("The " + kernel + " kernel was asked for, but it does not run temporal SAEs.");
            }
        }
    }

    /** Says where two arrays first differ, not all that they hold. */
    private static void assertSame(float[][] found, float[][] expected, String what) {
        for (int row = 0; row < found.length; row++) {
            assertThat(Arrays.mismatch(found[row], expected[row]))
                    .as("%s: first difference in row %d", what, row)
                    .isEqualTo(-1);
        }
    }

    private static SparseAutoencoder vector(TinySae tiny) {
        return tiny.builder().kernel(Kernel.VECTOR).build();
    }
}
