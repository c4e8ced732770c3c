package io.github.sae4j.spark.internal.plan;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.spark.internal.rows.RowPlace;
import io.github.sae4j.spark.internal.rows.RowWork;
import io.github.sae4j.spark.internal.worker.SharedSaes;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction2;

/** What a task does with the rows of its partition: it holds one batch of them at a time. */
@SuppressWarnings("serial") // Attributes and Scala's sequences are serialisable, though their types do not say so.
final class RowStagePartition extends AbstractFunction2<Object, Iterator<InternalRow>, Iterator<InternalRow>>
        implements Serializable {

    private static final long serialVersionUID = 1L;

    private final RowWork work;
    private final String column;
    private final DataType type;
    private final int ordinal;
    private final Seq<Attribute> below;
    private final Seq<Attribute> kept;
    private final Seq<Attribute> added;

    RowStagePartition(
            RowWork work,
            String column,
            DataType type,
            int ordinal,
            Seq<Attribute> below,
            Seq<Attribute> kept,
            Seq<Attribute> added) {
        this.work = work;
        this.column = column;
        this.type = type;
        this.ordinal = ordinal;
        this.below = below;
        this.kept = kept;
        this.added = added;
    }

    @Override
    public Iterator<InternalRow> apply(Object partition, Iterator<InternalRow> rows) {
        return rows.hasNext() || !work.keepsRows() ? new Stage((Integer) partition, rows) : rows;
    }

    /** Gives the SAE back when the task ends. It knows no rows, as a task may have many partitions, one after the other. */
    private static final class Ending implements TaskCompletionListener {

        private final SharedSaes.Lease lease;

        Ending(SharedSaes.Lease lease) {
            this.lease = lease;
        }

        @Override
        public void onTaskCompletion(TaskContext task) {
            lease.close();
        }
    }

    private final class Stage extends AbstractIterator<InternalRow> {

        private final int partition;
        private final Iterator<InternalRow> rows;
        private final SharedSaes.Lease lease;
        private final RowWork.Task task;
        private final UnsafeProjection keeping;
        private final UnsafeProjection joining;
        private final JoinedRow joined = new JoinedRow();
        private final List<InternalRow> batch = new ArrayList<>();
        private final List<FileOfRow> files = new ArrayList<>();
        private FileOfRow file = FileOfRow.current();
        private long read;
        private int row;
        private int which;
        private int made;
        private @Nullable InternalRow last;
        private boolean ended;

        Stage(int partition, Iterator<InternalRow> rows) {
            this.partition = partition;
            this.rows = rows;
            this.keeping = UnsafeProjection.create(expressions(kept), below);
            this.joining = UnsafeProjection.create(expressions(RowStage.both(kept, added)), RowStage.both(kept, added));
            this.lease = SharedSaes.lease(work.reference());
            TaskContext context = TaskContext.get();
            if (context != null) {
                context.addTaskCompletionListener(new Ending(lease));
            }
            this.task = work.begin(lease.sae(), ordinal, type);
        }

        private Seq<Expression> expressions(Seq<Attribute> attributes) {
            return Seqs.of(Seqs.<Expression>list(attributes));
        }

        @Override
        public boolean hasNext() {
            while (which == made) {
                if (row + 1 < batch.size()) {
                    row++;
                } else if (!nextBatch()) {
                    return last != null;
                }
                which = 0;
                made = task.made(row);
            }
            return true;
        }

        /** Returns whether there is one with rows. */
        private boolean nextBatch() {
            batch.clear();
            files.clear();
            row = 0;
            which = 0;
            made = 0;
            if (!rows.hasNext()) {
                end();
                return false;
            }
            task.clear();
            boolean full = false;
            while (!full && rows.hasNext()) {
                InternalRow next = rows.next();
                full = task.take(next, new RowPlace(partition, read++, column));
                batch.add(keeping.apply(next).copy());
                file = file.orCurrent();
                files.add(file);
            }
            compute();
            return true;
        }

        private void compute() {
            try {
                task.compute();
            } catch (SaeException e) {
                if (e.reason() == SaeException.Reason.WEIGHTS_LOST) {
                    lease.discard();
                }
                throw e;
            }
        }

        private void end() {
            if (!ended) {
                ended = true;
                last = task.ofPartition();
                lease.close();
            }
        }

        @Override
        public InternalRow next() {
            if (!hasNext()) {
                throw new NoSuchElementException("There are no more rows.");
            }
            InternalRow whole = last;
            if (which == made && whole != null) {
                last = null;
                return joining.apply(joined.apply(InternalRow.empty(), whole));
            }
            files.get(row).makeCurrent();
            return joining.apply(joined.apply(batch.get(row), task.row(row, which++)));
        }
    }
}
