package io.github.sae4j.spark.internal.plan;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.collection.immutable.Seq;

/** Plans how stages are carried out; activations that nobody wants after them are not kept. */
public final class RowStageStrategy extends SparkStrategy {

    @Override
    public Seq<SparkPlan> apply(LogicalPlan plan) {
        if (plan instanceof Project project && project.child() instanceof RowStage stage) {
            AttributeSet wanted = project.references();
            List<Attribute> kept = kept(stage).stream().filter(wanted::contains).toList();
            return Seqs.of(List.of(new ProjectExec(project.projectList(), exec(stage, kept))));
        }
        return plan instanceof RowStage stage ? Seqs.of(List.of(exec(stage, kept(stage)))) : Seqs.of(List.of());
    }

    private static List<Attribute> kept(RowStage stage) {
        return stage.work().keepsRows() ? Seqs.list(stage.child().output()) : List.of();
    }

    private SparkPlan exec(RowStage stage, List<Attribute> kept) {
        return new RowStageExec(planLater(stage.child()), stage.work(), stage.input(), Seqs.of(kept), stage.added());
    }
}
