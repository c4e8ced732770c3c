package io.github.sae4j.data.tokens;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.internal.parquet.ParquetCodecs;
import io.github.sae4j.data.internal.parquet.ParquetColumn;
import io.github.sae4j.data.internal.parquet.ParquetValues;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a Parquet file's column of texts or of lists of texts: the one that is called {@code tokens} or {@code token},
 * or the only one.
 */
final class ParquetTokenLines implements TokenLines {

    private static final List<String> NAMES = List.of("tokens", "token");

    private final Path path;
    private final ColumnDescriptor column;
    private final ParquetValues values;
    private long row = -1;

    private ParquetTokenLines(Path path, ParquetMetadata footer, ColumnDescriptor column) {
        this.path = path;
        this.column = column;
        this.values = new ParquetValues(path, footer, column);
    }

    static ParquetTokenLines open(Path path) {
        ParquetMetadata footer;
        try (ParquetFileReader reader = ParquetCodecs.open(path)) {
            footer = reader.getFooter();
        } catch (IOException | RuntimeException e) {
            throw ParquetColumn.unreadable(path, e);
        }
        List<ColumnDescriptor> texts = footer.getFileMetaData().getSchema().getColumns().stream()
                .filter(column -> column.getMaxRepetitionLevel() <= 1
                        && column.getPrimitiveType().getLogicalTypeAnnotation() instanceof StringLogicalTypeAnnotation)
                .toList();
        for (String name : NAMES) {
            for (ColumnDescriptor column : texts) {
                if (column.getPath()[0].equals(name)) {
                    return new ParquetTokenLines(path, footer, column);
                }
            }
        }
        if (texts.size() != 1) {
            throw new DataException(
                    Reason.NO_SUCH_TENSOR,
                    path + ": tokens' texts should be its column \"tokens\" or \"token\" of strings or"
                            + " lists of strings, or the only such column, but it has " + texts.size()
                            + " and none so called.");
        }
        return new ParquetTokenLines(path, footer, texts.get(0));
    }

    @Override
    public @Nullable List<String> next() {
        row++;
        try {
            if (values.next() == null) {
                return null;
            }
            List<String> tokens = new ArrayList<>();
            do {
                ColumnReader text = values.next();
                if (text == null) {
                    break;
                }
                if (text.getCurrentDefinitionLevel() == column.getMaxDefinitionLevel()) {
                    tokens.add(text.getBinary().toStringUsingUTF8());
                } else if (!isEmptyList(text)) {
                    throw new DataException(Reason.MALFORMED, place() + ": a token's text is missing.");
                }
                values.consume();
            } while (values.rowGoesOn());
            return tokens;
        } catch (IOException | RuntimeException | LinkageError e) {
            throw ParquetColumn.unreadable(path, e);
        }
    }

    /** A list without elements is there, but nothing in it. */
    private boolean isEmptyList(ColumnReader text) {
        return !areTokens() && text.getCurrentDefinitionLevel() < column.getMaxDefinitionLevel() - 1;
    }

    @Override
    public boolean areTokens() {
        return column.getMaxRepetitionLevel() == 0;
    }

    @Override
    public String place() {
        return path + ", row " + row;
    }

    @Override
    public void close() {
        values.close();
    }
}
