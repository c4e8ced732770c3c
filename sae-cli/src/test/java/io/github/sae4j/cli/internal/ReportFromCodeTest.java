package io.github.sae4j.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.analysis.report.Report;
import io.github.sae4j.analysis.survey.Survey;
import io.github.sae4j.cli.SaeCommand;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.fixtures.GaussianFile;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Java program makes the page that {@code sae report} makes. */
class ReportFromCodeTest {

    private static final int TOKENS = 64;

    @TempDir
    private Path folder;

    @Test
    void isTheSamePage() throws IOException {
        Path saeFolder = ReferenceCase.named("standard-f32").folder();
        Path page = folder.resolve("report.html");
        String fromCode;
        Path file = folder.resolve("x.safetensors");
        try (SparseAutoencoder sae = SAE.fromDisk(saeFolder)) {
            GaussianFile.write(file, TOKENS, sae.config().dIn());
            Supplier<ActivationReader> open = () -> Activations.from(file).openFor(sae);
            try (ActivationReader reader = open.get()) {
                Supplier<Provenance> origin = () -> Provenance.builder()
                        .sae(sae)
                        .source(reader)
                        .version(Version.number())
                        .build();
                fromCode = Report.of(Survey.of(sae), 50, reader, open, origin).html();
            }
        }

        StringWriter err = new StringWriter();
        int exitCode = SaeCommand.run(
                new PrintWriter(new StringWriter()),
                new PrintWriter(err),
                "report",
                file.toString(),
                "--sae",
                saeFolder.toString(),
                "--out",
                page.toString());

        assertThat(exitCode).as(err.toString()).isZero();
        assertThat(Files.readString(page)).isEqualTo(fromCode);
    }
}
