package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;

/** Activations of several models or layers are laid side by side and taken apart again. */
class SegmentsTest {

    private static final int D_IN = 24;

    private static TinySae tiny() {
        return TinySae.of(
                TinySae.config(D_IN, 40, Normalization.LAYER_NORM, Reshape.SEGMENTS, true), WeightType.FLOAT32);
    }

    @Test
    void areLaidSideBySideAndTakenApartAgain() {
        float[] activations = TinySae.flat(tiny().activations(6, 4));
        try (SparseAutoencoder sae = tiny().builder().segments(2).build();
                NDManager manager = sae.newManager()) {
            NDArray apart = manager.create(activations, new Shape(3, 2, 2, 12));
            NDArray together = manager.create(activations, new Shape(3, 2, D_IN));
            assertThat(sae.encodeDense(apart).getShape()).isEqualTo(new Shape(3, 2, 40));
            assertThat(sae.encodeDense(apart).toFloatArray())
                    .isEqualTo(sae.encodeDense(together).toFloatArray());
            assertThat(sae.reconstruct(together).getShape()).isEqualTo(together.getShape());
            NDArray reconstruction = sae.reconstruct(apart);
            assertThat(reconstruction.getShape()).isEqualTo(apart.getShape());
            assertThat(reconstruction.toFloatArray())
                    .isEqualTo(sae.reconstruct(together).toFloatArray());
            assertThat(sae.encode(apart).inverseTransform().heads()).isEqualTo(2);
        }
    }

    @Test
    void areRefusedInAnotherNumber() {
        try (SparseAutoencoder two = tiny().builder().segments(2).build();
                SparseAutoencoder any = tiny().open();
                NDManager manager = two.newManager()) {
            NDArray turned = manager.zeros(new Shape(3, 12, 2));
            assertThatThrownBy(() -> two.encode(turned))
                    .hasMessage(
                            "The activations have the shape [3, 12, 2], but the last axis, or the last two together (2"
                                    + " segments and their width), must be d_in = 24.");
            assertThat(any.encodeDense(turned).getShape()).isEqualTo(new Shape(3, 40));
            assertThatThrownBy(() -> any.encode(manager.zeros(new Shape(3, 5))))
                    .hasMessageContaining("(segments and their width), must be d_in = 24.");
        }
    }

    @Test
    void areRefusedWhereTheyDoNotDivideOrAreNotLaid() {
        assertThatThrownBy(() -> tiny().builder().segments(5).build())
                .hasMessage("5 segments do not divide d_in = 24 and d_out = 24.");
        assertThatThrownBy(() -> TinySae.of(D_IN, 40).builder().segments(2).build())
                .hasMessage("2 segments are said to be laid side by side, but the SAE's reshape is none.");
    }
}
