package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.report.Report;
import io.github.sae4j.analysis.survey.Survey;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.activations.ActivationSource;
import io.github.sae4j.data.activations.Activations;
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
    private EncodingOptions options;

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
        if (top > Survey.MOST_FEATURES) {
            throw new ParameterException(
                    spec.commandLine(),
                    "at most " + Survey.MOST_FEATURES + " features can be shown in detail, not " + top);
        }
        OutputFile target = target(source);
        Terminal terminal = Terminal.of(spec);
        try (OpenSae sae = options.openForOutput(terminal);
                Activations activations = input.open(source, sae)) {
            Summary summary = Summary.start();
            Survey asked = survey.of(sae, options.batchTokens(), terminal);
            Report report = Report.of(
                    asked,
                    top,
                    activations,
                    () -> input.open(source, sae),
                    () -> sae.provenance(activations),
                    SettingOptions::spelled);
            report.writeTo(target);
            terminal.note(summary.leftOut(activations)
                    .l0(report.evaluation().firings().l0())
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
        return OutputOptions.file(out, force);
    }
}
