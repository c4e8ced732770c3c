package io.github.sae4j.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A small SAE with random weights, and the same maths in plain Java with float64 sums to compare with. */
@SuppressWarnings("ArrayRecordComponent")
record TinySae(
        SaeConfig config,
        WeightType type,
        float[][] wEnc,
        float[][] wDec,
        float[] bEnc,
        float[] bDec,
        PlainRule rule,
        int parts,
        boolean encoderTransposed,
        boolean decoderTransposed) {

    static TinySae of(int dIn, int dSae) {
        return of(SaeConfig.standard(dIn, dSae), WeightType.FLOAT32);
    }

    static TinySae of(SaeConfig config, WeightType type) {
        SplittableRandom random = new SplittableRandom(config.dIn() * 31L + config.dSae());
        float[][] wDec = matrix(random, config.dSae(), config.dOut(), type);
        float[][] wEnc = matrix(random, config.dIn(), config.dSae(), type);
        float[] bEnc = matrix(random, 1, config.dSae(), WeightType.FLOAT32)[0];
        float[] bDec = matrix(random, 1, config.dOut(), WeightType.FLOAT32)[0];
        return new TinySae(config, type, wEnc, wDec, bEnc, bDec, PlainRule.STANDARD, 1, false, false);
    }

    /** Returns the same SAE with its matrices in several buffers. */
    TinySae inParts(int count) {
        return new TinySae(config, type, wEnc, wDec, bEnc, bDec, rule, count, encoderTransposed, decoderTransposed);
    }

    /** Returns an SAE with the same matrices and another rule. */
    TinySae withRule(PlainRule other) {
        return new TinySae(config, type, wEnc, wDec, bEnc, bDec, other, parts, encoderTransposed, decoderTransposed);
    }

    /** Returns an SAE with another encoder and bias, whose values the type must hold exactly. */
    TinySae withEncoder(float[][] otherEncoder, float[] otherBias) {
        return new TinySae(
                config, type, otherEncoder, wDec, otherBias, bDec, rule, parts, encoderTransposed, decoderTransposed);
    }

    /** Returns the same SAE with its matrices stored as their transposes. */
    TinySae lyingTransposed(boolean encoder, boolean decoder) {
        return new TinySae(config, type, wEnc, wDec, bEnc, bDec, rule, parts, encoder, decoder);
    }

    /** Returns an SAE with the factor folded into the weights, which the type may not hold exactly. */
    TinySae withFolded(float s) {
        return new TinySae(
                config,
                type,
                times(wEnc, s),
                times(wDec, 1 / s),
                bEnc,
                times(new float[][] {bDec}, 1 / s)[0],
                rule,
                parts,
                encoderTransposed,
                decoderTransposed);
    }

    static float[][] times(float[][] rows, float factor) {
        float[][] product = new float[rows.length][];
        for (int row = 0; row < rows.length; row++) {
            product[row] = rows[row].clone();
            for (int column = 0; column < product[row].length; column++) {
                product[row][column] *= factor;
            }
        }
        return product;
    }

    static SaeConfig transcoder(int dIn, int dSae, int dOut, Normalization normalization) {
        return SaeConfig.builder(SaeArchitecture.TRANSCODER, dIn, dSae)
                .dOut(dOut)
                .normalization(normalization)
                .reshape(Reshape.HOOK_Z)
                .build();
    }

    static SaeConfig config(int dIn, int dSae, Normalization normalization, Reshape reshape, boolean applyBDecToInput) {
        return SaeConfig.builder(SaeArchitecture.STANDARD, dIn, dSae)
                .applyBDecToInput(applyBDecToInput)
                .normalization(normalization)
                .reshape(reshape)
                .build();
    }

    SparseAutoencoder open() {
        return builder().build();
    }

    SaeBuilder builder() {
        return EachKernelTest.withKernel(SparseAutoencoder.builder(config)
                .encoder(encoderTransposed ? stored(transpose(wEnc)).transposed() : stored(wEnc))
                .decoder(decoderTransposed ? stored(transpose(wDec)).transposed() : stored(wDec))
                .decoderBias(bDec)
                .activation(rule.activation(this)));
    }

    static float[][] transpose(float[][] rows) {
        float[][] columns = new float[rows[0].length][rows.length];
        for (int row = 0; row < rows.length; row++) {
            for (int column = 0; column < columns.length; column++) {
                columns[column][row] = rows[row][column];
            }
        }
        return columns;
    }

    /** Returns these rows as this SAE stores its matrices. */
    WeightMatrix stored(float[][] rows) {
        List<ByteBuffer> buffers = new ArrayList<>();
        int step = (rows.length + parts - 1) / parts;
        for (int first = 0; first < rows.length; first += step) {
            int count = Math.min(step, rows.length - first);
            ByteBuffer buffer = ByteBuffer.allocateDirect(count * rows[0].length * type.bytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int row = first; row < first + count; row++) {
                for (float value : rows[row]) {
                    switch (type) {
                        case FLOAT32 -> buffer.putFloat(value);
                        case FLOAT16 -> buffer.putShort(toFloat16(value));
                        case BFLOAT16 -> buffer.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
                    }
                }
            }
            buffers.add(buffer.flip());
        }
        return WeightMatrix.of(type, rows.length, rows[0].length, buffers);
    }

    /** Returns activations for this SAE, the same for the same seed. */
    float[][] activations(int tokens, long seed) {
        return matrix(new SplittableRandom(seed), tokens, config.dIn(), WeightType.FLOAT32);
    }

    /** Random values around 0 that the type holds exactly. */
    static float[][] matrix(SplittableRandom random, int rows, int columns, WeightType type) {
        float[][] values = new float[rows][columns];
        for (float[] row : values) {
            for (int column = 0; column < columns; column++) {
                float value = (float) (random.nextGaussian() / Math.sqrt(columns) + 0.01);
                row[column] = switch (type) {
                    case FLOAT32 -> value;
                    case FLOAT16 -> Math.round(value * 1024) / 1024f;
                    case BFLOAT16 -> Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xffff0000);
                };
            }
        }
        return values;
    }

    /** Multiples of 1/1024 below 2 in size are float16 numbers; their bits are made by hand, as JDK 17 cannot. */
    private static short toFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int exponent = ((bits >>> 23) & 0xff) - 127;
        return value == 0 ? (short) sign : (short) (sign | ((exponent + 15) << 10) | ((bits >>> 13) & 0x3ff));
    }

    /** What the plain maths makes of one token. */
    @SuppressWarnings("ArrayRecordComponent")
    record Expected(double[] features, double[] reconstruction, double scale, double shift) {}

    /** Returns what is encoded of one token: normalised, without the decoder's bias. */
    double[] transformed(float[] activation) {
        double[] x = new double[config.dIn()];
        normalize(activation, x);
        for (int i = 0; i < x.length && config.applyBDecToInput(); i++) {
            x[i] -= bDec[i];
        }
        return x;
    }

    /** Normalises one token and returns its scale and shift. */
    private double[] normalize(float[] activation, double[] x) {
        double mean = 0;
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            x[i] = activation[i];
            mean += x[i] / x.length;
            squares += x[i] * x[i];
        }
        double scale = 1;
        double shift = 0;
        if (config.normalization() == Normalization.CONSTANT_NORM_RESCALE) {
            scale = Math.sqrt(squares / x.length);
            for (int i = 0; i < x.length; i++) {
                x[i] = scale == 0 ? 0 : x[i] / scale;
            }
        } else if (config.normalization() == Normalization.LAYER_NORM) {
            shift = mean;
            double variance = 0;
            for (double value : x) {
                variance += (value - mean) * (value - mean) / (x.length - 1);
            }
            scale = Math.sqrt(variance);
            for (int i = 0; i < x.length; i++) {
                x[i] = (x[i] - shift) / (scale + 1e-5);
            }
        }
        return config.isTranscoder() ? new double[] {1, 0} : new double[] {scale, shift};
    }

    Expected expected(float[] activation) {
        double[] scaleAndShift = normalize(activation, new double[config.dIn()]);
        double scale = scaleAndShift[0];
        double shift = scaleAndShift[1];
        double[] x = transformed(activation);
        double[] products = new double[config.dSae()];
        for (int feature = 0; feature < products.length; feature++) {
            for (int i = 0; i < x.length; i++) {
                products[feature] += x[i] * wEnc[i][feature];
            }
        }
        double[] features = rule.features(this, products);
        double[] reconstruction = rule.decoded(this, features);
        for (int i = 0; i < reconstruction.length; i++) {
            reconstruction[i] = (reconstruction[i] + bDec[i]) * scale + shift;
        }
        return new Expected(features, reconstruction, scale, shift);
    }

    float[] expectedFeatures(float[][] activations) {
        float[] all = new float[activations.length * config.dSae()];
        for (int token = 0; token < activations.length; token++) {
            copy(expected(activations[token]).features(), all, token * config.dSae());
        }
        return all;
    }

    float[] expectedReconstruction(float[][] activations) {
        float[] all = new float[activations.length * config.dOut()];
        for (int token = 0; token < activations.length; token++) {
            copy(expected(activations[token]).reconstruction(), all, token * config.dOut());
        }
        return all;
    }

    /** Returns what the plain maths decodes from these features of these activations. */
    float[] expectedDecoding(float[][] activations, float[] features) {
        float[] all = new float[activations.length * config.dOut()];
        for (int token = 0; token < activations.length; token++) {
            Expected expected = expected(activations[token]);
            double[] own = new double[config.dSae()];
            for (int i = 0; i < own.length; i++) {
                own[i] = features[token * own.length + i];
            }
            double[] decoded = rule.decoded(this, own);
            for (int i = 0; i < decoded.length; i++) {
                decoded[i] = (decoded[i] + bDec[i]) * expected.scale() + expected.shift();
            }
            copy(decoded, all, token * config.dOut());
        }
        return all;
    }

    private static void copy(double[] from, float[] to, int at) {
        for (int i = 0; i < from.length; i++) {
            to[at + i] = (float) from[i];
        }
    }

    static float[] flat(float[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        float[] all = new float[rows.length * columns];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, all, row * columns, columns);
        }
        return all;
    }
}
