package io.github.sae4j.data.features;

import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** What the rows of a Parquet file of features look like, and how parquet-java is told of one. */
final class ParquetRows extends WriteSupport<ParquetRow> {

    private static final String ELEMENT = "element";
    private static final String LIST = "list";
    private static final String TOKEN_ID = "token_id";

    private final FeatureStream stream;
    private final List<String> factors;
    private final boolean longForm;
    private final MessageType schema;
    private @Nullable RecordConsumer consumer;

    /**
     * Describes a file.
     *
     * @param stream what is written
     * @param longForm whether there is a row for each active feature
     */
    ParquetRows(FeatureStream stream, boolean longForm) {
        this.stream = stream;
        this.factors = stream.factors();
        this.longForm = longForm;
        this.schema = longForm ? longSchema(stream) : wideSchema(stream);
    }

    private static MessageType longSchema(FeatureStream stream) {
        Types.MessageTypeBuilder message = Types.buildMessage();
        message.addField(Types.required(INT64).named("token"));
        message.addField(Types.required(INT32).named("feature"));
        message.addField(Types.required(FLOAT).named("value"));
        addId(message, stream);
        return message.named("features");
    }

    private static MessageType wideSchema(FeatureStream stream) {
        Types.MessageTypeBuilder message = Types.buildMessage();
        message.addField(list("features", INT32));
        message.addField(list("values", FLOAT));
        stream.factors().forEach(name -> message.addField(Types.required(FLOAT).named(name)));
        addId(message, stream);
        return message.named("features");
    }

    private static void addId(Types.MessageTypeBuilder message, FeatureStream stream) {
        if (stream.hasIds()) {
            message.addField(Types.required(INT64).named(TOKEN_ID));
        }
    }

    private static org.apache.parquet.schema.Type list(String name, PrimitiveTypeName element) {
        return Types.requiredList().requiredElement(element).named(name);
    }

    @Override
    @SuppressWarnings("deprecation") // but abstract
    public WriteContext init(Configuration configuration) {
        return new WriteContext(schema, Map.of());
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
        return new WriteContext(schema, Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
        consumer = recordConsumer;
    }

    @Override
    public FinalizedWriteContext finalizeWrite() {
        return new FinalizedWriteContext(stream.metadata());
    }

    @Override
    public void write(ParquetRow row) {
        RecordConsumer out = Objects.requireNonNull(consumer, "consumer");
        out.startMessage();
        if (longForm) {
            field(out, "token", 0, () -> out.addLong(row.token()));
            field(out, "feature", 1, () -> out.addInteger(row.features().get(0)));
            field(out, "value", 2, () -> out.addFloat(row.values().get(0)));
        } else {
            list(
                    out,
                    "features",
                    0,
                    row.features().limit(),
                    i -> out.addInteger(row.features().get(i)));
            list(
                    out,
                    "values",
                    1,
                    row.values().limit(),
                    i -> out.addFloat(row.values().get(i)));
            for (int i = 0; i < row.factors().size(); i++) {
                float factor = row.factors().get(i);
                field(out, factors.get(i), 2 + i, () -> out.addFloat(factor));
            }
        }
        if (stream.hasIds()) {
            field(out, TOKEN_ID, schema.getFieldCount() - 1, () -> out.addLong(row.id()));
        }
        out.endMessage();
    }

    private static void field(RecordConsumer out, String name, int place, Runnable value) {
        out.startField(name, place);
        value.run();
        out.endField(name, place);
    }

    private static void list(RecordConsumer out, String name, int place, int size, IntConsumer element) {
        out.startField(name, place);
        out.startGroup();
        if (size > 0) {
            out.startField(LIST, 0);
            for (int i = 0; i < size; i++) {
                out.startGroup();
                out.startField(ELEMENT, 0);
                element.accept(i);
                out.endField(ELEMENT, 0);
                out.endGroup();
            }
            out.endField(LIST, 0);
        }
        out.endGroup();
        out.endField(name, place);
    }
}
