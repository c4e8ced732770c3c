package io.github.sae4j.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A headless Chromium that is told what to do by its DevTools protocol. */
final class Chromium implements AutoCloseable {

    private static final int SECONDS = 60;

    private final Process process;
    private final WebSocket socket;
    private final Answers answers = new Answers();
    private int next;

    private Chromium(Process process, String page) {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(page), answers)
                .join();
    }

    /** Returns where the browser is, if this machine has one. */
    static Optional<Path> program() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts a browser.
     *
     * @param profile an empty folder
     */
    static Chromium start(Path profile) {
        try {
            Process process = new ProcessBuilder(
                            program().orElseThrow().toString(),
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--no-first-run",
                            "--remote-debugging-port=0",
                            "--user-data-dir=" + profile,
                            "about:blank")
                    .redirectErrorStream(true)
                    .redirectOutput(profile.resolve("chromium.log").toFile())
                    .start();
            try {
                return new Chromium(process, page(profile.resolve("DevToolsActivePort")));
            } catch (RuntimeException e) {
                process.destroyForcibly();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String page(Path portFile) {
        try {
            for (int tenths = 0; tenths < 10 * SECONDS; tenths++) {
                if (Files.exists(portFile) && Files.readAllLines(portFile).size() > 1) {
                    String port = Files.readAllLines(portFile).get(0);
                    HttpRequest list = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                            .build();
                    String targets = HttpClient.newHttpClient()
                            .send(list, BodyHandlers.ofString())
                            .body();
                    for (JsonElement target : JsonParser.parseString(targets).getAsJsonArray()) {
                        JsonObject found = target.getAsJsonObject();
                        if (found.get("type").getAsString().equals("page")) {
                            return found.get("webSocketDebuggerUrl").getAsString();
                        }
                    }
                }
                Thread.sleep(100);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException("Chromium did not start.");
    }

    /** Sends a command and returns its result. */
    JsonObject send(String method, Map<String, Object> parameters) {
        int id = ++next;
        CompletableFuture<JsonObject> answer = answers.expect(id);
        String command = new com.google.gson.Gson().toJson(Map.of("id", id, "method", method, "params", parameters));
        socket.sendText(command, true).join();
        JsonObject answered = await(answer);
        if (answered.has("error")) {
            throw new IllegalStateException(method + ": " + answered.get("error"));
        }
        return answered.getAsJsonObject("result");
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Opens a file as on a screen of this size, and waits until it has been drawn. */
    void open(Path file, int width, int height, boolean dark) {
        answers.events.clear();
        send("Page.enable", Map.of());
        send("Log.enable", Map.of());
        send("Runtime.enable", Map.of());
        send("Network.enable", Map.of());
        screen(width, height);
        Map<String, String> scheme = Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
        send("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
        CompletableFuture<JsonObject> loaded = answers.expect("Page.loadEventFired");
        send("Page.navigate", Map.of("url", file.toUri().toString()));
        await(loaded);
        settle();
    }

    void screen(int width, int height) {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    /** Waits until what has changed is on the screen. */
    void settle() {
        evaluate(
                "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100))))");
    }

    /** Returns the value of an expression; a promise is waited for. */
    JsonElement evaluate(String expression) {
        JsonObject result =
                send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + result.get("exceptionDetails"));
        }
        JsonElement value = result.getAsJsonObject("result").get("value");
        return value == null ? com.google.gson.JsonNull.INSTANCE : value;
    }

    /** Presses a key as a user would. */
    void press(String key, int code, String text) {
        Map<String, Object> down =
                Map.of("type", "keyDown", "key", key, "code", key, "windowsVirtualKeyCode", code, "text", text);
        send("Input.dispatchKeyEvent", down);
        send("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
    }

    void type(String text) {
        send("Input.insertText", Map.of("text", text));
    }

    Path screenshot(Path file) {
        String bytes = send("Page.captureScreenshot", Map.of("format", "png"))
                .get("data")
                .getAsString();
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            return Files.write(file, Base64.getDecoder().decode(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what the page complained of since it was opened. */
    List<String> complaints() {
        return answers.events.stream()
                .filter(event -> event.startsWith("{\"method\":\"Log.entryAdded\"")
                        || event.startsWith("{\"method\":\"Runtime.exceptionThrown\""))
                .toList();
    }

    /** Returns the addresses that the page asked for since it was opened. */
    List<String> requests() {
        return answers.events.stream()
                .filter(event -> event.startsWith("{\"method\":\"Network.requestWillBeSent\""))
                .map(event -> JsonParser.parseString(event)
                        .getAsJsonObject()
                        .getAsJsonObject("params")
                        .getAsJsonObject("request")
                        .get("url")
                        .getAsString())
                .toList();
    }

    @Override
    public void close() {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Messages as they come in, whole or in pieces. */
    private static final class Answers implements WebSocket.Listener {

        private final Map<Object, CompletableFuture<JsonObject>> expected = new ConcurrentHashMap<>();
        private final List<String> events = new CopyOnWriteArrayList<>();
        private final StringBuilder message = new StringBuilder();

        CompletableFuture<JsonObject> expect(Object what) {
            return expected.computeIfAbsent(what, ignored -> new CompletableFuture<>());
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            message.append(text);
            if (last) {
                String whole = message.toString();
                message.setLength(0);
                JsonObject object = JsonParser.parseString(whole).getAsJsonObject();
                Object key = object.has("id")
                        ? (Object) object.get("id").getAsInt()
                        : object.get("method").getAsString();
                if (!object.has("id")) {
                    events.add(whole);
                }
                CompletableFuture<JsonObject> waiting = expected.remove(key);
                if (waiting != null) {
                    waiting.complete(object);
                }
            }
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }
    }
}
