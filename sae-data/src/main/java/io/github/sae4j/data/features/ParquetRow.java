package io.github.sae4j.data.features;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;

/**
 * A token's features, or in the long form one of them.
 *
 * @param token the token's number
 * @param id its id, if that is known
 * @param features the active features
 * @param values how strong each is
 * @param factors what decoding needs of the token
 */
record ParquetRow(long token, long id, IntBuffer features, FloatBuffer values, List<Float> factors) {}
