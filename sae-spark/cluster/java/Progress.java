import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Prints how far a job is that writes rows, and in the end how fast it was; for {@code spark.extraListeners}.
 *
 * <p>The second of the two rates leaves out the first third of the tasks, in which executors start, open the SAE and
 * compile.
 */
public final class Progress extends SparkListener {

    private int tasks;
    private int done;
    private int failed;
    private int speculative;
    private long rows;
    private long start;
    private long third;
    private long rowsOfThird;

    @Override
    public void onJobStart(SparkListenerJobStart job) {
        tasks = job.stageInfos().iterator().next().numTasks();
        done = 0;
        failed = 0;
        speculative = 0;
        rows = 0;
        start = job.time();
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
        if (!task.taskInfo().successful()) {
            failed++;
            return;
        }
        done++;
        if (task.taskInfo().speculative()) {
            speculative++;
        }
        rows += task.taskMetrics().outputMetrics().recordsWritten();
        if (rows > 0) {
            System.out.println("task " + done + " of " + tasks);
        }
        if (done == (tasks + 2) / 3) {
            third = task.taskInfo().finishTime();
            rowsOfThird = rows;
        }
    }

    @Override
    public void onJobEnd(SparkListenerJobEnd job) {
        if (rows > 0) {
            System.out.printf(
                    "%d rows in %.1f s: %.0f rows/s, %.0f after the first third; %d tasks, %d of them speculative, %d failed%n",
                    rows,
                    (job.time() - start) / 1e3,
                    rows * 1e3 / (job.time() - start),
                    (rows - rowsOfThird) * 1e3 / Math.max(1, job.time() - third),
                    tasks,
                    speculative,
                    failed);
        }
    }
}
