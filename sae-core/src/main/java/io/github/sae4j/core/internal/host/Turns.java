package io.github.sae4j.core.internal.host;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The order in which calls come to the threads of a pool: those that came first go first, and take others of the same kernel
 * along. Calls that compute at once only take processors and caches from each other.
 *
 * <p>Nobody waits long for a call that takes long, or that itself waits for another: after a while it shares the threads with
 * the next one. A call that is encoded with another one waits for that. Safe for use by several threads.
 */
final class Turns {

    /** Nanoseconds that a call has the threads for itself at most. */
    private static final long ALONE = TimeUnit.MILLISECONDS.toNanos(100);

    /** The fewest threads for each call, as long as none takes longer: parts of a call are done by one of them. */
    private static final int THREADS = 8;

    private final int most;
    private final long alone;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Call> waiting = new ArrayDeque<>();
    private final List<Thread> inside = new ArrayList<>();
    private long since;

    /**
     * Creates it.
     *
     * @param most how many calls have a turn at once, as long as none takes longer than it has the threads for itself
     * @param alone how many nanoseconds that is
     */
    Turns(int most, long alone) {
        this.most = most;
        this.alone = alone;
    }

    /**
     * Returns that of a pool. Calls that may not have all processors leave some to others.
     *
     * @param threads how many may work on a call
     */
    static Turns of(int threads) {
        int processors = Runtime.getRuntime().availableProcessors();
        return new Turns(Math.max(1, Math.max(threads / THREADS, processors / threads)), ALONE);
    }

    /** Tokens that wait to be encoded. */
    static final class Call {

        private final HostKernel kernel;
        private final float[] x;
        private final int tokens;
        private final FoundRows found;
        private final Condition called;
        private final List<Call> others = new ArrayList<>();
        private boolean joins = true;
        private boolean handed;
        private boolean returned;
        private boolean left;
        private boolean encoded;

        private Call(HostKernel kernel, float[] x, int tokens, FoundRows found, Condition called) {
            this.kernel = kernel;
            this.x = x;
            this.tokens = tokens;
            this.found = found;
            this.called = called;
        }

        /** Returns the tokens, {@code [tokens, d_in]}. */
        float[] x() {
            return x;
        }

        int tokens() {
            return tokens;
        }

        /** Returns what takes the features. */
        FoundRows found() {
            return found;
        }

        /** Says that it has its features; called by whoever encodes it, before its caller is let go. */
        void handOver() {
            handed = true;
        }

        /** Returns the calls that are to be encoded with this one, which has its turn. */
        List<Call> others() {
            return others;
        }
    }

    /** Returns whether this thread works on a call that has its turn, or on one that needs none. */
    boolean isInside() {
        if (Thread.currentThread() instanceof WorkerPool.Helper) {
            return true;
        }
        lock.lock();
        try {
            return inside.contains(Thread.currentThread());
        } finally {
            lock.unlock();
        }
    }

    /** Begins a turn if nobody waits or computes; if so, the caller {@linkplain #end ends} it. */
    boolean beginAtOnce() {
        lock.lock();
        try {
            if (inside.size() >= most || !waiting.isEmpty()) {
                return false;
            }
            begin();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Returns a call for {@link #await}. */
    Call call(HostKernel kernel, float[] x, int tokens, FoundRows found) {
        return new Call(kernel, x, tokens, found, lock.newCondition());
    }

    /**
     * Waits until a call has its turn, which the caller {@linkplain #end ends}, or has been encoded with another one.
     *
     * @param together how many tokens of several calls are best encoded together at most
     * @param stop ends the wait
     * @return whether it has its turn
     * @throws io.github.sae4j.core.SaeException if the caller was interrupted, or the call was stopped
     */
    boolean await(Call call, int together, Stop stop) {
        lock.lock();
        try {
            waiting.addLast(call);
            while (waiting.peekFirst() != call || !isFree()) {
                stop.requireGoingOn(true);
                try {
                    call.called.awaitNanos(pause(call));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                if (call.encoded) {
                    return false;
                }
                if (call.returned) {
                    call.returned = false;
                    waiting.addFirst(call);
                }
            }
            stop.requireGoingOn(true);
            begin();
            waiting.removeFirst();
            takeAlong(call, together);
            return true;
        } finally {
            call.left = true;
            waiting.remove(call);
            callNext();
            lock.unlock();
        }
    }

    /** Returns how long a call waits before it looks whether the turn is its own by now; or, later in line, whether it goes on. */
    private long pause(Call call) {
        return waiting.peekFirst() == call ? since + alone - System.nanoTime() : alone;
    }

    private boolean isFree() {
        return inside.size() < most || System.nanoTime() - since >= alone;
    }

    private void begin() {
        inside.add(Thread.currentThread());
        since = System.nanoTime();
    }

    private void takeAlong(Call call, int together) {
        int tokens = call.tokens;
        Iterator<Call> rest = waiting.iterator();
        while (call.joins && tokens < together && rest.hasNext()) {
            Call next = rest.next();
            if (next.joins && next.kernel == call.kernel && tokens + next.tokens <= together) {
                try {
                    call.others.add(next);
                } catch (OutOfMemoryError e) {
                    return;
                }
                rest.remove();
                tokens += next.tokens;
            }
        }
    }

    private void callNext() {
        Call next = waiting.peekFirst();
        if (next != null) {
            next.called.signal();
        }
    }

    /**
     * Lets the calls go that were encoded with one that has its turn; those that were not wait for their turns again.
     *
     * @param apart whether these are to be encoded each alone
     */
    void finishOthers(Call call, boolean apart) {
        lock.lock();
        try {
            for (int i = call.others.size() - 1; i >= 0; i--) {
                Call other = call.others.get(i);
                other.encoded = other.handed;
                other.joins = !apart;
                if (!other.handed && !other.left) {
                    putBack(other);
                }
                other.called.signal();
            }
            call.others.clear();
        } finally {
            lock.unlock();
        }
    }

    private void putBack(Call call) {
        try {
            waiting.addFirst(call);
        } catch (OutOfMemoryError e) {
            call.returned = true;
        }
    }

    /** Ends this thread's turn. */
    void end() {
        lock.lock();
        try {
            inside.remove(Thread.currentThread());
            callNext();
        } finally {
            lock.unlock();
        }
    }
}
