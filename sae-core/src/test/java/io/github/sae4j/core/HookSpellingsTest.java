package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HookSpellingsTest {

    @Test
    void theModelTellsWhereItsLayersAre() {
        assertThat(HookSpellings.of("blocks.12.hook_resid_post", "google/gemma-2-2b"))
                .containsEntry("Transformers", "output of model.layers.12, hidden_states[13]")
                .containsEntry("vLLM", "layer id 13");
        assertThat(HookSpellings.of("blocks.3.attn.hook_z", "gpt2-small"))
                .containsExactly(Map.entry("Transformers", "input of transformer.h.3.attn.c_proj"));
    }

    @Test
    void withoutAModelLayersHaveNoName() {
        assertThat(HookSpellings.of("blocks.12.hook_resid_post"))
                .containsEntry("Transformers", "output of decoder layer 12, hidden_states[13]");
        assertThat(HookSpellings.of("blocks.3.attn.hook_z")).isEmpty();
    }

    @Test
    void layersAreCountedAsVllmDoes() {
        assertThat(HookSpellings.layerId("blocks.12.hook_resid_post")).hasValue(13);
        assertThat(HookSpellings.layerId("model.layers.12")).hasValue(13);
        assertThat(HookSpellings.layerId("nowhere")).isEmpty();
    }

    @Test
    void whatIsNullIsNamed() {
        assertThatNullPointerException()
                .isThrownBy(() -> HookSpellings.of(null))
                .withMessage("hook must not be null.");
        assertThatNullPointerException()
                .isThrownBy(() -> HookSpellings.of("blocks.1.hook_resid_pre", null))
                .withMessage("model must not be null.");
        assertThatNullPointerException()
                .isThrownBy(() -> HookSpellings.layerId(null))
                .withMessage("hook must not be null.");
    }
}
