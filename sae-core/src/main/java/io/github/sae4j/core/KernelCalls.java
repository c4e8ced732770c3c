package io.github.sae4j.core;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.sae4j.core.internal.host.Encoded;
import io.github.sae4j.core.internal.host.FeatureSubset;
import io.github.sae4j.core.internal.host.NotFinite;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.Tokens;
import io.github.sae4j.core.internal.torch.HostArrays;
import io.github.sae4j.core.internal.torch.TensorEncoded;
import io.github.sae4j.core.internal.torch.TensorKernel;
import java.util.Arrays;

/** What an SAE's kernel computes of an SAE's arguments, as values: features, reconstructions and DJL's arrays. */
final class KernelCalls {

    private final OpenKernel kernel;
    private final SaeConfig config;
    private final boolean allowNonFinite;
    private final boolean takesSequences;
    private final int segments;

    KernelCalls(SaeProperties properties, OpenKernel kernel) {
        this.kernel = kernel;
        this.config = properties.config();
        this.allowNonFinite = properties.allowNonFinite();
        this.takesSequences = properties.takesSequences();
        this.segments = properties.segments();
    }

    /** Returns what takes DJL's arrays, to work that runs as a call. */
    TensorKernel tensors() {
        return kernel.tensors();
    }

    static NDArray handOver(NDArray result, NDManager owner) {
        try {
            result.attach(owner);
            return result;
        } catch (RuntimeException e) {
            result.close();
            throw new SaeException(
                    SaeException.Reason.INVALID_ARGUMENT, "The manager does not take the result: " + e.getMessage(), e);
        }
    }

    /** Checks an array of activations and reads its axes. */
    ActivationShape shapeOf(NDArray activations) {
        tensors().requireFloats(activations, "activations");
        if (takesSequences) {
            ActivationShape.requireSequences(activations.getShape().getShape(), config);
        }
        return ActivationShape.ofActivations(activations.getShape().getShape(), config, segments);
    }

    SparseFeatures encode(NDManager call, NDArray activations, ActivationShape shape) {
        return shape.tokens() == 0
                ? none(shape)
                : checked(
                        shape,
                        tensors()
                                .encodeSparse(call, activations, shape.tokens())
                                .encoded());
    }

    /**
     * Encodes tokens in Java's memory.
     *
     * @param from the first row
     * @param to the row after the last
     */
    SparseFeatures encode(TokenRows rows, int from, int to, ActivationShape shape) {
        return kernel.whileOpen(open -> {
            try {
                return from == to
                        ? none(shape)
                        : checked(shape, open.encode(rows.source().after(from), to - from));
            } catch (NotFinite e) {
                throw e.after(from);
            }
        });
    }

    /** Encodes tokens in Java's memory to some features only. */
    SparseFeatures encode(TokenRows rows, FeatureSubset subset, ActivationShape shape) {
        return kernel.whileOpen(
                open -> rows.tokens() == 0 ? none(shape) : checked(shape, subset.encode(rows.source(), rows.tokens())));
    }

    /**
     * Encodes and decodes tokens in Java's memory.
     *
     * @param from the first row
     * @param to the row after the last
     * @param out takes the rows from its own first on
     */
    SparseFeatures forward(TokenRows rows, int from, int to, ActivationShape shape, SaeKernel.Target out) {
        return kernel.whileOpen(open -> {
            if (from == to) {
                return none(shape);
            }
            try {
                Tokens tokens = rows.source().after(from);
                Encoded encoded = open.encode(tokens, to - from);
                SparseFeatures features = checked(shape, encoded);
                InverseTransform inverse = features.inverseTransform();
                open.decode(
                        features.rows(),
                        inverse.scale().orElse(null),
                        inverse.shift().orElse(null),
                        tokens,
                        out);
                return features;
            } catch (NotFinite e) {
                throw e.after(from);
            }
        });
    }

    /** Returns tokens as one sequence, {@code [1, tokens, d_in]}. */
    NDArray sequenceOf(NDManager call, TokenRows rows) {
        return HostArrays.ofRows(call, rows.source(), 0, rows.tokens(), config.dIn())
                .reshape(1, rows.tokens(), config.dIn());
    }

    /** Encodes and decodes one sequence. */
    ForwardPass forwardSequence(NDManager call, TokenRows rows, ActivationShape shape) {
        float[][] reconstruction = new float[rows.tokens()][];
        if (rows.tokens() == 0) {
            return ForwardPass.of(none(shape), reconstruction);
        }
        NDArray sequence = sequenceOf(call, rows);
        TensorEncoded encoded = tensors().encodeSparse(call, sequence, rows.tokens());
        SparseFeatures features = checked(shape, encoded.encoded());
        NDArray out = decodeFitting(call, features);
        tensors().completeReconstruction(call, sequence, encoded, out);
        HostArrays.copyRows(out, rows.tokens(), config.dOut(), into(reconstruction));
        return ForwardPass.of(features, reconstruction);
    }

