package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.FLOATS;
import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.LANES;

import io.github.sae4j.core.Strength;
import io.github.sae4j.core.internal.host.SelectionRule;
import io.github.sae4j.core.internal.host.Strongest;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Finds the active features in sums while they are in cache. Nearly all groups of sums end after one comparison with what
 * a feature must be above; only where one is above, or is not a number, the rule itself looks at it.
 */
final class Selection {

    private final SelectionRule rule;
    private final boolean paired;
    private final float[] bias;
    private final float[] above;
    private final float[] norms;
    private final float[] ranks;
    private final boolean byMagnitude;

    /** Creates it for sums whose features stand as panels have them. */
    Selection(SelectionRule rule, Panels panels) {
        this.rule = rule;
        this.paired = panels.isPaired();
        this.bias = placed(rule.bias(), 0, panels);
        this.above = placed(rule.activeAbove(), Float.POSITIVE_INFINITY, panels);
        this.norms = rule.norms().length == 0 ? rule.norms() : placed(rule.norms(), 0, panels);
        this.ranks = rule.ranks().length == 0 ? rule.ranks() : placed(rule.ranks(), 0, panels);
        this.byMagnitude = rule.rule().strength() == Strength.MAGNITUDE;
    }

    private static float[] placed(float[] values, float rest, Panels panels) {
        float[] placed = new float[(values.length + GROUP - 1) / GROUP * GROUP];
        Arrays.fill(placed, rest);
        for (int feature = 0; feature < values.length; feature++) {
            placed[feature / GROUP * GROUP + panels.place(feature)] = values[feature];
        }
        return placed;
    }

    /** Puts the biases of groups of features where sums begin. */
    void begin(int feature, int groups, int tokens, float[] sums) {
        int to = 0;
        for (int group = 0; group < groups; group++) {
            for (int token = 0; token < tokens; token++) {
                System.arraycopy(bias, feature + group * GROUP, sums, to, GROUP);
                to += GROUP;
            }
        }
    }

    /**
     * Finds the active features.
     *
     * @param feature the first feature of the sums, the first of a group
     * @param sums {@code [group][token][GROUP]}
     */
    void select(int feature, int groups, int tokens, float[] sums, ActiveBuffer active) {
        for (int group = 0; group < groups; group++) {
            int first = feature + group * GROUP;
            FloatVector low = FloatVector.fromArray(FLOATS, above, first);
            FloatVector high = FloatVector.fromArray(FLOATS, above, first + LANES);
            for (int token = 0; token < tokens; token++) {
                int at = (group * tokens + token) * GROUP;
                VectorMask<Float> lowBelow =
                        FloatVector.fromArray(FLOATS, sums, at).compare(VectorOperators.LE, low);
                VectorMask<Float> highBelow =
                        FloatVector.fromArray(FLOATS, sums, at + LANES).compare(VectorOperators.LE, high);
                if (!lowBelow.and(highBelow).allTrue()) {
                    look(first, token, sums, at, active);
                }
            }
        }
    }

    private void look(int first, int token, float[] sums, int at, ActiveBuffer active) {
        int end = Math.min(GROUP, rule.dSae() - first);
        for (int within = 0; within < end; within++) {
            int place = place(within);
            float h = sums[at + place];
            if (!(h <= above[first + place])) {
                float value = rule.value(first + within, h);
                if (value != 0) {
                    active.add(token, first + within, value);
                }
            }
        }
    }

    /** Finds the active features that may be among the strongest. */
    void selectStrongest(int feature, int groups, int tokens, float[] sums, Strongest strongest) {
        boolean keepsProducts = rule.rule().keepsProducts();
        for (int group = 0; group < groups; group++) {
            int first = feature + group * GROUP;
            for (int token = 0; token < tokens; token++) {
                int at = (group * tokens + token) * GROUP;
                if (!keepsProducts || mayRise(first, sums, at, strongest.floor(token))) {
                    lookForStrongest(first, token, sums, at, strongest);
                }
            }
        }
    }

    private boolean mayRise(int first, float[] sums, int at, float floor) {
        FloatVector low = FloatVector.fromArray(FLOATS, sums, at);
        FloatVector high = FloatVector.fromArray(FLOATS, sums, at + LANES);
        if (norms.length > 0) {
            low = low.mul(FloatVector.fromArray(FLOATS, norms, first));
            high = high.mul(FloatVector.fromArray(FLOATS, norms, first + LANES));
        }
        if (ranks.length > 0) {
            low = low.mul(FloatVector.fromArray(FLOATS, ranks, first));
            high = high.mul(FloatVector.fromArray(FLOATS, ranks, first + LANES));
        }
        if (byMagnitude) {
            low = low.abs();
            high = high.abs();
        }
        return !low.compare(VectorOperators.LE, floor)
                .and(high.compare(VectorOperators.LE, floor))
                .allTrue();
    }

    private void lookForStrongest(int first, int token, float[] sums, int at, Strongest strongest) {
        int end = Math.min(GROUP, rule.dSae() - first);
        for (int within = 0; within < end; within++) {
            int place = place(within);
            float h = sums[at + place];
            if (!(h <= above[first + place])) {
                float value = rule.value(first + within, h);
                if (rule.strength(first + within, value) > strongest.floor(token)) {
                    strongest.offer(token, first + within, value);
                }
            }
        }
    }

    private int place(int within) {
        return paired ? (within >> 1) + (within & 1) * LANES : within;
    }
}
