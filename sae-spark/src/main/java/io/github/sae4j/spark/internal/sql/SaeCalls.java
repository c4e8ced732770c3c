package io.github.sae4j.spark.internal.sql;

import io.github.sae4j.spark.internal.plan.RowStage;
import io.github.sae4j.spark.internal.plan.Seqs;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.Option;
import scala.PartialFunction;
import scala.collection.immutable.Seq;
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
        if (expression instanceof SaeCall call && calls.stream().noneMatch(call::semanticEquals)) {
            calls.add(call);
        }
    }

    private static LogicalPlan withStages(LogicalPlan node) {
        List<LogicalPlan> children = Seqs.list(node.children());
        if (children.size() != 1) {
            throw new IllegalArgumentException(callsOf(node).get(0).function() + " cannot stand in "
                    + node.nodeName() + ", which has " + children.size()
                    + " inputs: make a column of it first, and use that.");
        }
        LogicalPlan below = children.get(0);
        LogicalPlan above = node;
        for (List<SaeCall> calls = callsOf(above); !calls.isEmpty(); calls = callsOf(above)) {
            SaeCall call = calls.get(0);
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
            above = above.transformExpressions(replacing(call, stage.added().apply(0)));
        }
        LogicalPlan whole = above.withNewChildren(Seqs.of(List.of(below)));
        return sameIds(whole, node) ? whole : new Project(named(node.output()), whole);
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
                return expression instanceof SaeCall other && other.semanticEquals(call);
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
