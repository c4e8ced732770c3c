package io.github.sae4j.core.internal.host;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/** Buffers that calls take and give back, so that only as many are made as calls run at once. */
public final class Pool<T> {

    private final Supplier<T> maker;
    private final Deque<T> free = new ArrayDeque<>();

    public Pool(Supplier<T> maker) {
        this.maker = maker;
    }

    /** Returns a buffer that nobody else has. */
    public T take() {
        synchronized (free) {
            if (!free.isEmpty()) {
                return free.pop();
            }
        }
        return maker.get();
    }

    /** Takes a buffer back; one that a failed call left in disorder is better dropped. */
    public void giveBack(T buffer) {
        synchronized (free) {
            free.push(buffer);
        }
    }
}
