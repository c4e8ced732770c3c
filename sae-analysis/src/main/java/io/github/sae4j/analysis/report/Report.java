package io.github.sae4j.analysis.report;

import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.analysis.internal.report.NormHistogram;
import io.github.sae4j.analysis.internal.report.ReportData;
import io.github.sae4j.analysis.internal.report.ReportPage;
import io.github.sae4j.analysis.survey.Survey;
import io.github.sae4j.analysis.survey.SurveyResult;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.data.internal.files.TextOutput;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A page of HTML of what an SAE does on activations: its measures, how often features fire and how many on a token, a table of
 * all features, and for the first of them what a {@link Survey} finds. It loads nothing from anywhere.
 *
 * <pre>{@code
 * Supplier<ActivationReader> open = () -> Activations.from(Path.of("x.safetensors")).openFor(sae);
 * try (ActivationReader reader = open.get()) {
 *     Report.of(Survey.of(sae), 50, reader, open).writeTo(Path.of("report.html"));
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class Report {

    private final Evaluation evaluation;
    private final String html;

    private Report(Evaluation evaluation, String html) {
        this.evaluation = evaluation;
        this.html = html;
    }

    /**
     * Makes a report, in two passes.
     *
     * @param survey the SAE, and what is told of its features
     * @param features how many features are shown in detail at most, up to {@value Survey#MOST_FEATURES}
     * @param activations the tokens, which are read to their end
     * @param again opens the same tokens once more
     * @throws io.github.sae4j.data.DataException if the activations or the texts cannot be read
     */
    public static Report of(
            Survey survey, int features, ActivationReader activations, Supplier<? extends ActivationReader> again) {
        return of(
                survey,
                features,
                activations,
                again,
                FeatureStream.of(activations, survey.sae()).provenance());
    }

    /**
     * Makes a report that is told where its numbers come from, in two passes.
     *
     * @param survey the SAE, and what is told of its features
     * @param features how many features are shown in detail at most, up to {@value Survey#MOST_FEATURES}
     * @param activations the tokens, which are read to their end
     * @param again opens the same tokens once more
     * @param provenance where the numbers come from; asked for at the end
     * @throws io.github.sae4j.data.DataException if the activations or the texts cannot be read
     */
    public static Report of(
            Survey survey,
            int features,
            ActivationReader activations,
            Supplier<? extends ActivationReader> again,
            Supplier<Provenance> provenance) {
        return of(survey, features, activations, again, provenance, Setting.Value::toString);
    }

    /**
     * Makes a report that is told where its numbers come from, and calls settings as its readers do, in two passes.
     *
     * @param survey the SAE, and what is told of its features
     * @param features how many features are shown in detail at most, up to {@value Survey#MOST_FEATURES}
     * @param activations the tokens, which are read to their end
     * @param again opens the same tokens once more
     * @param provenance where the numbers come from; asked for at the end
     * @param names how the readers know a setting, see {@link io.github.sae4j.data.Sentence#with}
     * @throws io.github.sae4j.data.DataException if the activations or the texts cannot be read
     */
    public static Report of(
            Survey survey,
            int features,
            ActivationReader activations,
            Supplier<? extends ActivationReader> again,
            Supplier<Provenance> provenance,
            Function<Setting.Value, String> names) {
        Optional<ReconstructionQuality> quality = ReconstructionQuality.of(survey.sae());
        NormHistogram norms = new NormHistogram();
        SurveyResult result = quality.map(measured ->
                        survey.forwardFirst(features, activations, again, (batch, forward) -> {
                            measured.add(batch, forward.reconstruction());
                            norms.add(batch);
                        }))
                .orElseGet(() -> survey.first(features, activations, again, (batch, active) -> norms.add(batch)));
        Evaluation evaluation = Evaluation.of(result.survey().firings(), quality);
        ReportData data = new ReportData(survey, activations, result, evaluation, norms, provenance.get(), names);
        return new Report(evaluation, ReportPage.of(data.title(), data.json()));
    }

    /** Returns the measures that the page shows. */
    public Evaluation evaluation() {
        return evaluation;
    }

    /** Returns the page. */
    public String html() {
        return html;
    }

    /**
     * Writes the page.
     *
     * @param file the file to be, in a folder that exists
     * @throws io.github.sae4j.data.DataException if there is such a file already, or it cannot be written
     */
    public void writeTo(Path file) {
        writeTo(OutputFile.of(file));
    }

    /**
     * Writes the page, where a file of its name may be replaced.
     *
     * @param target the file to be
     * @throws io.github.sae4j.data.DataException if it cannot be written
     */
    public void writeTo(OutputFile target) {
        TextOutput.write(target, html);
    }
}
