package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.internal.report.Measures;
import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.data.activations.Activations;

/** Says what an evaluation found, to people and to programs. */
final class EvaluationReport {

    private final OpenSae sae;
    private final Activations activations;
    private final Evaluation evaluation;

    /**
     * Prepares a report.
     *
     * @param sae the SAE
     * @param activations what was read
     * @param evaluation what was found
     */
    EvaluationReport(OpenSae sae, Activations activations, Evaluation evaluation) {
        this.sae = sae;
        this.activations = activations;
        this.evaluation = evaluation;
    }

    /** Prints aligned lines. */
    void print(Terminal terminal) {
        LabelledLines facts = new LabelledLines(terminal, 20);
        String skipped = SettingOptions.spelled(activations.leftOut());
        facts.line("SAE", sae.lastingName());
        facts.line(
                "activations",
                activations.sourceName() + ", "
                        + Quantity.tokens(evaluation.firings().tokens())
                        + (skipped.isEmpty()
                                ? ""
                                : ", " + SettingOptions.leftOutCount(activations) + " left out by " + skipped));
        Measures.of(evaluation, dIn()).forEach(facts::line);
        facts.line("note", Advice.of(evaluation.quality().orElse(null), sae.sae()));
    }

    /** Prints one JSON object; null stands for what is not defined. */
    void printJson(Terminal terminal) {
        terminal.print(sae.json(activations).of(evaluation));
    }

    private int dIn() {
        return sae.sae().config().dIn();
    }
}
