package io.github.sae4j.spark;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.spark.internal.rows.ErrorPolicy;
import io.github.sae4j.spark.internal.worker.SaeMeaning;
import io.github.sae4j.spark.internal.worker.SaeReference;
import io.github.sae4j.spark.internal.worker.SaeSettings;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** The parameters that all stages have. */
final class SaeParams {

    static final int BATCH_TOKENS = 512;

    static final int MOST_BATCH_TOKENS = 32_768;

    /** The setting that names the folder of each machine in which SAEs are kept. */
    private static final String CACHE = "spark.sae4j.cache";

    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");
    private static final String TASK_CPUS = "spark.task.cpus";

    private final Params owner;
    final Param<String> sae;
    final Param<String> revision;
    final Param<String> format;
    final StringArrayParam overrides;
    final DoubleArrayParam normScalingFactor;
    final StringArrayParam allowUnknown;
    final BooleanParam foldDecoderNorms;
    final Param<String> sha256;
    final BooleanParam prepared;
    final Param<String> inputCol;
    final IntParam batchTokens;
    final IntParam threadsPerTask;

    SaeParams(Params owner) {
        this.owner = owner;
        this.sae = new Param<>(owner, "sae", "the SAE: a published one's name, a folder, or a folder's address");
        this.revision = new Param<>(owner, "revision", "the revision of a published SAE's repository");
        this.format = new Param<>(owner, "format", "the layout of the SAE's files, where they do not show it");
        this.overrides = new StringArrayParam(owner, "overrides", "fields of the SAE's configuration, as field=value");
        this.normScalingFactor =
                new DoubleArrayParam(owner, "normScalingFactor", "what activations are multiplied by before encoding");
        this.allowUnknown = new StringArrayParam(
                owner, "allowUnknown", "tensors and fields of the SAE's files that are passed over");
        this.foldDecoderNorms =
                new BooleanParam(owner, "foldDecoderNorms", "whether features are rescaled to decoder rows of norm 1");
        this.sha256 = new Param<>(owner, "sha256", "the SHA-256 that the weights must have");
        this.prepared = new BooleanParam(owner, "prepared", "whether the encoder is prepared for many calls");
        this.inputCol = new Param<>(owner, "inputCol", "the column that is read");
        this.batchTokens = new IntParam(owner, "batchTokens", "how many tokens a task computes at once");
        this.threadsPerTask = new IntParam(owner, "threadsPerTask", "how many threads a task computes with");
    }

    /** Called by the owner once it has its parameters. */
    void setDefaults() {
        owner.setDefault(batchTokens, BATCH_TOKENS);
        owner.setDefault(threadsPerTask, 0);
        owner.setDefault(prepared, false);
        owner.setDefault(foldDecoderNorms, false);
    }

    /** Returns a text that was set, empty if it was not. */
    String text(Param<String> param) {
        @Nullable String value = owner.isDefined(param) ? owner.getOrDefault(param) : null;
        return value == null ? "" : value.strip();
    }

    /**
     * Returns a text.
     *
     * @throws IllegalArgumentException if it was not set
     */
    String required(Param<String> param) {
        String value = text(param);
        if (value.isEmpty()) {
            throw new IllegalArgumentException(owner.uid() + ": " + param.name() + " is not set: " + param.doc() + ".");
        }
        return value;
    }

    /**
     * Returns a whole number.
     *
     * @throws IllegalArgumentException if it is too small
     */
    int atLeast(int least, IntParam param) {
        int value = (Integer) owner.getOrDefault(param);
        if (value < least) {
            throw new IllegalArgumentException(
                    owner.uid() + ": " + param.name() + " must be at least " + least + ", but is " + value + ".");
        }
        return value;
    }

    /**
     * Returns the type of the column that is read.
     *
     * @throws IllegalArgumentException if there is none of its name, or more than one
     */
    DataType inputType(StructType schema) {
        String name = required(inputCol);
        List<StructField> named = Arrays.stream(schema.fields())
                .filter(field -> field.name().equals(name))
                .toList();
        if (named.size() > 1) {
            throw new IllegalArgumentException(
                    owner.uid() + ": there are " + named.size() + " columns '" + name + "': rename or drop one.");
        }
        if (named.isEmpty()) {
            throw new IllegalArgumentException(owner.uid() + ": there is no column '" + name + "', but "
                    + String.join(", ", schema.fieldNames()) + ".");
        }
        return named.get(0).dataType();
    }

    /**
     * Returns the columns of a dataset and those that are added.
     *
     * @throws IllegalArgumentException if one that is added is there already
     */
    StructType with(StructType schema, StructType added) {
        StructType whole = schema;
        for (String name : added.fieldNames()) {
            for (String column : whole.fieldNames()) {
                if (column.equalsIgnoreCase(name)) {
                    throw new IllegalArgumentException(
                            owner.uid() + ": there is a column '" + column + "' already, which would be made.");
                }
            }
            whole = whole.add(added.apply(name));
        }
        return whole;
    }

    /**
     * Returns how many tokens a task computes at once.
     *
     * @throws IllegalArgumentException if there are none, or more than arrays can hold at any width
     */
    int batchTokens() {
        int tokens = atLeast(1, batchTokens);
        if (tokens > MOST_BATCH_TOKENS) {
            throw new IllegalArgumentException(
                    owner.uid() + ": batchTokens must be at most " + MOST_BATCH_TOKENS + ", but is " + tokens + ".");
        }
        return tokens;
    }

    /**
     * Finds the SAE on this machine.
     *
     * @param check refuses one that cannot do what is wanted
     */
    SaeReference reference(SparkSession session, Consumer<SparseAutoencoder> check) {
        int wanted = atLeast(0, threadsPerTask);
        String hash = text(sha256);
        if (!hash.isEmpty() && !SHA256.matcher(hash).matches()) {
            throw new IllegalArgumentException(
                    owner.uid() + ": sha256 is 64 hexadecimal digits, but is '" + hash + "'.");
        }
        int threads = wanted > 0 ? wanted : Integer.parseInt(session.conf().get(TASK_CPUS, "1"));
        return SaeReference.resolve(
                new SaeSettings(
                        required(sae),
                        text(revision),
                        meaning(),
                        hash,
                        session.conf().get(CACHE, ""),
                        threads,
                        (Boolean) owner.getOrDefault(prepared)),
                check);
    }

    private SaeMeaning meaning() {
        SortedMap<String, String> fields = new TreeMap<>();
        for (String override : elements(overrides, new String[0])) {
            int equals = override.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(owner.uid()
                        + ": overrides are as field=value, k=50 for example, but one is '" + override + "'.");
            }
            String field = override.substring(0, equals).strip();
            if (fields.put(field, override.substring(equals + 1).strip()) != null) {
                throw new IllegalArgumentException(owner.uid() + ": overrides set " + field + " twice.");
            }
        }
        return new SaeMeaning(
                text(format),
                fields,
                DoubleStream.of(elements(normScalingFactor, new double[0]))
                        .boxed()
                        .toList(),
                List.of(elements(allowUnknown, new String[0])),
                (Boolean) owner.getOrDefault(foldDecoderNorms));
    }

    /** Returns what was set, or else, and for null, something. */
    <T> T elements(Param<T> param, T none) {
        @Nullable T value = owner.isDefined(param) ? owner.getOrDefault(param) : null;
        return value == null ? none : value;
    }

    ErrorPolicy errors(Param<String> errorCol) {
        return new ErrorPolicy(text(errorCol), false);
    }
}
