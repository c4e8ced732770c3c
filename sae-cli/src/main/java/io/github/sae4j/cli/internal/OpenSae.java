package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.report.JsonReport;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.InputRequirements;
import io.github.sae4j.loader.HubSaeLoader;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeDescription;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The SAE that a user named, opened.
 *
 * <p>The SHA-256 of its weights is taken in the background, for it takes as long as reading all of them.
 */
final class OpenSae implements AutoCloseable {

    /** The name of the SAE that the program makes itself. */
    static final String DEMO = "demo";

    private final String name;
    private final SparseAutoencoder sae;
    private final String options;
    private final String profile;
    private final boolean allowNonFinite;
    private final @Nullable TemporaryFolder folder;

    private OpenSae(
            String name,
            SparseAutoencoder sae,
            SaeOptions options,
            boolean allowNonFinite,
            @Nullable TemporaryFolder folder) {
        this.name = name;
        this.sae = sae;
        this.options = SettingOptions.spelled(Setting.ofSae(sae));
        this.profile = options.profile(sae);
        this.allowNonFinite = allowNonFinite;
        this.folder = folder;
    }

    /**
     * Opens an SAE.
     *
     * @param name a folder or file, the name of a published SAE, or {@code demo}
     * @param options how it is fetched and opened
     * @param terminal shows how fetching gets on
     * @param allowNonFinite whether NaN and infinity are let through
     * @param prepared whether its encoder is prepared for many tokens
     * @return the SAE, which the caller closes
     * @throws RuntimeException of the loader or ours, with a sentence, if there is no such SAE or it cannot run
     */
    static OpenSae open(String name, SaeOptions options, Terminal terminal, boolean allowNonFinite, boolean prepared) {
        if (!name.equals(DEMO)) {
            try (DownloadProgress progress = new DownloadProgress(terminal)) {
                SaeLoader loader = loader(name, options, progress)
                        .allowNonFinite(allowNonFinite)
                        .prepared(prepared);
                return new OpenSae(name, options.open(loader), options, allowNonFinite, null);
            }
        }
        options.hub().requireNoRevision(name);
        TemporaryFolder folder = TemporaryFolder.create("sae-demo-weights-");
        try {
            DemoData.standard().writeSae(folder.path());
            SaeLoader loader =
                    SAE.from(folder.path()).allowNonFinite(allowNonFinite).prepared(prepared);
            return new OpenSae(name, options.open(loader), options, allowNonFinite, folder);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /**
     * Returns what is known of an SAE without its weights, or null for the demonstration's, which is made anew.
     *
     * @throws RuntimeException of the loader, with a sentence, if there is no such SAE
     */
    static @Nullable SaeDescription describe(String name, SaeOptions options, Terminal terminal) {
        if (name.equals(DEMO)) {
            return null;
        }
        try (DownloadProgress progress = new DownloadProgress(terminal)) {
            return options.apply(loader(name, options, progress)).describe();
        }
    }

    static SaeLoader loader(String name, SaeOptions options, DownloadProgress progress) {
        @Nullable Path folder = folder(name);
        if (folder == null) {
            return options.hub().apply(published(name), progress);
        }
        options.hub().requireNoRevision(name);
        return SAE.from(folder);
    }

    /** Whoever meant a folder is told that there is none, not only that nothing is published under its name. */
    private static HubSaeLoader published(String name) {
        try {
            return SAE.from(name);
        } catch (SaeLoadException e) {
            if (name.isBlank() || name.contains("://")) {
                throw e;
            }
            throw new CommandException("No folder or file here is called " + name + ". " + e.getMessage(), e);
        }
    }

    /** Returns the folder or file that is meant, or null if the name is not that of one of this machine. */
    static @Nullable Path folder(String name) {
        if (name.isBlank() || name.contains("://")) {
            return null;
        }
        try {
            Path path = Path.of(name);
            boolean local = path.isAbsolute() || name.startsWith(".") || name.contains("\\") || name.endsWith("/");
            return local || Files.exists(path) ? path : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** Returns how the user named it. */
    String name() {
        return name;
    }

    SparseAutoencoder sae() {
        return sae;
    }

    /** Returns how a file that is read for this SAE is checked. */
    InputRequirements expected() {
        return InputRequirements.of(spokenName(), sae.config())
                .withSequences(!sae.capabilities().has(SaeCapability.ENCODE_TOKENS))
                .withNonFinite(allowNonFinite);
    }

    /**
     * Checks that features can be decoded.
     *
     * @throws SaeException with the reason, if they cannot
     */
    void requireDecoder() {
        Optional<String> reason = sae.capabilities().reasonAgainst(SaeCapability.DECODE);
        if (reason.isPresent()) {
            throw new SaeException(SaeException.Reason.NOT_SUPPORTED, reason.get());
        }
    }

    /** Returns the options that change what the SAE computes, as they could be written again; empty if there are none. */
    String options() {
        return options;
    }

    /** Returns what a profile that the user asked for means here, in words; empty if there is none. */
    String profile() {
        return profile;
    }

    private String spokenName() {
        Optional<String> repository = sae.source().repository();
        if (repository.isEmpty()) {
            return name;
        }
        String folder = name.substring(name.indexOf(':') + 1);
        return folder.equals(repository.get()) ? folder : folder + " of " + repository.get();
    }

    /** Returns the name under which the SAE is found again. */
    String lastingName() {
        return name.equals(DEMO) ? name : sae.source().description();
    }

    /** Starts to take the SHA-256 of the weights; whoever asks their source for it waits until it is taken. */
    @SuppressWarnings("FutureReturnValueIgnored") // what goes wrong is told to whoever asks
    void prepareSha256() {
        CompletableFuture.runAsync(() -> sae.source().sha256());
    }

    /** Returns a builder of where numbers come from that this SAE makes of others. */
    Provenance.Builder provenance() {
        return Provenance.builder()
                .sae(sae)
                .name(lastingName())
                .profile(profile)
                .version(Version.number());
    }

    /** Returns what says in JSON what was found on activations. */
    JsonReport json(Activations activations) {
        return JsonReport.about(sae, activations)
                .withName(lastingName())
                .withProfile(profile)
                .withVersion(Version.number());
    }

    /** Returns where the numbers of a file come from that is made of activations with this SAE. */
    Provenance provenance(Activations activations) {
        return provenance().source(activations).build();
    }

    @Override
    public void close() {
        sae.close();
        if (folder != null) {
            folder.close();
        }
    }
}
