package io.github.sae4j.examples;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.loader.SAE;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A web service around one SAE that all its threads share. It answers an activation, a JSON array or little-endian float32
 * bytes, with the strongest features as JSON; what does not fit or is not finite with 400, and what comes while it ends with
 * 503.
 */
public final class FeatureService implements AutoCloseable {

    private static final int STRONGEST = 10;
    private static final int BYTES_A_NUMBER = 32;
    private static final Duration LONGEST_CALL = Duration.ofSeconds(5);

    private final Gson gson = new GsonBuilder().disableHtmlEscaping().create();
    private final ExecutorService threads =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    private final SparseAutoencoder sae;
    private final HttpServer server;

    private FeatureService(SparseAutoencoder sae, HttpServer server) {
        this.sae = sae;
        this.server = server;
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("Arguments: SAE PORT");
        }
        FeatureService service = start(SAE.fromDisk(Path.of(args[0])), Integer.parseInt(args[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(service::close));
        System.out.println("POST activations to " + service.address());
    }

    /** Starts a service on this machine's loopback address; it owns the SAE. Port 0 stands for any that is free. */
    static FeatureService start(SparseAutoencoder sae, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        FeatureService service = new FeatureService(sae, server);
        server.createContext("/features", service::handle);
        server.setExecutor(service.threads);
        server.start();
        return service;
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/features");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("POST")) {
                answer(exchange, 405, Map.of("error", "POST an activation."));
                return;
            }
            try {
                answer(exchange, 200, sae.encode(activation(exchange)).top(0, STRONGEST));
            } catch (JsonParseException | IllegalArgumentException e) {
                answer(exchange, 400, Map.of("error", "The body is not an activation: " + e.getMessage()));
            } catch (SaeException e) {
                answer(exchange, status(e.reason()), Map.of("error", String.valueOf(e.getMessage())));
            } catch (IllegalStateException e) {
                answer(exchange, 503, Map.of("error", "The service ends."));
            }
        }
    }

    private static int status(SaeException.Reason reason) {
        return switch (reason) {
            case INVALID_ARGUMENT, NOT_FINITE -> 400;
            case CLOSED, INTERRUPTED -> 503;
            default -> 500;
        };
    }

    private float[] activation(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody()
                .readNBytes(BYTES_A_NUMBER * sae.config().dIn());
        if (!"application/octet-stream".equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
            float[] activation = gson.fromJson(new String(body, StandardCharsets.UTF_8), float[].class);
            if (activation == null) {
                throw new IllegalArgumentException("there is none.");
            }
            return activation;
        }
        if (body.length % Float.BYTES != 0) {
            throw new IllegalArgumentException(body.length + " bytes are no whole number of float32.");
        }
        float[] activation = new float[body.length / Float.BYTES];
        ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(activation);
        return activation;
    }

    private void answer(HttpExchange exchange, int status, Object content) throws IOException {
        byte[] json = gson.toJson(content).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, json.length);
        exchange.getResponseBody().write(json);
    }

    /** Ends calls that run longer than some seconds, answers what is on its way, and frees the SAE. */
    @Override
    public void close() {
        close(2);
    }

    /** Waits so many seconds at most for what is on its way to arrive and be answered. */
    void close(int seconds) {
        sae.close(LONGEST_CALL);
        server.stop(seconds);
        threads.shutdown();
    }
}
