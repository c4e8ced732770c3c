package io.github.sae4j.spark.internal.plan;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.runtime.AbstractPartialFunction;

/** Filters rows before a stage works on them, by whatever does not need what the stage makes. */
public final class EarlierFilters extends Rule<LogicalPlan> {

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        return plan.transformDown(new AbstractPartialFunction<LogicalPlan, LogicalPlan>() {
            @Override
            public boolean isDefinedAt(LogicalPlan node) {
                return node instanceof Filter filter
                        && filter.child() instanceof RowStage stage
                        && !early(filter.condition(), stage).isEmpty();
            }

            @Override
            public <A extends LogicalPlan, B> B applyOrElse(A node, scala.Function1<A, B> otherwise) {
                @SuppressWarnings("unchecked")
                B result = isDefinedAt(node) ? (B) split((Filter) (LogicalPlan) node) : otherwise.apply(node);
                return result;
            }
        });
    }

    private static LogicalPlan split(Filter filter) {
        RowStage stage = (RowStage) filter.child();
        List<Expression> early = early(filter.condition(), stage);
        LogicalPlan earlier = stage.withNewChildren(Seqs.of(List.of(new Filter(all(early), stage.child()))));
        List<Expression> late = parts(filter.condition()).stream()
                .filter(part -> !early.contains(part))
                .toList();
        return late.isEmpty() ? earlier : new Filter(all(late), earlier);
    }

    /** Returns the leading parts that can be asked before: what follows one that is not deterministic stays behind it. */
    private static List<Expression> early(Expression condition, RowStage stage) {
        if (!stage.work().keepsRows()) {
            return List.of();
        }
        return parts(condition).stream()
                .takeWhile(Expression::deterministic)
                .filter(part -> part.references().subsetOf(stage.child().outputSet()))
                .toList();
    }

    private static List<Expression> parts(Expression condition) {
        if (condition instanceof And and) {
            List<Expression> parts = new ArrayList<>(parts(and.left()));
            parts.addAll(parts(and.right()));
            return parts;
        }
        return List.of(condition);
    }

    private static Expression all(List<Expression> parts) {
        return parts.stream().reduce(And::new).orElseThrow();
    }
}
