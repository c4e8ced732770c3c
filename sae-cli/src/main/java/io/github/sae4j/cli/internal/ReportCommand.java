package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.analysis.report.ReportPage;
import io.github.sae4j.analysis.survey.NormHistogram;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.activations.ActivationSource;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.internal.files.TextOutput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sae report}: makes a page of what an SAE does on saved activations. */
@Command(
        name = "report",
        description = "Make a page of HTML that shows what an SAE does on saved activations.",
        footer = {
            "",
            "The page has the measures of sae eval, how often features fire and how many on a token, a table of all"
                    + " features, and for the first of them what sae features shows. It loads nothing from anywhere.",
            "",
            "Examples:",
            "  sae report x.safetensors --sae layer_19 --out report.html"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class ReportCommand implements Runnable {

    private static final String ENDING = ".html";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ActivationOptions input;

    @Mixin
    private RunOptions options;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The page to make, an .html file.")
    private Path out;

    @Option(names = "--force", description = "Replace FILE if it is there already.")
    private boolean force;

    @Option(
            names = "--top",
            paramLabel = "M",
            converter = AtLeastOne.class,
            description = "Show the M features in detail that come first by --by; default ${DEFAULT-VALUE}.")
    private int top = 50;

    @Mixin
    private SurveyOptions survey;

    @Override
    public void run() {
        ActivationSource source = input.source(spec);
        if (source.isStandardInput()) {
            throw new ParameterException(
                    spec.commandLine(), "a report reads the activations twice, but standard input comes once");
        }
        if (top > SurveyJob.MOST_FEATURES) {
            throw new ParameterException(
                    spec.commandLine(),
                    "at most " + SurveyJob.MOST_FEATURES + " features can be shown in detail, not " + top);
        }
        OutputFile target = target(source);
        Terminal terminal = Terminal.of(spec);
        try (OpenSae sae = options.openForOutput(terminal);
                Activations activations = input.open(source, sae)) {
            Summary summary = Summary.start();
            ReconstructionQuality quality = ReconstructionQuality.of(sae.sae());
            NormHistogram norms = new NormHistogram();
            FeatureReport features = new SurveyJob(activations, sae, options.batchTokens(), survey, terminal)
                    .first(top, () -> input.open(source, sae), batches -> (batch, active) -> {
                        norms.add(batch);
                        if (quality != null) {
                            quality.add(batch, batches.reconstruct(batch, active));
                        }
                    });
            Evaluation evaluation = new Evaluation(features.survey().firings(), quality);
            ReportData data =
                    new ReportData(sae, activations, features, survey.order(), evaluation, norms, survey.tokens());
            TextOutput.write(target, ReportPage.of(data.title(), data.json()));
            terminal.note(summary.leftOut(activations)
                    .line(activations.layout().tokens(), sae.sae(), List.of(target.made())));
        }
    }

    private OutputFile target(ActivationSource source) {
        if (!String.valueOf(out.getFileName()).toLowerCase(Locale.ROOT).endsWith(ENDING)) {
            throw OutputOptions.wrongEnding(out, ENDING, spec);
        }
        List<Path> inputs = new ArrayList<>(source.files());
        Path tokens = survey.tokens();
        if (tokens != null) {
            inputs.add(tokens);
        }
        OutputOptions.requireOther(out, inputs, spec);
        return OutputFile.of(out, force);
    }
}
