package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.check.FitCheck;
import io.github.sae4j.analysis.check.HypothesisResult;
import io.github.sae4j.analysis.check.Sample;
import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.data.activations.ActivationSource;
import io.github.sae4j.data.activations.Activations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sae check}: tries whether saved activations are those that an SAE was made for. */
@Command(
        name = "check",
        description = "Try whether saved activations are those that an SAE was made for, and if not, what is wrong.",
        footer = {
            "",
            "About 2,000 tokens from all over the input are read. What is commonly wrong is tried on them: BOS and outliers,"
                    + " b_dec, normalisation, and the SAEs beside this one that are on this machine. The best is what"
                    + " explains most of the variance; it is kept, and the rest tried on top of it while that helps.",
            "",
            "Examples:",
            "  sae check activations.safetensors --sae layer_19"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class CheckCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ActivationOptions input;

    @Mixin
    private RunOptions options;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public void run() {
        Terminal terminal = Terminal.of(spec);
        ActivationSource source = input.source(spec);
        try (OpenSae open = options.open(terminal);
                Activations activations = input.open(source, open)) {
            FitCheck verdict = FitCheck.on(Sample.of(activations), open.sae(), options.beside(open));
            if (json) {
                printJson(open, activations, verdict, terminal);
            } else {
                print(activations, verdict, terminal);
            }
        }
    }

    private static void print(Activations activations, FitCheck verdict, Terminal terminal) {
        Table table = new Table("tried", "explained variance", "L0", "agreement", "tokens");
        for (HypothesisResult trial : verdict.trials()) {
            table.add(
                    trial.name(),
                    Quantity.decimalOrDash(trial.explainedVariance(), 4),
                    Quantity.decimal(trial.l0(), 1),
                    Quantity.decimalOrDash(trial.agreement().orElse(Double.NaN), 3),
                    Quantity.count(trial.tokens()));
        }
        table.printAll(terminal);
        new LabelledLines(terminal, 0).line("left out", SettingOptions.leftOutInWords(activations));
        terminal.print(SettingOptions.spelled(verdict.sentence()));
    }

    private static void printJson(OpenSae sae, Activations activations, FitCheck verdict, Terminal terminal) {
        terminal.print(sae.json(activations).of(verdict, SettingOptions::spelled));
    }
}
