package io.github.sae4j.examples.internal.output;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;

/**
 * A token's features, or in the long form one of them.
 *
 * @param token the token's number
 * @param features the active features
 * @param values how strong each is
 * @param factors what decoding needs of the token
 */
record ParquetRow(long token, IntBuffer features, FloatBuffer values, List<Float> factors) {}
