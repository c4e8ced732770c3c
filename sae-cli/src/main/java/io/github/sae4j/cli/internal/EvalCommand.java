package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.data.activations.ActivationSource;
import io.github.sae4j.data.activations.Activations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sae eval}: measures how well an SAE does on saved activations. */
@Command(
        name = "eval",
        description =
                "Measure how sparse an SAE's features are on saved activations, and how well they reconstruct them.",
        footer = {
            "",
            "A feature fires where it is not zero; its density is the share of the tokens on which it does. Dead ones"
                    + " never fire, dense ones on more than a tenth of the tokens. Of transcoders, and of SAEs without a"
                    + " decoder, only the features are measured.",
            "",
            "Examples:",
            "  sae eval activations.safetensors --sae layer_19",
            "  sae eval x.npy --sae ./my-sae --skip-first 1 --json"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class EvalCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ActivationOptions input;

    @Mixin
    private EncodingOptions options;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    private Evaluation evaluation(Activations activations, OpenSae sae, Terminal terminal) {
        try (Progress progress =
                Progress.start(terminal, "evaluating", activations.layout().tokens())) {
            return Evaluation.of(activations, sae.sae(), options.batchTokens(), progress::advance);
        }
    }

    @Override
    public void run() {
        Terminal terminal = Terminal.of(spec);
        ActivationSource source = input.source(spec);
        try (OpenSae sae = json ? options.openForOutput(terminal) : options.open(terminal);
                Activations activations = input.open(source, sae)) {
            Evaluation evaluation = evaluation(activations, sae, terminal);
            EvaluationReport report = new EvaluationReport(sae, activations, evaluation);
            if (json) {
                report.printJson(terminal);
            } else {
                report.print(terminal);
            }
        }
    }
}
