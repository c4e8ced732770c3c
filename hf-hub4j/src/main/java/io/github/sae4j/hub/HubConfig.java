package io.github.sae4j.hub;

import io.github.sae4j.hub.HubEnvironment.Settings;
import io.github.sae4j.hub.HubException.Reason;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a client reaches the hub and where it keeps files.
 *
 * <p>Immutable. {@link #fromEnvironment()} follows the variables that Python's client knows, {@link #defaults()} follows
 * none, and {@link #toBuilder()} changes single settings of either:
 *
 * <pre>{@code
 * HubConfig config = HubConfig.fromEnvironment().toBuilder().offline(true).build();
 * }</pre>
 *
 * @since 0.1
 */
public final class HubConfig {

    private final URI endpoint;
    private final HubCache cache;
    private final @Nullable String token;
    private final boolean offline;
    private final boolean symlinks;
    private final boolean progressBars;
    private final boolean telemetry;
    private final Duration etagTimeout;
    private final Duration downloadTimeout;
    private final String userAgent;
    private final String origin;
    private final @Nullable HttpClient httpClient;
    private final @Nullable ProxySelector proxySelector;
    private final ProgressListener progress;

    private HubConfig(Builder builder) {
        this.endpoint = builder.endpoint;
        this.cache = builder.cache;
        this.token = builder.token;
        this.offline = builder.offline;
        this.symlinks = builder.symlinks;
        this.progressBars = builder.progressBars;
        this.telemetry = builder.telemetry;
        this.etagTimeout = builder.etagTimeout;
        this.downloadTimeout = builder.downloadTimeout;
        this.userAgent = builder.userAgent;
        this.origin = builder.origin;
        this.httpClient = builder.httpClient;
        this.proxySelector = builder.proxySelector;
        this.progress = builder.progress;
    }

    /**
     * Returns the settings of a process without any variable set: the public hub, no token, the cache in
     * {@code ~/.cache/huggingface/hub}.
     */
    public static HubConfig defaults() {
        return fromEnvironment(Map.of());
    }

    /**
     * Returns the settings that this process's environment names.
     *
     * <ul>
     *   <li>the cache: see {@link HubCache#fromEnvironment()}
     *   <li>the token: {@code HF_TOKEN}, else {@code HUGGING_FACE_HUB_TOKEN}, else the file {@code HF_TOKEN_PATH}, else
     *       the file {@code $HF_HOME/token}; none with {@code HF_HUB_DISABLE_IMPLICIT_TOKEN}
     *   <li>{@code HF_ENDPOINT}, {@code HF_HUB_OFFLINE} or {@code TRANSFORMERS_OFFLINE}, {@code HF_HUB_ETAG_TIMEOUT} and
     *       {@code HF_HUB_DOWNLOAD_TIMEOUT} in seconds, {@code HF_HUB_DISABLE_SYMLINKS},
     *       {@code HF_HUB_DISABLE_PROGRESS_BARS}, {@code HF_HUB_USER_AGENT_ORIGIN}, {@code HF_HUB_DISABLE_TELEMETRY} or
     *       {@code DO_NOT_TRACK}
     * </ul>
     *
     * A switch is on if it is {@code 1}, {@code ON}, {@code YES} or {@code TRUE}, in any case. {@code HF_HUB_DISABLE_XET}
     * changes nothing: files are always fetched by plain HTTP.
     *
     * @throws HubException if a variable holds what it cannot
     */
    public static HubConfig fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    /**
     * Returns the settings that an environment names; see {@link #fromEnvironment()}.
     *
     * @param environment variables and their values
     * @throws NullPointerException if {@code environment} is null
     * @throws HubException if a variable holds what it cannot
     */
    public static HubConfig fromEnvironment(Map<String, String> environment) {
        return new Builder(HubEnvironment.read(HubException.requirePresent(environment, "environment"))).build();
    }

    /** Returns a builder that begins with these settings. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Returns the hub's address, without a slash at its end. */
    public URI endpoint() {
        return endpoint;
    }

    /** Returns the cache in which files are kept. */
    public HubCache cache() {
        return cache;
    }

    /** Returns whether there is a token. */
    public boolean hasToken() {
        return token != null;
    }

    /** Returns the token, if there is one. It is a secret: keep it out of logs. */
    public Optional<String> token() {
        return Optional.ofNullable(token);
    }

    /** Returns whether the network is out of bounds. */
    public boolean offline() {
        return offline;
    }

    /** Returns whether snapshots may hold links to blobs; where the file system has none they never do. */
    public boolean symlinks() {
        return symlinks;
    }

    /** Returns whether the environment leaves progress bars on; the client itself never draws any. */
    public boolean progressBars() {
        return progressBars;
    }

    /** Returns how long the hub may take to say what a file is. */
    public Duration etagTimeout() {
        return etagTimeout;
    }

    /** Returns how long a transfer may go without a byte, and how long 1,000 bytes may take at most. */
    public Duration downloadTimeout() {
        return downloadTimeout;
    }

    /** Returns the listener of the calls that name none. */
    public ProgressListener progress() {
        return progress;
    }

    /** Returns what the {@code User-Agent} begins with, empty if nothing was set. */
    public String product() {
        return userAgent;
    }

    /** Returns the {@code User-Agent} that requests carry. */
    public String userAgent() {
        StringBuilder agent = new StringBuilder();
        if (!userAgent.isEmpty()) {
            agent.append(userAgent).append("; ");
        }
        agent.append("hf-hub4j/").append(version());
        if (telemetry) {
            agent.append("; java/").append(System.getProperty("java.version", "unknown"));
        }
        if (!origin.isEmpty()) {
            agent.append("; origin/").append(origin);
        }
        return agent.toString();
    }

    HttpClient newHttpClient() {
        if (httpClient != null) {
            return httpClient;
        }
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER);
        if (proxySelector != null) {
            builder.proxy(proxySelector);
        }
        return builder.build();
    }

    /** Returns the settings without the token. */
    @Override
    public String toString() {
        return "HubConfig[endpoint=" + endpoint + ", cache=" + cache.folder() + ", token="
                + (token == null ? "none" : "set") + ", offline=" + offline + ", symlinks=" + symlinks
                + ", etagTimeout="
                + etagTimeout + ", downloadTimeout=" + downloadTimeout + ", userAgent=" + userAgent() + "]";
    }

    private static String version() {
        @Nullable String version = HubConfig.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }

    /**
     * Changes single settings; made by {@link HubConfig#toBuilder()}. Not safe to share between threads.
     *
     * <pre>{@code
     * HubConfig config = HubConfig.fromEnvironment().toBuilder()
     *         .cache(Path.of("/srv/huggingface"))
     *         .downloadTimeout(Duration.ofSeconds(30))
     *         .userAgent("my-service/2.1")
     *         .build();
     * }</pre>
     *
     * @since 0.1
     */
    public static final class Builder {

        private URI endpoint;
        private HubCache cache;
        private @Nullable String token;
        private boolean offline;
        private boolean symlinks;
        private boolean progressBars;
        private boolean telemetry;
        private Duration etagTimeout;
        private Duration downloadTimeout;
        private String userAgent = "";
        private String origin;
        private @Nullable HttpClient httpClient;
        private @Nullable ProxySelector proxySelector;
        private ProgressListener progress = ProgressListener.NONE;

        private Builder(Settings settings) {
            this.endpoint = HubAddresses.requireEndpoint(settings.endpoint());
            this.cache = settings.cache();
            this.token = settings.token() == null ? null : HubSettings.requireToken(settings.token());
            this.offline = settings.offline();
            this.symlinks = settings.symlinks();
            this.progressBars = settings.progressBars();
            this.telemetry = settings.telemetry();
            this.etagTimeout = settings.etagTimeout();
            this.downloadTimeout = settings.downloadTimeout();
            this.origin = HubSettings.requireHeaderText(settings.origin(), "HF_HUB_USER_AGENT_ORIGIN");
        }

        private Builder(HubConfig config) {
            this.endpoint = config.endpoint;
            this.cache = config.cache;
            this.token = config.token;
            this.offline = config.offline;
            this.symlinks = config.symlinks;
            this.progressBars = config.progressBars;
            this.telemetry = config.telemetry;
            this.etagTimeout = config.etagTimeout;
            this.downloadTimeout = config.downloadTimeout;
            this.userAgent = config.userAgent;
            this.origin = config.origin;
            this.httpClient = config.httpClient;
            this.proxySelector = config.proxySelector;
            this.progress = config.progress;
        }

        /**
         * Sets the hub's address.
         *
         * @param address an {@code http} or {@code https} address without user, query and fragment
         * @throws HubException if it is not one
         */
        public Builder endpoint(String address) {
            this.endpoint = HubAddresses.requireEndpoint(HubException.requirePresent(address, "address"));
            return this;
        }

        /**
         * Sets the folder in which files are kept, which need not exist yet.
         *
         * @param folder the folder that holds {@code models--owner--name} folders
         */
        public Builder cache(Path folder) {
            this.cache = HubCache.of(folder);
            return this;
        }

        /**
         * Sets the token.
         *
         * @param secret the token; space and line ends around it are dropped; empty for none
         * @throws HubException if it has characters that no token has
         */
        public Builder token(String secret) {
            String stripped = HubException.requirePresent(secret, "secret").strip();
            this.token = stripped.isEmpty() ? null : HubSettings.requireToken(stripped);
            return this;
        }

        /**
         * Allows or forbids the network.
         *
         * @param forbidden whether only the cache is asked
         */
        public Builder offline(boolean forbidden) {
            this.offline = forbidden;
            return this;
        }

        /**
         * Allows or forbids links in snapshots.
         *
         * @param allowed false to have plain files in snapshots, and no blobs beside them
         */
        public Builder symlinks(boolean allowed) {
            this.symlinks = allowed;
            return this;
        }

        /**
         * Sets how long the hub may take to say what a file is.
         *
         * @param limit more than zero; 10 seconds by default
         */
        public Builder etagTimeout(Duration limit) {
            this.etagTimeout = HubSettings.requirePositive(limit, "etagTimeout");
            return this;
        }

        /**
         * Sets how long a transfer may go without a byte, and how long 1,000 bytes of it may take; the same counts for
         * what the hub answers about repositories. A server that is slower than that, as one that sends a byte a second,
         * is treated like a connection that broke: what came is kept, and after five more tries the download ends.
         *
         * @param limit more than zero; 10 seconds by default, so that 100 bytes a second are enough
         */
        public Builder downloadTimeout(Duration limit) {
            this.downloadTimeout = HubSettings.requirePositive(limit, "downloadTimeout");
            return this;
        }

        /**
         * Sets what the {@code User-Agent} begins with.
         *
         * @param product the program that uses the client, for example {@code sae4j/1.0}; may be empty
         * @throws HubException if it has characters beyond printable ASCII
         */
        public Builder userAgent(String product) {
            this.userAgent = HubSettings.requireHeaderText(product, "userAgent");
            return this;
        }

        /**
         * Sets the HTTP client that requests go through, for its proxy, certificates or threads; by default one of our own.
         *
         * @param client a client that does not follow redirects by itself. Left to itself, Java's client would send the
         *     token on to the server that a redirect names
         * @throws HubException if it follows redirects
         */
        public Builder httpClient(HttpClient client) {
            HubException.requirePresent(client, "client");
            if (client.followRedirects() != HttpClient.Redirect.NEVER) {
                throw new HubException(
                        Reason.INVALID_ARGUMENT,
                        "The HTTP client follows redirects by itself, which would pass the token on to"
                                + " other servers: build it with HttpClient.Redirect.NEVER.");
            }
            this.httpClient = client;
            return this;
        }

        /**
         * Sets the proxies that requests go through, unless {@link #httpClient} was given; by default those of the JVM's own
         * settings ({@code https.proxyHost} and the like).
         *
         * @param selector the proxies
         */
        public Builder proxySelector(ProxySelector selector) {
            this.proxySelector = HubException.requirePresent(selector, "selector");
            return this;
        }

        /**
         * Sets the progress listener of calls that name none (default: none).
         *
         * @param listener receives the progress of downloads
         */
        public Builder progress(ProgressListener listener) {
            this.progress = HubException.requirePresent(listener, "listener");
            return this;
        }

        /** Returns the settings. */
        public HubConfig build() {
            return new HubConfig(this);
        }
    }
}
