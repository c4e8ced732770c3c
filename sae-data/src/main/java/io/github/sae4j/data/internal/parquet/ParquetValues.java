package io.github.sae4j.data.internal.parquet;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** The values of one column of a Parquet file, from the first to the last; the pages of a row group are in memory. */
public final class ParquetValues implements AutoCloseable {

    private final Path path;
    private final ParquetMetadata footer;
    private final ColumnDescriptor leaf;
    private @Nullable ParquetFileReader reader;
    private @Nullable ColumnReader values;
    private long leftOfGroup;

    public ParquetValues(Path path, ParquetMetadata footer, ColumnDescriptor leaf) {
        this.path = path;
        this.footer = footer;
        this.leaf = leaf;
    }

    /**
     * Returns what stands at the next value, or null after the last.
     *
     * @throws IOException if the file cannot be read
     * @throws RuntimeException of parquet-java, of many kinds, if it is damaged
     */
    @Nullable
    public ColumnReader next() throws IOException {
        while (values == null || leftOfGroup == 0) {
            if (reader == null) {
                reader = ParquetCodecs.open(path);
                reader.setRequestedSchema(schema());
            }
            PageReadStore pages = reader.readNextRowGroup();
            if (pages == null) {
                return null;
            }
            values = new ColumnReadStoreImpl(
                            pages,
                            new GroupRecordConverter(schema()).getRootConverter(),
                            schema(),
                            footer.getFileMetaData().getCreatedBy())
                    .getColumnReader(leaf);
            leftOfGroup = pages.getPageReader(leaf).getTotalValueCount();
        }
        return values;
    }

    /** Goes on to the next value. */
    public void consume() {
        if (values != null) {
            values.consume();
            leftOfGroup--;
        }
    }

    /** Returns whether the next value belongs to the same row as the one before. */
    public boolean rowGoesOn() {
        return leftOfGroup > 0 && values != null && values.getCurrentRepetitionLevel() > 0;
    }

    /** Returns the schema of this column alone. */
    private MessageType schema() {
        MessageType whole = footer.getFileMetaData().getSchema();
        return new MessageType(whole.getName(), whole.getType(leaf.getPath()[0]));
    }

    @Override
    public void close() {
        if (reader != null) {
            try {
                reader.close();
            } catch (IOException e) {
                throw DataException.of(Reason.UNREADABLE, path, "cannot be closed", e);
            }
        }
    }
}
