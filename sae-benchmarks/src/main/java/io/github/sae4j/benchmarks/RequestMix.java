package io.github.sae4j.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/** What a server does: requests of several sizes from several threads, each of which takes the next when it is done with one. */
final class RequestMix {

    private RequestMix() {}

    /**
     * How long requests took.
     *
     * @param nanos all together, from the first one's start to the last one's end
     * @param each each of them, in their order
     */
    record Served(long nanos, List<Long> each) {}

    /**
     * Serves requests.
     *
     * @param threads how many threads ask at once
     * @param requests what they ask for
     * @param request serves one and returns its nanoseconds
     * @throws BenchmarkException if one fails
     */
    static <T> Served serve(int threads, List<T> requests, ToLongFunction<T> request) {
        ExecutorService callers = Executors.newFixedThreadPool(threads);
        try {
            // The threads are there before time is taken.
            LongStream.range(0, threads).mapToObj(i -> callers.submit(() -> i)).forEach(RequestMix::result);
            List<Future<Long>> answers = new ArrayList<>();
            long start = System.nanoTime();
            for (T asked : requests) {
                answers.add(callers.submit(() -> request.applyAsLong(asked)));
            }
            List<Long> each = answers.stream().map(RequestMix::result).toList();
            return new Served(System.nanoTime() - start, each);
        } finally {
            callers.shutdownNow();
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("A request was interrupted.", e);
        } catch (ExecutionException e) {
            throw new BenchmarkException("A request failed: " + e.getCause(), e);
        }
    }
}
