package io.github.sae4j.core;

/** The number format in which an SAE's two large matrices are stored and kept in memory. */
public enum WeightType {
    /** IEEE 754 binary32. */
    FLOAT32("float32", 4),
    /** IEEE 754 binary16. */
    FLOAT16("float16", 2),
    /** The upper half of a binary32: 8 bits of exponent, 7 of fraction. */
    BFLOAT16("bfloat16", 2);

    private final String label;
    private final int bytes;

    WeightType(String label, int bytes) {
        this.label = label;
        this.bytes = bytes;
    }

    /** Returns the name as PyTorch and {@code cfg.json} spell it, for example {@code bfloat16}. */
    public String label() {
        return label;
    }

    /** Returns the size of one number in bytes. */
    public int bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return label;
    }
}
