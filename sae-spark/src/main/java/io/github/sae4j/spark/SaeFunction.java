package io.github.sae4j.spark;

import io.github.sae4j.spark.internal.rows.EncodeRows;
import io.github.sae4j.spark.internal.rows.ErrorPolicy;
import io.github.sae4j.spark.internal.rows.OutputForm;
import io.github.sae4j.spark.internal.rows.RowWork;
import io.github.sae4j.spark.internal.sql.SaeCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/** A SQL function that does what a stage does: its settings are the stage's parameters, by their names. */
final class SaeFunction extends AbstractFunction1<Seq<Expression>, Expression> {

    private final String name;
    private final Supplier<SaeStage<?>> stages;
    private final List<String> settable;

    /**
     * Creates it.
     *
     * @param settable the parameters that a call may set
     */
    SaeFunction(String name, Supplier<SaeStage<?>> stages, List<String> settable) {
        this.name = name;
        this.stages = stages;
        this.settable = settable;
    }

    @Override
    public Expression apply(Seq<Expression> arguments) {
        List<Expression> given = new ArrayList<>(CollectionConverters.asJava(arguments));
        if (given.size() < 2 || given.size() > 3) {
            throw new IllegalArgumentException(
                    name + " takes a column, an SAE and, if need be, a map of settings, but has " + given.size()
                            + " arguments.");
        }
        Expression input = given.get(0);
        SaeStage<?> stage = stages.get();
        stage.setInputCol(input.sql());
        String sae = text(given.get(1));
        Map<String, String> settings = given.size() == 3 ? settings(given.get(2)) : Map.of();
        stage.setSae(sae);
        settings.forEach((setting, value) -> set(stage, setting, value));
        DataType type = input.dataType();
        stage.added(input.sql(), type);
        RowWork work = stage.work(SparkSession.active(), type, new ErrorPolicy("", true));
        if (work instanceof EncodeRows encode && encode.form() == OutputForm.ROWS) {
            throw new IllegalArgumentException(
                    name + ": outputForm is struct or vector here, for a function makes one value of"
                            + " each row; explode(" + name + "(…).indices) makes rows.");
        }
        return new SaeCall(name, work, input, "'" + sae + "'" + (settings.isEmpty() ? "" : ", " + settings));
    }

    private String text(Expression argument) {
        @Nullable
        Object value = argument.foldable() && argument.dataType() instanceof StringType
                ? argument.eval(InternalRow.empty())
                : null;
        if (value == null) {
            throw new IllegalArgumentException(
                    name + ": the SAE must be a text that stands in the query, but is " + argument.sql() + ".");
        }
        return value.toString();
    }

    private Map<String, String> settings(Expression argument) {
        if (!argument.foldable()
                || !(argument.dataType() instanceof MapType map)
                || !(map.keyType() instanceof StringType)
                || !(map.valueType() instanceof StringType)) {
            throw new IllegalArgumentException(
                    name + ": settings are a map of texts, such as map('topK', '8'), but are " + argument.sql() + ".");
        }
        Map<String, String> settings = new TreeMap<>();
        if (argument.eval(InternalRow.empty()) instanceof MapData found) {
            for (int i = 0; i < found.numElements(); i++) {
                UTF8String value = found.valueArray().getUTF8String(i);
                settings.put(found.keyArray().getUTF8String(i).toString(), value == null ? "" : value.toString());
            }
        }
        return settings;
    }

    private void set(SaeStage<?> stage, String setting, String value) {
        if (!settable.contains(setting)) {
            throw new IllegalArgumentException(
                    name + " has no setting '" + setting + "', but " + String.join(", ", settable) + ".");
        }
        Param<Object> param = stage.getParam(setting);
        stage.set(param, parsed(param, setting, value));
    }

    private Object parsed(Object param, String setting, String value) {
        try {
            if (param instanceof IntArrayParam) {
                return parts(value).mapToInt(Integer::parseInt).toArray();
            }
            if (param instanceof IntParam) {
                return Integer.parseInt(value.strip());
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    name + ": " + setting + " takes whole numbers, but is '" + value + "'.", e);
        }
        try {
            if (param instanceof DoubleArrayParam) {
                return parts(value).mapToDouble(Double::parseDouble).toArray();
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": " + setting + " takes numbers, but is '" + value + "'.", e);
        }
        if (param instanceof StringArrayParam) {
            return parts(value).toArray(String[]::new);
        }
        if (!(param instanceof BooleanParam)) {
            return value;
        }
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException(name + ": " + setting + " is true or false, but is '" + value + "'.");
        }
        return Boolean.valueOf(value);
    }

    private static Stream<String> parts(String value) {
        return Arrays.stream(value.split(",")).map(String::strip);
    }
}
