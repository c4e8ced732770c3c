package io.github.sae4j.spark.internal.plan;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;

/**
 * The plans of datasets. Spark 4 moved the classes that have them into a package of their own, so they are found by name, and
 * one artifact serves both.
 */
public final class Datasets {

    private Datasets() {}

    /**
     * Returns the plan of a dataset.
     *
     * @throws IllegalArgumentException if it is one of Spark Connect, whose plan only the server has
     */
    public static LogicalPlan plan(Dataset<?> dataset) {
        if (dataset.getClass().getName().startsWith("org.apache.spark.sql.connect.")) {
            throw new IllegalArgumentException(
                    "This is a dataset of Spark Connect, whose plan is on the server: SAEs run in programs of the cluster"
                            + " itself; through Connect use the SQL functions of io.github.sae4j.spark.SaeExtensions.");
        }
        return (LogicalPlan) call(dataset, method(dataset.getClass(), "logicalPlan", 0));
    }

    /** Returns a dataset of rows that a plan makes, and has its session plan stages. */
    @SuppressWarnings("unchecked")
    public static Dataset<Row> of(Dataset<?> before, LogicalPlan plan) {
        SparkSession session = before.sparkSession();
        haveStagesPlanned(session);
        return (Dataset<Row>) call(null, method(before.getClass(), "ofRows", 2), session, plan);
    }

    private static void haveStagesPlanned(SparkSession session) {
        Object experimental = call(session, method(session.getClass(), "experimental", 0));
        synchronized (Datasets.class) {
            have(experimental, "extraStrategies", new RowStageStrategy());
            have(experimental, "extraOptimizations", new EarlierFilters());
        }
    }

    /** Adds an element to a sequence of the session's, unless it has one of the kind. */
    private static void have(Object experimental, String name, Object wanted) {
        List<Object> there = Seqs.list(asSeq(call(experimental, method(experimental.getClass(), name, 0))));
        if (there.stream().noneMatch(wanted.getClass()::isInstance)) {
            List<Object> more = new ArrayList<>(there);
            more.add(wanted);
            call(experimental, method(experimental.getClass(), name + "_$eq", 1), Seqs.of(more));
        }
    }

    @SuppressWarnings("unchecked")
    private static Seq<Object> asSeq(Object found) {
        return (Seq<Object>) found;
    }

    private static Method method(Class<?> type, String name, int parameters) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getName().equals(name) && method.getParameterCount() == parameters)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "This version of Spark has no " + name + " in " + type.getName() + "."));
    }

    private static Object call(@Nullable Object on, Method method, Object... arguments) {
        try {
            return method.invoke(on, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(method.getName() + " of Spark failed: " + e.getCause(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("This version of Spark does not let " + method + " be called.", e);
        }
    }
}
