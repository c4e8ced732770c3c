package io.github.sae4j.spark.internal.sql;

import io.github.sae4j.spark.internal.plan.Seqs;
import io.github.sae4j.spark.internal.rows.RowWork;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * A call of a SQL function, which stands for a column until {@link SaeCalls} has put a stage that makes the column into the
 * plan: SAEs work on batches of rows, and expressions on one.
 */
public final class SaeCall extends Expression {

    private static final long serialVersionUID = 1L;

    private final String function;
    private final RowWork work;
    private final Expression input;
    private final String others;

    /**
     * Creates it from its parts, as Spark does when it changes one.
     *
     * @param others the arguments after the first, as they are shown
     */
    public SaeCall(String function, RowWork work, Expression input, String others) {
        this.function = function;
        this.work = work;
        this.input = input;
        this.others = others;
    }

    String function() {
        return function;
    }

    RowWork work() {
        return work;
    }

    Expression input() {
        return input;
    }

    @Override
    public DataType dataType() {
        return work.added().apply(0).dataType();
    }

    @Override
    public boolean nullable() {
        return work.added().apply(0).nullable();
    }

    @Override
    public @Nullable Object eval(@Nullable InternalRow row) {
        throw outOfPlace();
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        throw outOfPlace();
    }

    private IllegalStateException outOfPlace() {
        return new IllegalStateException(function
                + " is carried out by a stage of the plan, which this query has not: spark.sql.extensions must name"
                + " io.github.sae4j.spark.SaeExtensions.");
    }

    @Override
    public Seq<Expression> children() {
        return Seqs.of(List.of(input));
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> children) {
        return new SaeCall(function, work, children.apply(0), others);
    }

    @Override
    public String prettyName() {
        return function;
    }

    /** Also the name of a column that was given none. */
    @Override
    public String sql() {
        return function + "(" + input.sql() + ", " + others + ")";
    }

    @Override
    public int productArity() {
        return 4;
    }

    @Override
    public Object productElement(int n) {
        return switch (n) {
            case 0 -> function;
            case 1 -> work;
            case 2 -> input;
            case 3 -> others;
            default -> throw new IndexOutOfBoundsException(n);
        };
    }

    @Override
    public boolean canEqual(Object that) {
        return that instanceof SaeCall;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SaeCall call
                && function.equals(call.function)
                && work.equals(call.work)
                && input.equals(call.input)
                && others.equals(call.others);
    }

    @Override
    public int hashCode() {
        return Objects.hash(function, work, input, others);
    }
}
