package io.github.sae4j.data.internal.parquet;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.internal.tensors.InputArray;
import io.github.sae4j.data.internal.tensors.OpenInput;
import io.github.sae4j.tensors.ElementType;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a Parquet file as arrays: a column of lists is {@code [rows, list]}, one of lists of lists
 * {@code [rows, outer, inner]}, where all lists of a column have one length.
 */
public final class ParquetInput implements OpenInput {

    /** What a column of texts is called, of which eight bytes of a hash are read. */
    public static final String TEXT = "TEXT";

    private final List<InputArray> tensors;
    private final List<ParquetColumn> columns;

    private ParquetInput(List<InputArray> tensors, List<ParquetColumn> columns) {
        this.tensors = tensors;
        this.columns = columns;
    }

    /**
     * Opens a file and finds its columns of numbers.
     *
     * @throws DataException if it is no Parquet file or cannot be read
     */
    public static ParquetInput open(Path path) {
        ParquetMetadata footer;
        try (ParquetFileReader reader = ParquetCodecs.open(path)) {
            footer = reader.getFooter();
        } catch (IOException | RuntimeException e) {
            throw ParquetColumn.unreadable(path, e);
        }
        Map<String, List<ColumnDescriptor>> leaves = new LinkedHashMap<>();
        for (ColumnDescriptor leaf : footer.getFileMetaData().getSchema().getColumns()) {
            leaves.computeIfAbsent(leaf.getPath()[0], name -> new ArrayList<>()).add(leaf);
        }
        List<InputArray> tensors = new ArrayList<>();
        List<ParquetColumn> columns = new ArrayList<>();
        leaves.forEach((name, ofField) -> {
            ColumnDescriptor leaf = ofField.get(0);
            String dtype = dtype(leaf);
            if (ofField.size() == 1 && dtype != null) {
                ParquetColumn column = ParquetColumn.of(path, footer, leaf);
                columns.add(column);
                boolean even = column.isEven(values(footer, leaf));
                tensors.add(new InputArray(
                        name,
                        even ? dtype : dtype + " in lists of several lengths",
                        even ? ElementType.ofLabel(dtype).orElse(null) : null,
                        ByteOrder.LITTLE_ENDIAN,
                        column.shape(),
                        column));
            }
        });
        return new ParquetInput(tensors, columns);
    }

    /** Returns how many values a column has in all, with those that are missing. */
    private static long values(ParquetMetadata footer, ColumnDescriptor leaf) {
        ColumnPath path = ColumnPath.get(leaf.getPath());
        long values = 0;
        for (BlockMetaData block : footer.getBlocks()) {
            for (ColumnChunkMetaData chunk : block.getColumns()) {
                values += chunk.getPath().equals(path) ? chunk.getValueCount() : 0;
            }
        }
        return values;
    }

    private static @Nullable String dtype(ColumnDescriptor leaf) {
        LogicalTypeAnnotation annotation = leaf.getPrimitiveType().getLogicalTypeAnnotation();
        return switch (leaf.getPrimitiveType().getPrimitiveTypeName()) {
            case FLOAT -> "F32";
            case DOUBLE -> "F64";
            case INT32 -> "I32";
            case INT64 -> "I64";
            case BINARY -> leaf.getMaxRepetitionLevel() == 0 ? TEXT : null;
            case FIXED_LEN_BYTE_ARRAY -> annotation instanceof Float16LogicalTypeAnnotation ? "F16" : null;
            default -> null;
        };
    }

    @Override
    public List<InputArray> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        columns.forEach(ParquetColumn::close);
    }
}
