package io.github.sae4j.cli.internal;

import io.github.sae4j.data.DataException;
import io.github.sae4j.hub.HubCache;
import io.github.sae4j.hub.HubConfig;
import io.github.sae4j.hub.ProgressListener;
import io.github.sae4j.loader.HubSaeLoader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how a published SAE is fetched. */
final class HubOptions {

    private static final long LONGEST_TOKEN_FILE = 4096;

    @Option(
            names = "--revision",
            paramLabel = "REV",
            description = "The branch, tag, reference or commit of a published SAE; the same as SAE@REV.")
    private @Nullable String revision;

    @Option(names = "--offline", description = "Use only what is in the Hugging Face cache, as with HF_HUB_OFFLINE=1.")
    private boolean offline;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file with a token for private and gated repositories, instead of HF_TOKEN.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "The Hugging Face cache, instead of where HF_HUB_CACHE or HF_HOME say it is.")
    private @Nullable Path cache;

    /** Sets what the user asked for. */
    HubSaeLoader apply(HubSaeLoader loader, ProgressListener progress) {
        if (revision != null) {
            loader.revision(revision);
        }
        return loader.hub(config().toBuilder().progress(progress).build());
    }

    /** Returns how the hub is reached and where its cache is. */
    HubConfig config() {
        HubConfig.Builder hub = HubConfig.fromEnvironment().toBuilder();
        if (offline) {
            hub.offline(true);
        }
        if (tokenFile != null) {
            hub.token(token(tokenFile));
        }
        if (cache != null) {
            hub.cache(cache);
        }
        return hub.build();
    }

    /** Checks that nothing was asked for that a folder of this machine cannot have. */
    void requireNoRevision(String folder) {
        if (revision != null) {
            throw new CommandException("--revision " + revision + " is for published SAEs, but " + folder
                    + " is a folder of this machine.");
        }
    }

    /** Returns the cache that a command without an SAE is about. */
    static HubCache cache(@Nullable Path folder) {
        return folder == null ? HubCache.fromEnvironment() : HubCache.of(folder);
    }

    private static String token(Path file) {
        try {
            if (Files.size(file) > LONGEST_TOKEN_FILE) {
                throw new CommandException(file + " should hold a token, but has " + Files.size(file) + " bytes.");
            }
            String token = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
            if (token.isEmpty()) {
                throw new CommandException(file + " should hold a token, but is empty.");
            }
            return token;
        } catch (IOException e) {
            throw DataException.of(DataException.Reason.UNREADABLE, file, "cannot be read", e);
        }
    }
}
