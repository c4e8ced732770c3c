package io.github.sae4j.spark.internal.sql;

import io.github.sae4j.spark.internal.plan.RowStage;
import io.github.sae4j.spark.internal.plan.Seqs;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.LambdaFunction;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionByExpression;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.Window;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.PartialFunction;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractPartialFunction;

/** Takes the calls of SQL functions out of a query's expressions, and puts a stage that makes their column below each. */
public final class SaeCalls extends Rule<LogicalPlan> {

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        return plan.resolveOperatorsUp(new AbstractPartialFunction<LogicalPlan, LogicalPlan>() {
            @Override
            public boolean isDefinedAt(LogicalPlan node) {
                return node.resolved() && !callsOf(node).isEmpty();
            }

            @Override
            public <A extends LogicalPlan, B> B applyOrElse(A node, scala.Function1<A, B> otherwise) {
                @SuppressWarnings("unchecked")
                B result = isDefinedAt(node) ? (B) withStages(node) : otherwise.apply(node);
                return result;
            }
        });
    }

    private static List<SaeCall> callsOf(LogicalPlan node) {
        List<SaeCall> calls = new ArrayList<>();
        for (Expression expression : Seqs.<Expression>list(node.expressions())) {
            collect(expression, calls);
        }
        return calls;
    }

    /** Calls within calls come first, so that the outer one's stage stands over the inner one's. */
    private static void collect(Expression expression, List<SaeCall> calls) {
        for (Expression child : Seqs.<Expression>list(expression.children())) {
            collect(child, calls);
        }
        if (expression instanceof SaeCall call && calls.stream().noneMatch(other -> isSame(call, other))) {
            calls.add(call);
        }
    }

    /** What is not deterministic is semantically not even equal to itself. */
    private static boolean isSame(SaeCall one, SaeCall other) {
        return one.equals(other) || one.semanticEquals(other);
    }

    private static LogicalPlan withStages(LogicalPlan node) {
        requirePlace(node);
        LogicalPlan below = Seqs.<LogicalPlan>list(node.children()).get(0);
        LogicalPlan above = node;
        for (List<SaeCall> calls = callsOf(above); !calls.isEmpty(); calls = callsOf(above)) {
            SaeCall call = calls.get(0);
            Attribute made;
            RowStage there = stageBelow(wider(below), call);
            if (there != null) {
                below = wider(below);
                made = there.added().apply(0);
            } else {
                Attribute input;
                if (call.input() instanceof Attribute attribute) {
                    input = attribute;
                } else {
                    Alias alias = alias(call.input(), "sae_input");
                    below = new Project(with(below.output(), alias), below);
                    input = alias.toAttribute();
                }
                RowStage stage = RowStage.over(below, call.work(), input);
                below = stage;
                made = stage.added().apply(0);
            }
            above = above.transformExpressions(replacing(call, made));
        }
        LogicalPlan whole = above.withNewChildren(Seqs.of(List.of(below)));
        return sameIds(whole, node) ? whole : new Project(named(node.output()), whole);
    }

    /** Returns a plan that has what this one has and what it leaves out, if it does no more than leave columns out. */
    private static LogicalPlan wider(LogicalPlan plan) {
        return plan instanceof Project project
                        && Seqs.<NamedExpression>list(project.projectList()).stream()
                                .allMatch(Attribute.class::isInstance)
                ? project.child()
                : plan;
    }

    /** Returns the stage that makes the column already, for a filter below, or null if there is none. */
    private static @Nullable RowStage stageBelow(LogicalPlan plan, SaeCall call) {
        LogicalPlan at = plan;
        while (at instanceof Filter) {
            at = Seqs.<LogicalPlan>list(at.children()).get(0);
        }
        return at instanceof RowStage stage
                        && stage.work().equals(call.work())
                        && stage.input().semanticEquals(call.input())
                ? stage
                : null;
    }

    private static void requirePlace(LogicalPlan node) {
        SaeCall call = callsOf(node).get(0);
        boolean fits = node instanceof Project
                || node instanceof Filter
                || node instanceof Aggregate
                || node instanceof Sort
                || node instanceof Window
                || node instanceof Generate
                || node instanceof RepartitionByExpression;
        if (!fits) {
            throw new IllegalArgumentException(call.function() + " cannot stand in " + node.nodeName()
                    + ": make a column of it in a query of its own, and use that.");
        }
        for (Expression expression : Seqs.<Expression>list(node.expressions())) {
            requirePlace(expression);
        }
        if (node instanceof Aggregate aggregate) {
            List<Expression> groups = Seqs.list(aggregate.groupingExpressions());
            for (NamedExpression result : Seqs.<NamedExpression>list(aggregate.aggregateExpressions())) {
                requireOfRows((Expression) result, groups, call);
            }
        }
    }

    /** A variable of a lambda function has no value outside of it, where stages are. */
    private static void requirePlace(Expression expression) {
        if (expression instanceof LambdaFunction && expression.exists(isCall())) {
            throw new IllegalArgumentException(
                    "An SAE's function cannot stand in a lambda function such as transform's: make"
                            + " rows of the array with explode, and use the function on those.");
        }
        Seqs.<Expression>list(expression.children()).forEach(SaeCalls::requirePlace);
    }

    /** Beside GROUP BY, a call is of rows, in an aggregate function or in what is grouped by. */
    private static void requireOfRows(Expression expression, List<Expression> groups, SaeCall call) {
        if (expression instanceof AggregateExpression || groups.stream().anyMatch(expression::semanticEquals)) {
            return;
        }
        if (expression instanceof SaeCall) {
            throw new IllegalArgumentException(
                    call.function() + " stands beside GROUP BY or an aggregate function, but not in"
                            + " what is grouped by and not inside such a function: aggregate in a query of its own, and use the function"
                            + " on its result.");
        }
        Seqs.<Expression>list(expression.children()).forEach(child -> requireOfRows(child, groups, call));
    }

    private static AbstractFunction1<Expression, Object> isCall() {
        return new AbstractFunction1<>() {
            @Override
            public Object apply(Expression expression) {
                return expression instanceof SaeCall;
            }
        };
    }

    private static boolean sameIds(LogicalPlan one, LogicalPlan other) {
        List<Attribute> left = Seqs.list(one.output());
        List<Attribute> right = Seqs.list(other.output());
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!left.get(i).exprId().equals(right.get(i).exprId())) {
                return false;
            }
        }
        return true;
    }

    private static Seq<NamedExpression> with(Seq<Attribute> columns, Alias more) {
        List<NamedExpression> all = new ArrayList<>(Seqs.<NamedExpression>list(columns));
        all.add(more);
        return Seqs.of(all);
    }

    private static Seq<NamedExpression> named(Seq<Attribute> columns) {
        return Seqs.of(Seqs.<NamedExpression>list(columns));
    }

    private static Alias alias(Expression expression, String name) {
        return new Alias(
                expression, name, NamedExpression.newExprId(), Seqs.of(List.of()), Option.empty(), Seqs.of(List.of()));
    }

    private static PartialFunction<Expression, Expression> replacing(SaeCall call, Attribute column) {
        return new AbstractPartialFunction<Expression, Expression>() {
            @Override
            public boolean isDefinedAt(Expression expression) {
                return expression instanceof SaeCall other && isSame(other, call);
            }

            @Override
            public <A extends Expression, B> B applyOrElse(A expression, scala.Function1<A, B> otherwise) {
                @SuppressWarnings("unchecked")
                B result = isDefinedAt(expression) ? (B) column : otherwise.apply(expression);
                return result;
            }
        };
    }
}
