package io.github.sae4j.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends single requests, with the headers that the hub expects; it follows no redirect and repeats nothing.
 *
 * <p>The token goes to the hub's own address, and only there.
 */
final class HubTransport {

    private static final Logger LOG = LoggerFactory.getLogger(HubTransport.class);
    private static final int MOST_WARNINGS = 100;
    private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

    private final HubConfig config;
    private final Redaction redaction;
    private final Set<String> warned = ConcurrentHashMap.newKeySet();
    private @Nullable HttpClient client;

    HubTransport(HubConfig config, Redaction redaction) {
        this.config = config;
        this.redaction = redaction;
    }

    /** A proxy between here and the hub does not do its work: neither waiting nor the cache mends that. */
    static final class ProxyFailure extends IOException {

        private static final long serialVersionUID = 1L;

        ProxyFailure(String message, @Nullable IOException cause) {
            super(message, cause);
        }
    }

    /** Nothing listens where the server should be, or its name is not known. */
    static final class NoConnection extends IOException {

        private static final long serialVersionUID = 1L;

        NoConnection(String message, IOException cause) {
            super(message, cause);
        }
    }

    /**
     * A request.
     *
     * @param method {@code HEAD} or {@code GET}
     * @param uri the address
     * @param withToken false once a redirect has led away from the hub; the token goes to the hub only in any case
     * @param range the {@code Range} header, or null to ask for everything
     * @param patience how long the headers may take
     */
    record Request(
            String method,
            URI uri,
            boolean withToken,
            @Nullable String range,
            Duration patience) {}

    /**
     * Sends a request and returns the answer, whatever its status.
     *
     * @throws IOException if there was none in time
     * @throws HubInterruptedException if the thread was interrupted
     */
    Answer send(Request request) throws IOException {
        HttpRequest.Builder builder = HttpRequest.newBuilder(request.uri())
                .method(request.method(), HttpRequest.BodyPublishers.noBody())
                .timeout(request.patience())
                .header("Accept", "*/*")
                .header("Accept-Encoding", "identity")
                .header("User-Agent", config.userAgent())
                .header("X-Amzn-Trace-Id", UUID.randomUUID().toString());
        if (request.withToken() && HubAddresses.sameServer(config.endpoint(), request.uri())) {
            config.token().ifPresent(token -> builder.header("Authorization", "Bearer " + token));
        }
        if (request.range() != null) {
            builder.header("Range", request.range());
        }
        HttpResponse<Body> response;
        try {
            response = client().send(builder.build(), info -> new Body());
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (IOException e) {
            throw worded(request.uri(), redaction.cause(e));
        } catch (UncheckedIOException e) {
            // What the client throws where it is made and the system gives it no selector.
            throw worded(request.uri(), redaction.cause(new IOException(e.getMessage(), e)));
        } catch (IllegalArgumentException | IllegalStateException | SecurityException e) {
            // What the client throws at answers that it does not understand, and under a security manager.
            throw new IOException(e.getClass().getSimpleName() + ": " + redaction.text(e.getMessage()));
        }
        Answer answer = new Answer(request.uri(), response.statusCode(), response.headers(), response.body());
        LOG.debug(
                "{} {} answered {}",
                request.method(),
                redaction.text(Redaction.address(request.uri())),
                answer.status());
        passOnWarning(answer);
        if (answer.status() == PROXY_AUTHENTICATION_REQUIRED) {
            answer.close();
            throw new ProxyFailure("the proxy asks for a user and a password", null);
        }
        return answer;
    }

    /** Made when it is first needed: what the cache can answer should not wait for the network's classes. */
    private synchronized HttpClient client() {
        if (client == null) {
            client = config.newHttpClient();
        }
        return client;
    }

    /** Keeps the thread's interrupt flag, and returns what the interruption ends in. */
    static HubInterruptedException interrupted(Exception cause) {
        Thread.currentThread().interrupt();
        return new HubInterruptedException(
                "The thread was interrupted while it waited for the hub. What was received is kept; call again to go"
                        + " on.",
                cause);
    }

    /** Returns a failure that says what happened; Java's client leaves that out where there is no connection. */
    private IOException worded(URI uri, IOException failure) {
        @Nullable String message = failure.getMessage();
        if (message != null && message.startsWith("Tunnel failed")) {
            return new ProxyFailure("the proxy does not let the request through: " + message, failure);
        }
        if (TooManyFiles.isCause(failure)) {
            return new IOException(TooManyFiles.REASON, failure);
        }
        if (failure instanceof ConnectException || failure instanceof NoRouteToHostException) {
            if (goesThroughProxy(uri)) {
                return new ProxyFailure("the proxy takes no connection", failure);
            }
            String server = redaction.text(uri.getHost());
            return new NoConnection(
                    isUnresolved(failure)
                            ? "the name " + server + " is not known"
                            : server + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + " takes no connection",
                    failure);
        }
        return message == null ? new IOException(failure.getClass().getSimpleName(), failure) : failure;
    }

    private static boolean isUnresolved(IOException failure) {
        @Nullable Throwable cause = failure.getCause();
        return cause instanceof UnresolvedAddressException
                || (cause != null && cause.getCause() instanceof UnresolvedAddressException);
    }

    private boolean goesThroughProxy(URI uri) {
        return client().proxy()
                .map(selector -> selector.select(uri).stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT))
                .orElse(false);
    }

    /** Logs what the hub wants its users to know, once for each topic. */
    private void passOnWarning(Answer answer) {
        for (String warning : answer.headers().allValues("X-HF-Warning")) {
            int colon = warning.indexOf(';');
            String topic = colon < 0 ? "" : warning.substring(0, colon).strip();
            if (HubAddresses.sameServer(config.endpoint(), answer.asked())
                    && warned.size() < MOST_WARNINGS
                    && warned.add(topic)) {
                LOG.warn("The hub says: {}", redaction.text(warning.substring(colon + 1)));
            }
        }
    }
}
