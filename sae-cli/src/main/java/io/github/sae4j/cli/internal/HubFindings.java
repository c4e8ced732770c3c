package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.hub.HubConfig;
import io.github.sae4j.hub.HubException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where published SAEs would come from and be kept, and whether they could be fetched now. */
final class HubFindings {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int PROXY_REFUSES = 407;
    private static final int SERVER_FAILS = 500;

    private HubFindings() {}

    /**
     * Finds out.
     *
     * @param cache the cache's folder, or null for the one that the environment names
     * @param offline whether the hub must not be asked, whatever the environment says
     */
    static List<Finding> collect(@Nullable Path cache, boolean offline) {
        HubConfig config;
        try {
            config = HubConfig.fromEnvironment();
        } catch (HubException e) {
            return List.of(Finding.of("hub", "its settings cannot be read: " + e.getMessage()));
        }
        boolean silent = offline || config.offline();
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.of("hub", config.endpoint().toString()));
        findings.add(Finding.of("cache", folder(cache == null ? config.cache().folder() : cache)));
        findings.add(Finding.of("offline", offline ? "yes, by --offline" : silent ? "yes, by the environment" : "no"));
        findings.add(Finding.of("token", config.hasToken() ? "set, from " + tokenSource(System.getenv()) : "not set"));
        findings.add(Finding.of(
                "hub reachable", silent ? "not asked, as the network is out of bounds" : answer(config.endpoint())));
        return List.copyOf(findings);
    }

    private static String folder(Path folder) {
        Path existing = folder.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        String state = Files.isDirectory(folder) ? "exists" : Files.exists(folder) ? "not a folder" : "not there yet";
        String writable = Files.isDirectory(existing) && Files.isWritable(existing) ? "writable" : "not writable";
        return folder + ", " + state + ", " + writable + ", " + freeSpace(existing);
    }

    private static String freeSpace(Path existing) {
        try {
            return Quantity.bytes(Files.getFileStore(existing).getUsableSpace()) + " free";
        } catch (IOException e) {
            return "free space not known";
        }
    }

    /** In the order in which the hub's client looks. */
    private static String tokenSource(Map<String, String> environment) {
        for (String name : List.of("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")) {
            if (!environment.getOrDefault(name, "").isBlank()) {
                return name;
            }
        }
        return environment.getOrDefault("HF_TOKEN_PATH", "").isBlank()
                ? "the file token in the folder of Hugging Face"
                : "the file that HF_TOKEN_PATH names";
    }

    /** Any answer will do, so the request carries no token. */
    private static String answer(URI endpoint) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build();
        HttpRequest request = HttpRequest.newBuilder(endpoint)
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .timeout(PATIENCE)
                .build();
        try {
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            return status == PROXY_REFUSES || status >= SERVER_FAILS
                    ? "no: the answer was HTTP " + status
                    : "yes, it answered with HTTP " + status;
        } catch (ConnectException e) {
            return "no: nothing answers at this address, or a firewall is between";
        } catch (IOException e) {
            return "no: " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "not known, as asking was interrupted";
        }
    }
}
