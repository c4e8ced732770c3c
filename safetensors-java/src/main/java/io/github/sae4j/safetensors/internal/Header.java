package io.github.sae4j.safetensors.internal;

import io.github.sae4j.safetensors.Dtype;
import java.util.List;
import java.util.Map;

/**
 * What the header of a valid file says.
 *
 * @param dataStart the file offset, in bytes, of the first tensor's first byte
 * @param tensors the tensors in file order
 * @param metadata the free text under {@code __metadata__}, in the order of the file, unmodifiable
 */
public record Header(long dataStart, List<Tensor> tensors, Map<String, String> metadata) {

    /** The key of the free text, which no tensor may have as its name. */
    public static final String METADATA_KEY = "__metadata__";

    /** The largest header that the format allows, in bytes. */
    public static final int MAX_LENGTH = 100_000_000;

    /** The bytes before the header, which hold its length as a little-endian number. */
    public static final int PREFIX_LENGTH = Long.BYTES;

    /** One tensor of the header; its range counts from the end of the header, {@code end} excluded. */
    public static final class Tensor {

        final String name;
        final Dtype dtype;
        final long[] shape;
        final long begin;
        final long end;

        Tensor(String name, Dtype dtype, long[] shape, long begin, long end) {
            this.name = name;
            this.dtype = dtype;
            this.shape = shape;
            this.begin = begin;
            this.end = end;
        }

        /** Returns the tensor's name. */
        public String name() {
            return name;
        }

        /** Returns the type of its elements. */
        public Dtype dtype() {
            return dtype;
        }

        /** Returns a copy of its shape. */
        public long[] shape() {
            return shape.clone();
        }

        /** Returns the offset of its first byte, counted from the end of the header. */
        public long begin() {
            return begin;
        }

        /** Returns the offset after its last byte, counted from the end of the header. */
        public long end() {
            return end;
        }
    }
}
