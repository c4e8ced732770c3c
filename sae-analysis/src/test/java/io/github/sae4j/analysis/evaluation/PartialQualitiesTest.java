package io.github.sae4j.analysis.evaluation;

import static io.github.sae4j.analysis.evaluation.RandomTokens.bits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Measures of parts of the tokens add up to those of all, to the last bit. */
class PartialQualitiesTest {

    private static final int TOKENS = 700;
    private static final int WIDTH = 5;

    @ParameterizedTest
    @EnumSource
    void addUpToTheSameBitsHoweverTheTokensAreSpread(RandomTokens.Kind kind) {
        RandomTokens tokens = RandomTokens.of(kind, TOKENS, WIDTH, 1);
        long[] inOneBatch = bits(tokens.measured());
        for (int seed = 0; seed < 10; seed++) {
            List<ReconstructionQuality> parts = parts(tokens.shuffled(seed).groups(1 + 40 * seed, seed));

            assertThat(bits(mergedInAnyOrder(parts, seed)))
                    .as(kind + " " + seed)
                    .isEqualTo(inOneBatch);
        }
    }

    @ParameterizedTest
    @EnumSource
    void addUpToTheSameBitsInOneObjectOrMany(RandomTokens.Kind kind) {
        RandomTokens tokens = RandomTokens.of(kind, TOKENS, WIDTH, 2);
        ReconstructionQuality one = new ReconstructionQuality(WIDTH);
        tokens.shuffled(3).groups(50, 4).forEach(group -> group.addTo(one));

        assertThat(bits(one)).isEqualTo(bits(tokens.measured()));
    }

    @ParameterizedTest
    @EnumSource
    void areTheSameBytesForTheSameBatchesInAnyOrder(RandomTokens.Kind kind) {
        List<RandomTokens> batches = RandomTokens.of(kind, TOKENS, WIDTH, 5).groups(30, 6);
        ReconstructionQuality inOrder = new ReconstructionQuality(WIDTH);
        batches.forEach(batch -> batch.addTo(inOrder));
        for (int seed = 0; seed < 5; seed++) {
            ReconstructionQuality merged = mergedInAnyOrder(parts(batches), seed);

            assertThat(merged.toBytes()).isEqualTo(inOrder.toBytes());
            assertThat(Double.doubleToLongBits(merged.legacyExplainedVariance()))
                    .isEqualTo(Double.doubleToLongBits(inOrder.legacyExplainedVariance()));
        }
    }

    @Test
    void widerThanIsSummedAtOnceAddUpAsWell() {
        int width = 70_001;
        RandomTokens tokens = RandomTokens.of(RandomTokens.Kind.GAUSSIAN, 7, width, 1);
        ReconstructionQuality merged = new ReconstructionQuality(width);
        parts(tokens.groups(1, 1)).forEach(merged::add);

        assertThat(bits(merged)).isEqualTo(bits(tokens.measured()));
    }

    /** As many as wait for their carries, and more; what differs by a single digit would vary. */
    @ParameterizedTest
    @ValueSource(floats = {Float.MAX_VALUE, -Float.MAX_VALUE, 0x1.fffffep0f, -1, Float.MIN_VALUE})
    void ofManyEqualTokensOverflowNowhere(float value) {
        float[][] rows = new float[255][300];
        for (float[] row : rows) {
            Arrays.fill(row, value);
        }
        RandomTokens tokens = new RandomTokens(rows, new float[255][300]);
        ReconstructionQuality all = tokens.measured();
        for (int times = 0; times < 9; times++) {
            all.add(tokens.measured());
            tokens.addTo(all);
            all.add(all);
        }

        assertThat(all.explainedVariance()).isNaN();
        assertThat(all.relativeError()).isCloseTo(1, within(1e-14));
        assertThat(all.meanSquaredError() / (300.0 * value * value)).isCloseTo(1, within(1e-14));
    }

    @Test
    void areLeftAsTheyAreByWhatTakesThemIn() {
        RandomTokens tokens = RandomTokens.of(RandomTokens.Kind.GAUSSIAN, TOKENS, WIDTH, 7);
        ReconstructionQuality part = tokens.measured();
        byte[] before = part.toBytes();
        ReconstructionQuality all = tokens.measured();

        all.add(part);
        tokens.addTo(all);

        assertThat(part.toBytes()).isEqualTo(before);
    }

    @Test
    void takeInThemselves() {
        RandomTokens tokens = RandomTokens.of(RandomTokens.Kind.WIDE, TOKENS, WIDTH, 8);
        ReconstructionQuality twice = tokens.measured();
        twice.add(twice);
        ReconstructionQuality other = tokens.measured();
        tokens.addTo(other);

        assertThat(twice.toBytes()).isEqualTo(other.toBytes());
    }

    @Test
    void ofNothingChangeNothing() {
        ReconstructionQuality all =
                RandomTokens.of(RandomTokens.Kind.GAUSSIAN, 9, WIDTH, 9).measured();
        byte[] before = all.toBytes();

        all.add(new ReconstructionQuality(WIDTH));

        assertThat(all.toBytes()).isEqualTo(before);
        assertThat(new ReconstructionQuality(WIDTH).explainedVariance()).isNaN();
    }

    @Test
    void ofAnotherWidthAreRefused() {
        ReconstructionQuality all = new ReconstructionQuality(4);

        assertThatThrownBy(() -> all.add(new ReconstructionQuality(5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Measures of activations that are 4 wide cannot take in those of some that are 5.");
    }

    private static List<ReconstructionQuality> parts(List<RandomTokens> groups) {
        return groups.stream().map(RandomTokens::measured).toList();
    }

    /** Merges two random ones of them until one is left, each second time through bytes. */
    private static ReconstructionQuality mergedInAnyOrder(List<ReconstructionQuality> parts, long seed) {
        Random random = new Random(seed);
        List<ReconstructionQuality> left = new ArrayList<>(parts);
        while (left.size() > 1) {
            Collections.swap(left, random.nextInt(left.size()), left.size() - 1);
            ReconstructionQuality part = left.remove(left.size() - 1);
            left.get(random.nextInt(left.size()))
                    .add(random.nextBoolean() ? part : ReconstructionQuality.fromBytes(part.toBytes()));
        }
        return left.get(0);
    }
}
