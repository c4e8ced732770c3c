package io.github.sae4j.arrows;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.analysis.survey.Example;
import io.github.sae4j.analysis.survey.Neighbour;
import io.github.sae4j.core.Feature;
import io.github.sae4j.core.InputAffine;
import io.github.sae4j.core.OutputAffine;
import io.github.sae4j.core.TemporalPrediction;
import io.github.sae4j.core.VectorShapes;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.TokenRange;
import io.github.sae4j.data.tokens.TokenContext;
import io.github.sae4j.hub.RepoId;
import io.github.sae4j.loader.LayeredFeatures;
import io.github.sae4j.safetensors.SafetensorsHeader;
import io.github.sae4j.safetensors.TensorSpec;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A component more would break who makes or takes apart a record, so a record is public only if none can ever come. */
class PublicRecordsTest {

    private static final Pattern LIBRARY =
            Pattern.compile("io\\.github\\.sae4j\\.(safetensors|tensors|hub|core|loader|data|analysis)\\b.*");

    @Test
    void areOfThingsToWhichNothingCanBeAdded() {
        assertThat(PublicTypes.all().stream()
                        .filter(Class::isRecord)
                        .filter(type -> LIBRARY.matcher(type.getPackageName()).matches()))
                .as("what may tell more one day is a class without a public constructor")
                .containsExactlyInAnyOrder(
                        TensorSpec.class,
                        SafetensorsHeader.Entry.class,
                        RepoId.class,
                        Feature.class,
                        InputAffine.class,
                        OutputAffine.class,
                        TemporalPrediction.class,
                        TemporalPrediction.Layer.class,
                        TemporalPrediction.Linear.class,
                        VectorShapes.Panel.class,
                        LayeredFeatures.class,
                        TokenRange.class,
                        Setting.Value.class,
                        TokenContext.class,
                        Example.class,
                        Neighbour.class);
    }
}
