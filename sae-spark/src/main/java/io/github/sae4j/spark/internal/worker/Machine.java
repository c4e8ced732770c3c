package io.github.sae4j.spark.internal.worker;

import io.github.sae4j.core.Kernel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine that a task runs on. */
final class Machine {

    private static final Logger LOG = LoggerFactory.getLogger(Machine.class);
    private static final AtomicBoolean LOOKED_AT = new AtomicBoolean();

    private Machine() {}

    /** Returns a name for messages: the executor and its host. */
    static String name() {
        SparkEnv env = SparkEnv.get();
        return env == null
                ? "this machine"
                : "executor " + env.executorId() + " ("
                        + env.blockManager().blockManagerId().host() + ")";
    }

    /** Says once in each process that it lacks Java's vector instructions, if it does. */
    static void warnOfWhatIsSlow() {
        if (LOOKED_AT.compareAndSet(false, true) && !Kernel.available().contains(Kernel.VECTOR)) {
            LOG.warn(
                    "The module jdk.incubator.vector is missing on {}, so SAEs run slowly here: set"
                            + " spark.executor.extraJavaOptions and spark.driver.extraJavaOptions to"
                            + " --add-modules=jdk.incubator.vector",
                    name());
        }
    }

    /**
     * Returns how many threads work on a call. Where a task has one processor, each computes in its own thread, beside the
     * others; where it has several, calls take turns with all that the executor has, as far as its settings tell.
     */
    static int threadsOfCalls(int threadsOfTask) {
        SparkEnv env = SparkEnv.get();
        return threadsOfTask == 1 || env == null
                ? threadsOfTask
                : Math.max(threadsOfTask, env.conf().getInt("spark.executor.cores", 1));
    }
}
