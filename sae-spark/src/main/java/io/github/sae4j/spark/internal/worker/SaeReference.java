package io.github.sae4j.spark.internal.worker;

import ai.djl.Device;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SaeRuntime;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.hub.HubConfig;
import io.github.sae4j.loader.HubSaeLoader;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeLoader;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;

/**
 * The SAE that all processes of a job mean: what travels from the driver to the workers instead of weights.
 *
 * @param settings with the commit and the SHA-256 that the driver found
 * @param place where its files are
 * @param configuration the SHA-256 of what the driver found to configure it; empty on the driver before it has looked
 */
public record SaeReference(SaeSettings settings, SaePlace place, String configuration) implements Serializable {

    private static final Pattern ADDRESS = Pattern.compile("[a-z][a-z0-9+.-]+:/.*");
    private static final String HUB_SCHEME = "hf:";

    /**
     * Says which SAE is meant, and finds out on this machine which commit and which weights these are.
     *
     * @param check is shown the SAE, to refuse one that cannot do what is wanted before a job begins
     * @throws IllegalArgumentException if the settings go against each other
     * @throws io.github.sae4j.loader.SaeLoadException if the SAE cannot be opened here
     * @throws SaeException if its weights are not those that the settings name
     */
    public static SaeReference resolve(SaeSettings settings, Consumer<SparseAutoencoder> check) {
        SaePlace place = placeOf(settings.name());
        if (place != SaePlace.HUB && !settings.revision().isEmpty()) {
            throw new IllegalArgumentException("The revision '" + settings.revision() + "' is of a repository, but '"
                    + settings.name() + "' is a folder.");
        }
        SaeReference asked = new SaeReference(settings, place, "");
        try (SaeRuntime runtime = SaeRuntime.ofThreads(1);
                Opened opened = asked.opened(runtime, false)) {
            SparseAutoencoder sae = opened.sae();
            check.accept(sae);
            String revision = sae.source().commit().orElse(settings.revision());
            String sha256 = sae.source().sha256().orElse(settings.sha256());
            return new SaeReference(settings.pinned(revision, sha256), place, opened.configuration());
        }
    }

    private static SaePlace placeOf(String name) {
        if (ADDRESS.matcher(name).matches() && !name.startsWith(HUB_SCHEME) && !isWebPage(name)) {
            return SaePlace.SHARED_FILES;
        }
        try {
            Path path = Path.of(name);
            boolean isFolder =
                    path.isAbsolute() || name.startsWith(".") || shipped(path).isPresent();
            return isFolder ? SaePlace.FOLDER : SaePlace.HUB;
        } catch (InvalidPathException e) {
            return SaePlace.HUB;
        }
    }

    private static boolean isWebPage(String name) {
        return name.startsWith("https:") || name.startsWith("http:");
    }

    /** Returns where a folder is: where its name says, or where Spark unpacked what it was given with --archives or --files. */
    private static Optional<Path> shipped(Path path) {
        if (Files.exists(path)) {
            return Optional.of(path);
        }
        if (path.isAbsolute() || SparkEnv.get() == null) {
            return Optional.empty();
        }
        return Optional.of(Path.of(SparkFiles.get(path.toString()))).filter(Files::exists);
    }

    /**
     * Opens the SAE in this process.
     *
     * @param runtime the threads that it computes with
     * @return the SAE, which the caller closes
     * @throws SaeException if its weights or its configuration are others than the driver's
     */
    SparseAutoencoder open(SaeRuntime runtime) {
        if (place == SaePlace.HUB && placeOf(settings.name()) == SaePlace.FOLDER) {
            throw new SaeException(
                    SaeException.Reason.UNAVAILABLE,
                    "'" + settings.name() + "' is a folder on " + Machine.name()
                            + ", but the driver has none of that name and took the published SAE: for the folder write './"
                            + settings.name() + "'.");
        }
        Opened opened = opened(runtime, settings.prepared());
        if (!opened.configuration().equals(configuration)) {
            opened.close();
            throw new SaeException(
                    SaeException.Reason.WEIGHTS_LOST,
                    "On " + Machine.name() + " the files of '" + settings.name() + "' ("
                            + opened.sae().source().description()
                            + ") say otherwise than the driver's how the SAE computes, though their weights are the same: "
                            + String.join(", ", opened.sae().source().files()) + ".");
        }
        return opened.sae();
    }

    /** An SAE that was opened, and the SHA-256 of what configures it. */
    private record Opened(SparseAutoencoder sae, String configuration) implements AutoCloseable {

        @Override
        public void close() {
            sae.close();
        }
    }

    /** Only Java's kernels give a token the same bits beside whatever other tokens. */
    private Opened opened(SaeRuntime runtime, boolean prepared) {
        Optional<Path> folder = folder();
        SaeLoader loader = folder.isPresent() ? SAE.from(folder.get()) : published();
        settings.meaning().apply(loader);
        SparseAutoencoder sae = loader.device(Device.cpu())
                .kernel(Kernel.available().contains(Kernel.VECTOR) ? Kernel.VECTOR : Kernel.PLAIN)
                .runtime(runtime)
                .prepared(prepared)
                .keepHashesIn(ownCache().resolve("hashes"))
                .open();
        try {
            requireSameWeights(sae);
            return new Opened(sae, SaeConfiguration.sha256(sae.source(), folder.filter(Files::isDirectory)));
        } catch (RuntimeException e) {
            sae.close();
            throw e;
        }
    }

    private Optional<Path> folder() {
        return switch (place) {
            case HUB -> Optional.empty();
            case FOLDER ->
                Optional.of(shipped(Path.of(settings.name()))
                        .orElseThrow(() -> new SaeException(
                                SaeException.Reason.UNAVAILABLE,
                                "There is no folder '" + settings.name() + "' on " + Machine.name()
                                        + ". A folder must be on every machine; spark-submit's --archives brings one"
                                        + " there, and so does an address such as hdfs://… or s3a://….")));
            case SHARED_FILES ->
                Optional.of(SharedFiles.copy(settings.name(), ownCache().resolve("copies")));
        };
    }

    private SaeLoader published() {
        HubSaeLoader loader = SAE.from(settings.name()).hub(hub());
        if (settings.revision().isEmpty()) {
            return loader;
        }
        return configuration.isEmpty() ? loader.revision(settings.revision()) : loader.commit(settings.revision());
    }

    private HubConfig hub() {
        HubConfig environment = HubConfig.fromEnvironment();
        return settings.cache().isEmpty()
                ? environment
                : environment.toBuilder().cache(Path.of(settings.cache())).build();
    }

    private Path ownCache() {
        return settings.cache().isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "sae4j")
                : Path.of(settings.cache(), "sae4j");
    }

    private void requireSameWeights(SparseAutoencoder sae) {
        String wanted = settings.sha256();
        if (wanted.isEmpty()) {
            return;
        }
        String found = sae.source().sha256().orElse("none");
        if (!found.equalsIgnoreCase(wanted)) {
            throw new SaeException(
                    SaeException.Reason.WEIGHTS_LOST,
                    "On " + Machine.name() + " the weights of '" + settings.name() + "' ("
                            + sae.source().description() + ") have the SHA-256 " + found
                            + ", but this job is for those with " + wanted + ".");
        }
    }
}
