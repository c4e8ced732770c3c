package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

class SparseFeaturesTest {

    /** Three tokens: features 1, 4 and 6; none; features 0 and 9. */
    private static SparseFeatures three() {
        return SparseFeatures.of(
                10,
                new long[] {3},
                new int[] {0, 3, 3, 5},
                new int[] {1, 4, 6, 0, 9},
                new float[] {2, 5, 2, 1, 3},
                InverseTransform.identity());
    }

    @Test
    void givesValuesOfActiveFeaturesAndZeroForOthers() {
        SparseFeatures features = three();
        assertThat(features.value(0, 4)).isEqualTo(5);
        assertThat(features.value(0, 5)).isZero();
        assertThat(features.value(1, 0)).isZero();
        assertThat(features.value(2, 9)).isEqualTo(3);
        assertThat(features.toDense()[2]).containsExactly(1, 0, 0, 0, 0, 0, 0, 0, 0, 3);
    }

    @Test
    void countsActiveFeatures() {
        assertThat(three().activeCount()).isEqualTo(5);
        assertThat(three().activeCount(1)).isZero();
        assertThat(three().l0()).isEqualTo(5 / 3.0);
        assertThat(three().shape()).containsExactly(3, 10);
    }

    @Test
    void ordersTheStrongestFirstAndTheLowerIndexFirstAmongEquals() {
        assertThat(three().top(0, 5)).containsExactly(new Feature(4, 5), new Feature(1, 2), new Feature(6, 2));
        assertThat(three().top(0, 2)).containsExactly(new Feature(4, 5), new Feature(1, 2));
        assertThat(three().top(1, 2)).isEmpty();
    }

    @Test
    void keepsTheStrongestOfEachTokenByAscendingIndex() {
        SparseFeatures two = three().topK(2);
        assertThat(two.active(0)).containsExactly(new Feature(1, 2), new Feature(4, 5));
        assertThat(two.active(1)).isEmpty();
        assertThat(two.active(2)).containsExactly(new Feature(0, 1), new Feature(9, 3));
        assertThat(three().topK(1).active(2)).containsExactly(new Feature(9, 3));
    }

    @Test
    void editsValuesAndDropsThoseThatBecomeZero() {
        SparseFeatures edited = three().edit((token, feature, value) -> feature == 4 ? 0 : value * 2 + token);
        assertThat(edited.active(0)).containsExactly(new Feature(1, 4), new Feature(6, 4));
        assertThat(edited.active(2)).containsExactly(new Feature(0, 4), new Feature(9, 8));
        assertThat(three().active(0)).hasSize(3);
    }

    @Test
    void putsAFeatureToAValueInEveryTokenWhetherItWasActiveOrNot() {
        SparseFeatures clamped = three().with(4, 7);
        assertThat(clamped.active(0)).containsExactly(new Feature(1, 2), new Feature(4, 7), new Feature(6, 2));
        assertThat(clamped.active(1)).containsExactly(new Feature(4, 7));
        assertThat(clamped.active(2)).containsExactly(new Feature(0, 1), new Feature(4, 7), new Feature(9, 3));
        assertThat(three().with(9, 1).active(1)).containsExactly(new Feature(9, 1));
        assertThat(three().with(0, -1).active(0)).startsWith(new Feature(0, -1));
        assertThat(three().with(4, 0)).isEqualTo(three().without(4));
        assertThatThrownBy(() -> three().with(10, 1)).hasMessage("There is no feature 10: d_sae is 10.");
    }

