package io.github.sae4j.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer, taken piece by piece by a thread that waits only so long for each.
 *
 * <p>The time-out of Java's requests ends with the headers. Here a server that falls silent in the middle is noticed,
 * and the connection dropped; so is one that trickles: {@value #LEAST} bytes may take no longer than one piece. The time
 * that the taker needs in between does not count. At most two pieces are in memory.
 */
final class Body implements BodySubscriber<Body>, AutoCloseable {

    /** How many bytes must come while one waits as long as for the next piece. */
    static final int LEAST = 1000;

    private static final Piece END = new Piece(List.of(), null, true);

    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();
    private volatile boolean closed;
    private boolean finished;

    /** How long was waited, in nanoseconds, and how much came, since there were last enough bytes. */
    private long waited;

    private long came;

    private record Piece(List<ByteBuffer> bytes, @Nullable Throwable failure, boolean last) {}

    @Override
    public CompletionStage<Body> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Subscription given) {
        // Kept first, looked at second: close() does it the other way round, so that one of the two cancels.
        if (!subscription.compareAndSet(null, given) || closed) {
            given.cancel();
            return;
        }
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        pieces.add(new Piece(bytes, null, false));
    }

    @Override
    public void onError(Throwable failure) {
        pieces.add(new Piece(List.of(), failure, true));
    }

    @Override
    public void onComplete() {
        pieces.add(END);
    }

    /**
     * Returns the next piece, or null after the last.
     *
     * @param patience how long to wait for it
     * @throws HttpTimeoutException if nothing came in time, or too little
     * @throws IOException if the connection broke
     * @throws InterruptedException if the thread was interrupted
     */
    @Nullable
    List<ByteBuffer> next(Duration patience) throws IOException, InterruptedException {
        if (finished) {
            return null;
        }
        long before = System.nanoTime();
        @Nullable Piece piece = pieces.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        waited += System.nanoTime() - before;
        if (piece == null) {
            close();
            throw new HttpTimeoutException("no byte came for " + Wording.duration(patience));
        }
        if (piece.failure() != null) {
            finished = true;
            throw piece.failure() instanceof IOException broken ? broken : new IOException(piece.failure());
        }
        if (piece.last()) {
            finished = true;
            return null;
        }
        requirePace(piece.bytes(), patience);
        @Nullable Subscription source = subscription.get();
        if (source != null) {
            source.request(1);
        }
        return piece.bytes();
    }

    private void requirePace(List<ByteBuffer> bytes, Duration patience) throws HttpTimeoutException {
        for (ByteBuffer buffer : bytes) {
            came += buffer.remaining();
        }
        if (came >= LEAST) {
            came = 0;
            waited = 0;
        } else if (waited > patience.toNanos()) {
            close();
            throw new HttpTimeoutException("only " + came + " bytes came in " + Wording.duration(patience));
        }
    }

    /**
     * Returns the whole body.
     *
     * @param most the most bytes that it may have
     * @param patience how long to wait for each piece
     * @param longest how long to wait for all of it, so that a body that trickles has an end
     * @throws IOException if it is longer, took longer, or the connection broke
     * @throws InterruptedException if the thread was interrupted
     */
    byte[] all(int most, Duration patience, Duration longest) throws IOException, InterruptedException {
        long since = System.nanoTime();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (@Nullable List<ByteBuffer> piece = next(patience); piece != null; piece = next(patience)) {
            if (System.nanoTime() - since > longest.toNanos()) {
                close();
                throw new HttpTimeoutException("the answer was not complete after " + Wording.duration(longest));
            }
            for (ByteBuffer buffer : piece) {
                if (all.size() + buffer.remaining() > most) {
                    close();
                    throw new IOException("the answer has more than " + most + " bytes");
                }
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                all.write(bytes, 0, bytes.length);
            }
        }
        return all.toByteArray();
    }

    /** Drops what has not been taken; the connection closes if that is not all. */
    @Override
    public void close() {
        closed = true;
        @Nullable Subscription source = subscription.get();
        @Nullable Piece waiting = pieces.peek();
        if (source != null && !finished && (waiting == null || !waiting.last())) {
            source.cancel();
        }
        finished = true;
    }
}
