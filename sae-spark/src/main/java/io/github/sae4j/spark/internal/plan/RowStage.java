package io.github.sae4j.spark.internal.plan;

import io.github.sae4j.spark.internal.rows.RowWork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/** A stage that works on batches of rows, in a logical plan. */
public final class RowStage extends LogicalPlan {

    private static final long serialVersionUID = 1L;

    private final LogicalPlan child;
    private final RowWork work;
    private final Attribute input;
    private final Seq<Attribute> added;

    /** Creates it from its parts, as Spark does when it changes one. */
    public RowStage(LogicalPlan child, RowWork work, Attribute input, Seq<Attribute> added) {
        this.child = child;
        this.work = work;
        this.input = input;
        this.added = added;
    }

    /** Returns a stage with columns of its own. */
    public static RowStage over(LogicalPlan child, RowWork work, Attribute input) {
        List<Attribute> added = Arrays.stream(work.added().fields())
                .<Attribute>map(field -> new AttributeReference(
                        field.name(),
                        field.dataType(),
                        field.nullable(),
                        field.metadata(),
                        NamedExpression.newExprId(),
                        Seqs.of(List.of())))
                .toList();
        return new RowStage(child, work, input, Seqs.of(added));
    }

    /** Returns a plan of the same columns, in which those that are added can be told apart where it stands twice in a query. */
    public LogicalPlan withNamesOfItsOwn() {
        List<NamedExpression> columns = new ArrayList<>(Seqs.<NamedExpression>list(child.output()));
        for (Attribute column : Seqs.<Attribute>list(added)) {
            columns.add(new Alias(
                    column,
                    column.name(),
                    NamedExpression.newExprId(),
                    Seqs.of(List.of()),
                    Option.empty(),
                    Seqs.of(List.of())));
        }
        return new Project(Seqs.of(columns), this);
    }

    /** Returns what it does. */
    public RowWork work() {
        return work;
    }

    /** Returns the column that it reads. */
    public Attribute input() {
        return input;
    }

    /** Returns the columns that it makes. */
    public Seq<Attribute> added() {
        return added;
    }

    LogicalPlan child() {
        return child;
    }

    @Override
    public Seq<LogicalPlan> children() {
        return Seqs.of(List.of(child));
    }

    @Override
    public LogicalPlan withNewChildrenInternal(IndexedSeq<LogicalPlan> children) {
        return new RowStage(children.apply(0), work, input, added);
    }

    @Override
    public Seq<Attribute> output() {
        return work.keepsRows() ? both(child.output(), added) : added;
    }

    static Seq<Attribute> both(Seq<Attribute> one, Seq<Attribute> other) {
        List<Attribute> both = new ArrayList<>(Seqs.list(one));
        both.addAll(Seqs.list(other));
        return Seqs.of(both);
    }

    @Override
    public AttributeSet references() {
        return AttributeSet.apply(input);
    }

    @Override
    public AttributeSet producedAttributes() {
        return AttributeSet.apply(Seqs.<Expression>of(Seqs.list(added)));
    }

    @Override
    public String simpleString(int maxFields) {
        return "SAE " + work.description() + " " + input + " -> " + added.mkString(", ");
    }

    @Override
    public int productArity() {
        return 4;
    }

    @Override
    public Object productElement(int n) {
        return switch (n) {
            case 0 -> child;
            case 1 -> work;
            case 2 -> input;
            case 3 -> added;
            default -> throw new IndexOutOfBoundsException(n);
        };
    }

    @Override
    public boolean canEqual(Object that) {
        return that instanceof RowStage;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RowStage stage
                && child.equals(stage.child)
                && work.equals(stage.work)
                && input.equals(stage.input)
                && added.equals(stage.added);
    }

    @Override
    public int hashCode() {
        return Objects.hash(child, work, input, added);
    }
}