    @Test
    void leavesFeaturesOutInEveryToken() {
        SparseFeatures ablated = three().without(9, 1, 5);
        assertThat(ablated.active(0)).containsExactly(new Feature(4, 5), new Feature(6, 2));
        assertThat(ablated.active(2)).containsExactly(new Feature(0, 1));
        assertThat(three().without()).isEqualTo(three());
        assertThatThrownBy(() -> three().without(-1)).hasMessage("There is no feature -1: d_sae is 10.");
        assertThatThrownBy(() -> three().without((int[]) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("features must not be null.");
    }

    @Test
    void areEqualWhereEveryNumberIs() {
        assertThat(three()).isEqualTo(three()).hasSameHashCodeAs(three());
        assertThat(three().edit((token, feature, value) -> feature == 9 ? 4 : value))
                .isNotEqualTo(three());
        assertThat(three().topK(2)).isNotEqualTo(three());
        SparseFeatures scaled = SparseFeatures.of(
                10,
                new long[] {1},
                new int[] {0, 1},
                new int[] {3},
                new float[] {1},
                InverseTransform.of(0, new float[] {2}));
        SparseFeatures otherwise = SparseFeatures.of(
                10,
                new long[] {1},
                new int[] {0, 1},
                new int[] {3},
                new float[] {1},
                InverseTransform.of(0, new float[] {3}));
        assertThat(scaled).isNotEqualTo(otherwise);
        assertThat(scaled.with(3, 1)).isEqualTo(scaled).hasSameHashCodeAs(scaled);
    }

    @Test
    void cannotBeChangedThroughWhatItReturnsOrWasMadeFrom() {
        int[] indices = {1};
        SparseFeatures features = SparseFeatures.of(
                2, new long[] {1}, new int[] {0, 1}, indices, new float[] {1}, InverseTransform.identity());
        indices[0] = 0;
        features.leadingShape()[0] = 7;
        assertThat(features.indices().get(0)).isEqualTo(1);
        assertThat(features.leadingShape()).containsExactly(1);
        assertThatThrownBy(() -> features.values().put(0, 2)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void rejectsRowsThatBreakTheForm() {
        assertBad("take 4 row offsets, but there are 3", new int[] {0, 1, 2}, new int[] {0, 1}, new float[2]);
        assertBad("1 feature indices, but 2 values", new int[] {0, 1, 1, 1}, new int[] {0}, new float[2]);
        assertBad("but go from 1 to 1", new int[] {1, 1, 1, 1}, new int[] {0}, new float[1]);
        assertBad("but go from 0 to 2", new int[] {0, 1, 1, 2}, new int[] {0}, new float[1]);
        assertBad("Row offset 2 must be from 1 to 1, but is 0", new int[] {0, 1, 0, 1}, new int[] {0}, new float[1]);
        assertBad("Row offset 1 must be from 0 to 1, but is 5", new int[] {0, 5, 1, 1}, new int[] {0}, new float[1]);
        assertBad("but 3 follows 3", new int[] {0, 2, 2, 2}, new int[] {3, 3}, new float[2]);
        assertBad("but 2 follows 3", new int[] {0, 2, 2, 2}, new int[] {3, 2}, new float[2]);
        assertBad("but 10 follows -1", new int[] {0, 1, 1, 1}, new int[] {10}, new float[1]);
        assertBad("but -2 follows -1", new int[] {0, 1, 1, 1}, new int[] {-2}, new float[1]);
    }

    private static void assertBad(String sentence, int[] rowOffsets, int[] indices, float[] values) {
        assertThatThrownBy(() ->
                        SparseFeatures.of(10, new long[] {3}, rowOffsets, indices, values, InverseTransform.identity()))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void rejectsLeadingShapesThatAreNone() {
        for (long[] shape : new long[][] {{-1}, {1L << 40}, {1L << 20, 1L << 20}}) {
            assertThatThrownBy(() -> SparseFeatures.of(
                            10, shape, new int[1], new int[0], new float[0], InverseTransform.identity()))
                    .isInstanceOf(SaeException.class)
                    .hasMessageContaining("leading shape");
        }
    }

    @Test
    void rejectsTokensAndFeaturesThatAreNotThere() {
        assertThatThrownBy(() -> three().top(3, 1))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("no token 3");
        assertThatThrownBy(() -> three().active(-1))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("no token -1");
        assertThatThrownBy(() -> three().value(0, 10))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("no feature 10");
        assertThatThrownBy(() -> three().topK(0))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("k must be");
    }

    @Test
    void endInASentenceWhereAnArrayCannotHoldThem() {
        assertThat(RowsBuilder.roomAfter(100)).isEqualTo(150);
        assertThat(RowsBuilder.roomAfter(Integer.MAX_VALUE - 9)).isEqualTo(Integer.MAX_VALUE - 8);
        assertThatThrownBy(() -> RowsBuilder.roomAfter(Integer.MAX_VALUE - 8))
                .isInstanceOf(SaeException.class)
                .hasMessage("The result would have more than 2147483639 active features, more than one result can hold:"
                        + " take fewer tokens at a time.");
    }
}
