package io.github.sae4j.data.internal.arrow;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.internal.tensors.InputArray;
import io.github.sae4j.data.internal.tensors.OpenInput;
import io.github.sae4j.tensors.ElementType;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The columns of an Arrow file as arrays, as SAELens and Hugging Face's {@code datasets} write it: a column of lists is
 * {@code [rows, list]}, one of lists of lists {@code [rows, outer, inner]}, where all lists of a column have one length.
 */
public final class ArrowInput implements OpenInput {

    private final ArrowFile file;
    private final List<InputArray> tensors;

    private ArrowInput(ArrowFile file, List<InputArray> tensors) {
        this.file = file;
        this.tensors = tensors;
    }

    /**
     * Opens a file and finds its columns of numbers; no number is read.
     *
     * @throws DataException if it is no Arrow file or cannot be read
     */
    public static ArrowInput open(Path path) {
        ArrowFile file = ArrowFile.open(path);
        try {
            file.readFooter();
            return new ArrowInput(file, tensors(file));
        } catch (DataException e) {
            file.close();
            throw e;
        } catch (RuntimeException e) {
            // What the generated readers throw depends on which bytes are damaged.
            file.close();
            throw file.damaged("the header of a message cannot be read");
        }
    }

    private static List<InputArray> tensors(ArrowFile file) {
        Schema schema = file.schema();
        if (schema.endianness() != Endianness.Little) {
            throw new DataException(
                    Reason.UNSUPPORTED, file + ": its numbers are big-endian, but Arrow is read little-endian only.");
        }
        List<@Nullable ArrowColumn> columns = new ArrayList<>();
        List<@Nullable ArrowField> fields = new ArrayList<>();
        for (int i = 0; i < schema.fieldsLength(); i++) {
            ArrowField field = ArrowField.of(schema.fields(i));
            fields.add(field);
            columns.add(field == null ? null : new ArrowColumn(file, field));
        }
        for (ArrowFile.Read read = file.next(); read != null; read = file.next()) {
            if (read.header().headerType() == MessageHeader.RecordBatch) {
                add(file, schema, columns, read);
            }
        }
        List<InputArray> tensors = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            ArrowColumn column = columns.get(i);
            ArrowField field = fields.get(i);
            if (column != null && field != null) {
                tensors.add(tensor(column, field));
            }
        }
        return tensors;
    }

    private static InputArray tensor(ArrowColumn column, ArrowField field) {
        String trouble = column.isEven() ? "" : " in lists of several lengths";
        if (!column.isComplete()) {
            trouble = " with missing values";
        }
        return new InputArray(
                field.name(),
                field.dtype() + trouble,
                trouble.isEmpty() ? ElementType.ofLabel(field.dtype()).orElse(null) : null,
                ByteOrder.LITTLE_ENDIAN,
                column.shape(),
                column);
    }

    private static void add(ArrowFile file, Schema schema, List<@Nullable ArrowColumn> columns, ArrowFile.Read read) {
        RecordBatch batch = (RecordBatch) read.header().header(new RecordBatch());
        if (batch.compression() != null) {
            throw new DataException(
                    Reason.UNSUPPORTED,
                    file + ": its record batches are compressed, but Arrow is read without compression only.");
        }
        Iterator<Long> variadic = LongStream.range(0, batch.variadicBufferCountsLength())
                .map(i -> batch.variadicBufferCounts((int) i))
                .iterator();
        int node = 0;
        int buffer = 0;
        for (int i = 0; i < columns.size(); i++) {
            ArrowColumn column = columns.get(i);
            if (column != null) {
                column.add(batch, read, node, buffer);
            }
            node += ArrowField.nodes(schema.fields(i));
            buffer += ArrowField.buffers(schema.fields(i), variadic::next);
        }
    }

    @Override
    public List<InputArray> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        file.close();
    }
}
