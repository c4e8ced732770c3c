package io.github.sae4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;

/**
 * Encodes and decodes DJL's arrays, with any number of leading axes. The manager of the activations owns the dense results;
 * sparse features lie on the Java heap, and there is nothing in them to close.
 */
public final class WithDjl {

    private WithDjl() {}

    public static void main(String[] args) {
        if (args.length != 1) {
            throw new IllegalArgumentException("Arguments: SAE");
        }
        try (SparseAutoencoder sae = SAE.fromDisk(Path.of(args[0]));
                NDManager manager = sae.newManager()) {
            NDArray activations =
                    manager.randomNormal(new Shape(2, 4, sae.config().dIn()));
            SparseFeatures sparse = sae.encode(activations);
            NDArray dense = sae.encodeDense(activations);
            // What normalisation takes from a token travels with sparse features; with dense ones it is given beside
            // them.
            InverseTransform inverse = sae.inverseTransform(activations);
            NDArray fromSparse = sae.decode(sparse, manager);
            NDArray fromDense = sae.decode(dense, inverse);
            System.out.println("activations          " + activations.getShape());
            System.out.println(
                    "sparse features      " + new Shape(sparse.shape()) + ", " + sparse.activeCount() + " active");
            System.out.println("dense features       " + dense.getShape());
            System.out.println("decoded from sparse  " + fromSparse.getShape());
            System.out.println("decoded from dense   " + fromDense.getShape());
        }
    }
}
