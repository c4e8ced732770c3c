package io.github.sae4j.hub;

import io.github.sae4j.hub.HubTransport.NoConnection;
import io.github.sae4j.hub.HubTransport.ProxyFailure;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When to try again, and how long to wait before. */
final class Retry {

    static final int TRIES = 5;

    private static final Logger LOG = LoggerFactory.getLogger(Retry.class);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(8);

    /** Where nothing listens, one more try shows whether that was a moment's trouble. */
    private static final Duration QUICK_WAIT = Duration.ofMillis(500);

    private static final int DEEPEST = 10;

    /** A server that asks for more than its window of 300 s is told to the user instead of waited for. */
    private static final Duration MOST_PATIENCE = Duration.ofSeconds(330);

    private final Pause pause;
    private final ProgressListener listener;

    /** Takes how to wait, and the listener for attempts that are repeated. */
    Retry(Pause pause, ProgressListener listener) {
        this.pause = pause;
        this.listener = listener;
    }

    /** Returns the same with another listener. */
    Retry telling(ProgressListener other) {
        return new Retry(pause, other);
    }

    /** How time is let pass. */
    interface Pause {
        /** Lets time pass. */
        void sleep(Duration duration) throws InterruptedException;
    }

    /** What may have to be done again. */
    interface Call<T> {
        /** Does it once. */
        T run() throws IOException;
    }

    /**
     * Does something until it works, fails for good, or has failed too often; where nothing listens, that is twice.
     *
     * @param what what it is, for the log
     * @param call the thing to do
     * @param earlier why it failed before, or null if this is the first time
     */
    <T> T run(String what, Call<T> call, @Nullable Exception earlier) throws IOException {
        Duration wait = FIRST_WAIT;
        boolean unconnected = false;
        if (earlier != null) {
            unconnected = earlier instanceof NoConnection;
            pause(what, unconnected ? QUICK_WAIT : wait, earlier);
            wait = next(wait);
        }
        for (int left = TRIES; ; left--) {
            try {
                return call.run();
            } catch (IOException | HubHttpException e) {
                boolean again = e instanceof NoConnection;
                if (left == 0 || !mayPass(e) || (unconnected && again)) {
                    throw e;
                }
                unconnected |= again;
                pause(what, again ? QUICK_WAIT : wait, e);
                wait = next(wait);
            }
        }
    }

    /** Waits as long as a failure asks for, else as long as given. */
    void pause(String what, Duration wait, Exception failure) {
        Duration asked = failure instanceof HubHttpException answered
                ? answered.retryAfter().orElse(wait)
                : wait;
        listener.onRetry(what, asked, Wording.reason(failure));
        LOG.info("Trying again in {} to fetch {}: {}", Wording.duration(asked), what, Wording.reason(failure));
        try {
            pause.sleep(asked);
        } catch (InterruptedException e) {
            throw HubTransport.interrupted(e);
        }
    }

    /** Returns whether a failure may pass by itself, within a time that is worth waiting. */
    static boolean mayPass(Exception failure) {
        if (failure instanceof HubHttpException answered) {
            return HubErrors.isPassing(answered.status())
                    && answered.retryAfter().orElse(Duration.ZERO).compareTo(MOST_PATIENCE) <= 0;
        }
        return failure instanceof IOException
                && !(failure instanceof ProxyFailure)
                && !isDistrust(failure)
                && !TooManyFiles.isCause(failure);
    }

    /** Returns whether a server's certificate was not accepted, which waiting does not change. */
    private static boolean isDistrust(Exception failure) {
        @Nullable Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            if (cause instanceof GeneralSecurityException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static Duration next(Duration wait) {
        Duration doubled = wait.multipliedBy(2);
        return doubled.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : doubled;
    }
}
