package io.github.sae4j.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.sae4j.analysis.AnalysisException.Reason;
import io.github.sae4j.analysis.check.FitCheck;
import io.github.sae4j.analysis.check.Sample;
import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.machine.Bench;
import io.github.sae4j.analysis.machine.SomeLimits;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each thing that can go wrong has a reason that programs tell it by. */
class ReasonsTest {

    @ParameterizedTest
    @EnumSource
    void isTold(Reason reason) {
        AnalysisException failure = catchThrowableOfType(AnalysisException.class, () -> provoke(reason));
        assertThat(failure).isNotNull();
        assertThat(failure.reason()).as(failure.getMessage()).isEqualTo(reason);
    }

    private static void provoke(Reason reason) {
        switch (reason) {
            case INTERRUPTED -> with("standard-f32", ReasonsTest::interrupted);
            case UNSUPPORTED -> with("temporal-f32", sae -> new Bench(sae, SomeLimits.get(), List.of(1), 0));
            case TOO_LARGE ->
                with(
                        "temporal-f32",
                        sae -> EncodingPass.of(RowsReader.of(rows(sae), Layout.of(1, Integer.MAX_VALUE)), sae, 1));
            case NO_TOKENS -> with("standard-f32", sae -> Sample.of(RowsReader.of(rows(sae))));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"temporal-f32", "transcoder-f32"})
    void whatDoesNotReconstructSingleTokensCannotBeChecked(String name) {
        with(name, sae -> {
            AnalysisException failure = catchThrowableOfType(
                    AnalysisException.class,
                    () -> FitCheck.on(
                            Sample.of(RowsReader.gaussian(8, sae.config().dIn())), sae));
            assertThat(failure.reason()).isEqualTo(Reason.UNSUPPORTED);
        });
    }

    /** Returns one token, which the reader skips. */
    private static float[][] rows(SparseAutoencoder sae) {
        return RowsReader.gaussian(1, sae.config().dIn());
    }

    private static void with(String name, Consumer<SparseAutoencoder> use) {
        try (SparseAutoencoder sae = SAE.fromDisk(ReferenceCase.named(name).folder())) {
            use.accept(sae);
        }
    }

    private static void interrupted(SparseAutoencoder sae) {
        Thread.currentThread().interrupt();
        try {
            Evaluation.of(RowsReader.of(rows(sae)), sae, 1);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
