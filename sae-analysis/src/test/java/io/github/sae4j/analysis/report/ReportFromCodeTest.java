package io.github.sae4j.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.analysis.survey.FeatureOrder;
import io.github.sae4j.analysis.survey.Survey;
import io.github.sae4j.analysis.survey.SurveyResult;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.fixtures.GaussianFile;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Java program surveys features and makes the page of {@code sae report} in a few lines. */
class ReportFromCodeTest {

    private static final int TOKENS = 40;

    @TempDir
    private Path folder;

    private SparseAutoencoder sae;
    private Path file;

    @BeforeEach
    void write() {
        sae = SAE.fromDisk(ReferenceCase.named("standard-f32").folder());
        file = GaussianFile.write(
                folder.resolve("x.safetensors"), TOKENS, sae.config().dIn());
    }

    @AfterEach
    void close() {
        sae.close();
    }

    private ActivationReader open() {
        return Activations.from(file).openFor(sae);
    }

    @Test
    void aPageIsMadeInAFewLines() throws IOException {
        Path page = folder.resolve("report.html");
        try (ActivationReader reader = open()) {
            Report report = Report.of(Survey.of(sae).examples(3), 5, reader, this::open);
            report.writeTo(page);

            assertThat(report.evaluation().firings().tokens()).isEqualTo(TOKENS);
            assertThat(Files.readString(page))
                    .isEqualTo(report.html())
                    .contains(sae.source().sha256().orElseThrow(), "explained variance", "x.safetensors");
            assertThatThrownBy(() -> report.writeTo(page))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("report.html");
        }
    }

    @Test
    void featuresThatComeFirstAreThoseThatAreNamed() {
        SurveyResult first;
        List<Integer> features = new ArrayList<>();
        try (ActivationReader reader = open()) {
            first = Survey.of(sae).order(FeatureOrder.DENSITY).batchTokens(16).first(4, reader, this::open);
            first.features().forEach(feature -> features.add(feature.feature()));
        }
        try (ActivationReader reader = open()) {
            SurveyResult named = Survey.of(sae).named(features, reader);

            assertThat(features).hasSize(4);
            for (int i = 0; i < features.size(); i++) {
                assertThat(named.features().get(i).coFirings())
                        .usingRecursiveFieldByFieldElementComparator()
                        .isEqualTo(first.features().get(i).coFirings());
                assertThat(named.features().get(i).neighbours())
                        .isEqualTo(first.features().get(i).neighbours());
                assertThat(named.features().get(i).tally().examples())
                        .isEqualTo(first.features().get(i).tally().examples());
            }
        }
    }

    @Test
    void reconstructionsAreMeasuredInTheFirstPassOfASurvey() {
        ReconstructionQuality quality = new ReconstructionQuality(sae.config().dIn());
        SurveyResult decoded;
        try (ActivationReader reader = open()) {
            decoded = Survey.of(sae)
                    .forwardFirst(
                            4, reader, this::open, (batch, forward) -> quality.add(batch, forward.reconstruction()));
        }
        try (ActivationReader reader = open()) {
            SurveyResult encoded = Survey.of(sae).first(4, reader, this::open);

            assertThat(decoded.features()).usingRecursiveComparison().isEqualTo(encoded.features());
        }
        try (ActivationReader reader = open()) {
            ReconstructionQuality evaluated =
                    Evaluation.of(reader, sae, 1024).quality().orElseThrow();

            assertThat(quality.explainedVariance()).isEqualTo(evaluated.explainedVariance());
        }
    }

    @Test
    void passesAreTold() {
        List<String> told = new ArrayList<>();
        try (ActivationReader reader = open()) {
            Survey.of(sae)
                    .listener((task, tokens) -> {
                        told.add(task + " " + tokens);
                        return done -> {};
                    })
                    .first(1, reader, this::open);
        }

        assertThat(told).containsExactly("encoding " + TOKENS, "counting " + TOKENS);
    }

    @Test
    void featuresThatThereAreNotAreRefused() {
        try (ActivationReader reader = open()) {
            Survey survey = Survey.of(sae);

            assertThatThrownBy(() -> survey.named(List.of(sae.config().dSae()), reader))
                    .isInstanceOf(SaeException.class);
            assertThatThrownBy(() -> survey.first(Survey.MOST_FEATURES + 1, reader, this::open))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("256");
        }
    }
}
