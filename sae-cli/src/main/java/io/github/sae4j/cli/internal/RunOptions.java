package io.github.sae4j.cli.internal;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.loader.SaesBeside;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which SAE runs, and how. */
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
class RunOptions {

    /** What our kernel and libtorch look at once, before they begin. */
    private static final List<String> THREAD_LIMITS = List.of("sae4j.threads", "ai.djl.pytorch.num_threads");

    @Option(names = "--sae", required = true, paramLabel = "SAE", description = SaeOptions.NAMES)
    private String sae;

    @Mixin
    private SaeOptions options;

    @Option(
            names = "--batch-tokens",
            paramLabel = "N",
            converter = AtLeastOne.class,
            description =
                    "How many tokens are in memory at a time; default ${DEFAULT-VALUE}. Temporal SAEs take whole sequences instead.")
    private int batchTokens = 512;

    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = AtLeastOne.class,
            description = "How many threads do the arithmetic; by default as many as there are processors.")
    private @Nullable Integer threads;

    @Option(names = "--allow-non-finite", description = "Let NaN and infinity through instead of stopping at them.")
    private boolean allowNonFinite;

    /** Opens the SAE. */
    OpenSae open(Terminal terminal) {
        if (threads != null) {
            THREAD_LIMITS.forEach(property -> System.setProperty(property, threads.toString()));
        }
        return OpenSae.open(sae, options, terminal, allowNonFinite, prepared());
    }

    /** Opens the SAE and starts to take its SHA-256, which every output has in its metadata. */
    OpenSae openForOutput(Terminal terminal) {
        OpenSae open = open(terminal);
        open.prepareSha256();
        return open;
    }

    /** Opens the set of layers that was named. */
    OpenSet openSet(Terminal terminal) {
        return OpenSet.open(sae, options, terminal, allowNonFinite, prepared());
    }

    /** Returns whether the encoder is prepared; it is not unless a command has the option. */
    boolean prepared() {
        return false;
    }

    boolean allowNonFinite() {
        return allowNonFinite;
    }

    /** Returns what opens the SAEs that lie beside one, by name: in the folders next to its own, or in the cache. */
    Map<String, Supplier<Optional<SparseAutoencoder>>> beside(OpenSae open) {
        Path folder = OpenSae.folder(open.name());
        return folder == null ? SaesBeside.inCache(open.sae(), options.hub().config()) : SaesBeside.inFolders(folder);
    }

    int batchTokens() {
        return batchTokens;
    }
}
