package io.github.sae4j.core.internal.host;

/** Products of 8-bit numbers that are fast and exact on this processor, for encoders of one shape. */
public interface ByteMultiplier {

    /** Returns the largest of a feature's numbers with which they are exact, at most {@link PreparedEncoder#LARGEST}. */
    int largest();

    /** Returns the products with an encoder whose numbers are no larger. */
    ByteProducts over(PreparedEncoder encoder);
}