    /** Decodes features to Java's memory. */
    float[][] decode(SparseFeatures features) {
        float[][] decoded = new float[requireFitting(features).tokens()][];
        kernel.whileOpen(open -> {
            if (decoded.length > 0) {
                InverseTransform inverse = features.inverseTransform();
                open.decode(
                        features.rows(),
                        inverse.scale().orElse(null),
                        inverse.shift().orElse(null),
                        null,
                        into(decoded));
            }
            return decoded;
        });
        return decoded;
    }

    /** Returns what copies decoded rows into an array. */
    SaeKernel.Target into(float[][] decoded) {
        int width = config.dOut();
        return (from, to, rows) -> {
            for (int token = from; token < to; token++) {
                decoded[token] = Arrays.copyOfRange(rows, (token - from) * width, (token - from + 1) * width);
            }
        };
    }

    private SparseFeatures none(ActivationShape shape) {
        return SparseFeatures.trusted(
                config.dSae(),
                shape.leading(),
                new int[1],
                new int[0],
                new float[0],
                InverseTransform.of(shape.heads()));
    }

    /** Makes features of what a kernel found, if that is finite or need not be. */
    private SparseFeatures checked(ActivationShape shape, Encoded encoded) {
        Rows rows = SaeException.requirePresent(encoded.rows(), "rows");
        if (!allowNonFinite) {
            NotFinite.requireFeatures(rows);
        }
        return SparseFeatures.trusted(
                config.dSae(),
                shape.leading(),
                rows.offsets(),
                rows.indices(),
                rows.values(),
                inverseOf(shape, encoded));
    }

    NDArray encodeDense(NDManager call, NDArray activations, ActivationShape shape) {
        NDArray dense = tensors().newArray(call, ActivationShape.decoded(shape.leading(), 0, config.dSae()));
        if (shape.tokens() > 0) {
            tensors().encodeDense(call, activations, shape.tokens(), dense);
        }
        return dense;
    }

    InverseTransform inverseTransform(NDManager call, NDArray activations, ActivationShape shape) {
        if (shape.tokens() == 0) {
            return InverseTransform.of(shape.heads());
        }
        return inverseOf(shape, tensors().normalize(call, activations, shape.tokens()));
    }

    private InverseTransform inverseOf(ActivationShape shape, Encoded encoded) {
        return config.isTranscoder()
                ? InverseTransform.identity()
                : InverseTransform.trusted(shape.heads(), encoded.scale(), encoded.shift());
    }

    NDArray decode(NDManager call, SparseFeatures features) {
        return decodeFitting(call, requireFitting(features));
    }

    private SparseFeatures requireFitting(SparseFeatures features) {
        SaeException.requirePresent(features, "features");
        if (features.dSae() != config.dSae()) {
            throw new SaeException("The features are of an SAE with d_sae = " + features.dSae()
                    + ", but this one has d_sae = " + config.dSae() + ".");
        }
        features.inverseTransform().requireFitting(config, features.tokens());
        if (!allowNonFinite) {
            features.requireFinite();
        }
        return features;
    }

    private NDArray decodeFitting(NDManager call, SparseFeatures features) {
        InverseTransform inverse = features.inverseTransform();
        NDArray out = tensors()
                .newArray(call, ActivationShape.decoded(features.leadingShape(), inverse.heads(), config.dOut()));
        if (features.tokens() > 0) {
            tensors()
                    .decode(
                            call,
                            features.rows(),
                            inverse.scale().orElse(null),
                            inverse.shift().orElse(null),
                            out);
        }
        return out;
    }

    NDArray decodeDense(NDManager call, NDArray features, InverseTransform inverse) {
        tensors().requireFloats(features, "features");
        ActivationShape shape = ActivationShape.ofFeatures(features.getShape().getShape(), config);
        SaeException.requirePresent(inverse, "inverse");
        inverse.requireFitting(config, shape.tokens());
        NDArray out =
                tensors().newArray(call, ActivationShape.decoded(shape.leading(), inverse.heads(), config.dOut()));
        if (shape.tokens() > 0) {
            tensors()
                    .decodeDense(
                            call,
                            features,
                            shape.tokens(),
                            inverse.scale().orElse(null),
                            inverse.shift().orElse(null),
                            out);
        }
        return out;
    }

    NDForwardPass forward(NDManager call, NDArray activations, ActivationShape shape) {
        if (shape.tokens() == 0) {
            SparseFeatures none = none(shape);
            return new NDForwardPass(none, decode(call, none));
        }
        TensorEncoded encoded = tensors().encodeSparse(call, activations, shape.tokens());
        SparseFeatures features = checked(shape, encoded.encoded());
        NDArray out = decodeFitting(call, features);
        tensors().completeReconstruction(call, activations, encoded, out);
        return new NDForwardPass(features, out);
    }
}
