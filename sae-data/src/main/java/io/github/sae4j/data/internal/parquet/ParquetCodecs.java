package io.github.sae4j.data.internal.parquet;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;

/** How the pages of Parquet files are unpacked: gzip by the JDK, as parquet-java leaves that to Hadoop, the others by itself. */
public final class ParquetCodecs implements CompressionCodecFactory {

    private final CodecFactory others = new CodecFactory(new PlainParquetConfiguration(), 0);

    private final Path path;

    private ParquetCodecs(Path path) {
        this.path = path;
    }

    /**
     * Opens a file.
     *
     * @throws IOException if it cannot be read
     * @throws RuntimeException of parquet-java, of many kinds, if it is no Parquet file
     */
    public static ParquetFileReader open(Path path) throws IOException {
        return ParquetFileReader.open(
                new LocalInputFile(path),
                ParquetReadOptions.builder(new PlainParquetConfiguration())
                        .withCodecFactory(new ParquetCodecs(path))
                        .usePageChecksumVerification()
                        .build());
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        return others.getCompressor(codec);
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return switch (codec) {
            case GZIP -> new Gzip();
            case UNCOMPRESSED, SNAPPY, ZSTD, LZ4_RAW -> others.getDecompressor(codec);
            default ->
                throw new DataException(
                        Reason.UNSUPPORTED,
                        path + ": it is compressed with " + codec
                                + ", but Parquet is read with SNAPPY, GZIP, ZSTD, LZ4_RAW or no compression.");
        };
    }

    @Override
    public void release() {
        others.release();
    }

    private static final class Gzip implements BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput bytes, int size) throws IOException {
            return BytesInput.from(unpacked(bytes.toInputStream(), size));
        }

        @Override
        public void decompress(ByteBuffer input, int inputSize, ByteBuffer output, int size) throws IOException {
            byte[] packed = new byte[inputSize];
            input.get(packed);
            output.put(unpacked(new ByteArrayInputStream(packed), size));
        }

        private static byte[] unpacked(InputStream packed, int size) throws IOException {
            try (InputStream in = new GZIPInputStream(packed)) {
                byte[] bytes = in.readNBytes(size);
                if (bytes.length < size) {
                    throw new IOException("a page has " + bytes.length + " bytes, not " + size);
                }
                return bytes;
            }
        }

        @Override
        public void release() {
            // It holds nothing.
        }
    }
}
