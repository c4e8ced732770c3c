package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.loader.SaeSet;
import io.github.sae4j.loader.SetLayer;

/**
 * What there is to tell of a set of layers, a line for each.
 *
 * @param facts takes the lines
 */
record SetDetails(LabelledLines facts) {

    static SetDetails on(Terminal terminal) {
        return new SetDetails(new LabelledLines(terminal, 15));
    }

    void print(SaeSet set) {
        SaeConfig config = set.layer(0).config();
        facts.line("set", set.source().description());
        facts.line("architecture", config.architecture() + ", a set of layers that are decoded together");
        facts.line("layers", Quantity.count(set.layers()));
        facts.line("d_in", Quantity.count(set.d()) + " in each layer");
        facts.line("d_sae", Quantity.count(set.dSae()) + " in each layer");
        boolean whole = set.capabilities().has(SaeCapability.DECODE_WHOLLY);
        facts.line("skip term", whole ? "none" : "added by sae reconstruct");
        facts.line("model", config.metadata().modelName().orElse(null));
        for (int layer = 0; layer < set.layers(); layer++) {
            SetLayer of = set.layer(layer);
            facts.line(
                    "layer " + layer,
                    "reads " + of.readHook().orElse("an unknown hook") + ", writes "
                            + of.writtenHook().orElse("an unknown hook") + ", alone: "
                            + of.name());
        }
        set.source().commit().ifPresent(commit -> facts.line("commit", commit));
        facts.line("files", String.join(", ", set.source().files()));
    }
}
