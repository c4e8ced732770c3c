package io.github.sae4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import io.github.sae4j.core.Feature;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class FeatureServiceTest {

    private static final int TOKENS = 64;

    @TempDir
    private static Path folder;

    private static SmallSae small;
    private static FeatureService running;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws IOException {
        small = SmallSae.in(folder, TOKENS);
        running = FeatureService.start(small.open(), 0);
    }

    @AfterAll
    static void close() {
        running.close();
    }

    @Test
    void answersJsonAndBytesWithTheStrongestFeatures() throws Exception {
        float[] activation = small.activations(1)[0];
        HttpResponse<String> json = post(running.address(), json(activation));
        HttpResponse<String> bytes = client.send(
                HttpRequest.newBuilder(running.address())
                        .header("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofByteArray(littleEndian(activation)))
                        .build(),
                BodyHandlers.ofString());

        assertThat(json.statusCode()).isEqualTo(200);
        assertThat(features(json)).isEqualTo(small.features(1).top(0, 10)).isNotEmpty();
        assertThat(bytes.body()).isEqualTo(json.body());
    }

    @Test
    void answersManyAtOnce() throws Exception {
        float[][] activations = small.activations(TOKENS);
        SparseFeatures features = small.features(TOKENS);
        List<List<Feature>> expected = IntStream.range(0, TOKENS)
                .mapToObj(token -> features.top(token, 10))
                .toList();
        List<CompletableFuture<HttpResponse<String>>> answers = Arrays.stream(activations)
                .map(activation ->
                        client.sendAsync(request(running.address(), json(activation)), BodyHandlers.ofString()))
                .toList();

        assertThat(answers).extracting(answer -> features(answer.join())).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[1, 2", "[1, null]", "{}", "[1, 2]", "NaN"})
    void refusesWhatIsNoActivation(String body) throws Exception {
        HttpResponse<String> answer = post(running.address(), body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).startsWith("{\"error\":");
    }

    @Test
    void refusesNaN() throws Exception {
        float[] activation = small.activations(1)[0];
        activation[3] = Float.NaN;
        HttpResponse<String> answer = post(running.address(), Arrays.toString(activation));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("NaN");
    }

    @Test
    void refusesOtherMethods() throws Exception {
        HttpResponse<String> answer =
                client.send(HttpRequest.newBuilder(running.address()).build(), BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(405);
    }

    @Test
    void answersWhatIsOnItsWayWith503WhileItEnds() throws Exception {
        String body = json(small.activations(1)[0]);
        SparseAutoencoder sae = small.open();
        FeatureService service = FeatureService.start(sae, 0);
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), service.address().getPort())) {
            OutputStream out = socket.getOutputStream();
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            out.write(("POST /features HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
                            + body.length() + "\r\n\r\n")
                    .getBytes(UTF_8));
            assertThat(in.readLine()).isEqualTo("HTTP/1.1 100 Continue");
            assertThat(in.lines().takeWhile(line -> !line.isEmpty())).containsExactly("Content-Length: 0");

            CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> service.close(300));
            awaitClosed(sae);
            out.write(body.getBytes(UTF_8));

            assertThat(in.readLine()).startsWith("HTTP/1.1 503");
            closing.get();
        }
        assertThatThrownBy(() -> post(service.address(), body)).isInstanceOf(ConnectException.class);
    }

    @Test
    void isAProgramThatEndsWhenItIsAskedTo() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FeatureService.class.getName(),
                        small.folder().toString(),
                        "0")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = process.inputReader()) {
            String line = out.readLine();
            URI address = URI.create(line.substring("POST activations to ".length()));
            assertThat(post(address, json(small.activations(1)[0])).statusCode())
                    .isEqualTo(200);

            process.destroy();

            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static void awaitClosed(SparseAutoencoder sae) throws InterruptedException {
        float[] zeros = new float[sae.config().dIn()];
        while (true) {
            try {
                sae.encode(zeros);
            } catch (RuntimeException e) {
                assertThat(e).hasMessageContaining("closed");
                return;
            }
            Thread.sleep(1);
        }
    }

    private HttpResponse<String> post(URI address, String body) throws IOException, InterruptedException {
        return client.send(request(address, body), BodyHandlers.ofString());
    }

    private static HttpRequest request(URI address, String body) {
        return HttpRequest.newBuilder(address)
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private static String json(float[] activation) {
        return new Gson().toJson(activation);
    }

    private static List<Feature> features(HttpResponse<String> answer) {
        return List.of(new Gson().fromJson(answer.body(), Feature[].class));
    }

    private static byte[] littleEndian(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
