package io.github.sae4j.spark.internal.plan;

import io.github.sae4j.spark.internal.rows.RowWork;
import java.util.List;
import java.util.Objects;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.catalyst.plans.physical.SinglePartition$;
import org.apache.spark.sql.catalyst.plans.physical.UnknownPartitioning;
import org.apache.spark.sql.execution.SparkPlan;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.reflect.ClassTag;

/** A stage that works on batches of rows, in a plan that is carried out. */
@SuppressWarnings("serial") // Attributes and Scala's sequences are serialisable, though their types do not say so.
public final class RowStageExec extends SparkPlan {

    private static final long serialVersionUID = 1L;

    private final SparkPlan child;
    private final RowWork work;
    private final Attribute input;
    private final Seq<Attribute> kept;
    private final Seq<Attribute> added;

    /**
     * Creates it.
     *
     * @param kept the columns of its rows that are wanted after it
     */
    public RowStageExec(SparkPlan child, RowWork work, Attribute input, Seq<Attribute> kept, Seq<Attribute> added) {
        this.child = child;
        this.work = work;
        this.input = input;
        this.kept = kept;
        this.added = added;
    }

    @Override
    public RDD<InternalRow> doExecute() {
        List<Attribute> columns = Seqs.list(child.output());
        int ordinal = 0;
        while (!columns.get(ordinal).exprId().equals(input.exprId())) {
            ordinal++;
        }
        RowStagePartition partition =
                new RowStagePartition(work, input.name(), input.dataType(), ordinal, child.output(), kept, added);
        return child.execute().mapPartitionsWithIndex(partition, true, ClassTag.apply(InternalRow.class));
    }

    @Override
    public Seq<SparkPlan> children() {
        return Seqs.of(List.of(child));
    }

    @Override
    public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> children) {
        return new RowStageExec(children.apply(0), work, input, kept, added);
    }

    @Override
    public Seq<Attribute> output() {
        return RowStage.both(kept, added);
    }

    /** Rows stay where they are, so how they are spread stays known, as far as the columns that tell are kept. */
    @Override
    public Partitioning outputPartitioning() {
        Partitioning before = child.outputPartitioning();
        boolean stays =
                before instanceof SinglePartition$ || (before instanceof Expression expression && isKept(expression));
        return stays ? before : new UnknownPartitioning(before.numPartitions());
    }

    @Override
    public Seq<SortOrder> outputOrdering() {
        List<SortOrder> before = Seqs.list(child.outputOrdering());
        int stays = 0;
        while (stays < before.size() && isKept(before.get(stays))) {
            stays++;
        }
        return Seqs.of(before.subList(0, stays));
    }

    private boolean isKept(Expression expression) {
        return expression.references().subsetOf(AttributeSet.apply(Seqs.<Expression>of(Seqs.list(kept))));
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
        return 5;
    }

    @Override
    public Object productElement(int n) {
        return switch (n) {
            case 0 -> child;
            case 1 -> work;
            case 2 -> input;
            case 3 -> kept;
            case 4 -> added;
            default -> throw new IndexOutOfBoundsException(n);
        };
    }

    @Override
    public boolean canEqual(Object that) {
        return that instanceof RowStageExec;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RowStageExec stage
                && child.equals(stage.child)
                && work.equals(stage.work)
                && input.equals(stage.input)
                && kept.equals(stage.kept)
                && added.equals(stage.added);
    }

    @Override
    public int hashCode() {
        return Objects.hash(child, work, input, kept, added);
    }
}
