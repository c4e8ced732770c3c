package io.github.sae4j.hub;

import io.github.sae4j.hub.HubException.Reason;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the environment says of the hub, in the variables that Python's client reads. */
final class HubEnvironment {

    private static final Logger LOG = LoggerFactory.getLogger(HubEnvironment.class);
    private static final List<String> TRUE = List.of("1", "ON", "YES", "TRUE");
    private static final int LONGEST_TOKEN = 64 * 1024;

    private final Map<String, String> environment;

    private HubEnvironment(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The settings that come from the environment. */
    record Settings(
            String endpoint,
            HubCache cache,
            @Nullable String token,
            boolean offline,
            boolean symlinks,
            boolean progressBars,
            boolean telemetry,
            Duration etagTimeout,
            Duration downloadTimeout,
            String origin) {

        @Override
        public String toString() {
            return "Settings[endpoint=" + endpoint + ", cache=" + cache + "]";
        }
    }

    static Settings read(Map<String, String> environment) {
        HubEnvironment variables = new HubEnvironment(environment);
        return new Settings(
                variables.text("HF_ENDPOINT", HubAddresses.PUBLIC_HUB),
                HubCache.fromEnvironment(environment),
                variables.token(),
                variables.isOn("HF_HUB_OFFLINE") || variables.isOn("TRANSFORMERS_OFFLINE"),
                !variables.isOn("HF_HUB_DISABLE_SYMLINKS"),
                !variables.isOn("HF_HUB_DISABLE_PROGRESS_BARS"),
                !variables.isOn("HF_HUB_DISABLE_TELEMETRY") && !variables.isOn("DO_NOT_TRACK"),
                variables.seconds("HF_HUB_ETAG_TIMEOUT"),
                variables.seconds("HF_HUB_DOWNLOAD_TIMEOUT"),
                variables.text("HF_HUB_USER_AGENT_ORIGIN", ""));
    }

    private String text(String name, String otherwise) {
        @Nullable String value = environment.get(name);
        return value == null || value.isBlank() ? otherwise : value.strip();
    }

    private boolean isOn(String name) {
        return TRUE.contains(text(name, "").toUpperCase(Locale.ROOT));
    }

    private Duration seconds(String name) {
        String value = text(name, "10");
        try {
            int seconds = Integer.parseInt(value);
            if (seconds > 0) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException e) {
            // Ends in the same sentence as a number that is too small.
        }
        throw new HubException(
                Reason.INVALID_ARGUMENT, name + " should be a number of seconds above 0, but is \"" + value + "\".");
    }

    private @Nullable String token() {
        if (isOn("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return null;
        }
        String token = text("HF_TOKEN", text("HUGGING_FACE_HUB_TOKEN", ""));
        if (token.isEmpty()) {
            token = tokenFile();
        }
        return token.isEmpty() ? null : token;
    }

    private String tokenFile() {
        String location =
                CacheLocation.ofToken(environment, System.getProperty("user.home", "."), File.separatorChar == '\\');
        try {
            Path file = Path.of(location);
            if (!Files.isRegularFile(file) || Files.size(file) > LONGEST_TOKEN) {
                return "";
            }
            return Files.readString(file).strip();
        } catch (IOException | InvalidPathException e) {
            LOG.warn("The token's file {} cannot be read; going on without a token.", location);
            return "";
        }
    }
}
