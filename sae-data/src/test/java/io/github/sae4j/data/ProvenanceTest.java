package io.github.sae4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Metadata tells where numbers come from. */
class ProvenanceTest {

    @Test
    void nothingIsSetToNull() {
        Provenance.Builder builder = Provenance.builder();

        assertThatNullPointerException().isThrownBy(() -> builder.name(null));
        assertThatNullPointerException().isThrownBy(() -> builder.profile(null));
        assertThatNullPointerException().isThrownBy(() -> builder.source(null, List.of()));
        assertThatNullPointerException().isThrownBy(() -> builder.source(null, Provenance.of(Map.of())));
        assertThatNullPointerException().isThrownBy(() -> builder.version(null));
    }

    @Test
    void weightsInNoFileKeepWhatTheirSourceCallsThem() {
        Provenance plain = Provenance.builder().set(() -> "step 1000").build();
        Provenance named = Provenance.builder()
                .set(() -> "step 1000")
                .name("the trained one")
                .build();

        assertThat(plain.saeSource()).contains("step 1000");
        assertThat(plain.fields()).doesNotContainKey("sae_source");
        assertThat(named.sae()).contains("the trained one");
        assertThat(named.saeSource()).contains("step 1000");
    }
}
