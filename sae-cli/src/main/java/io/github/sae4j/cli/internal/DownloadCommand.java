package io.github.sae4j.cli.internal;

import io.github.sae4j.loader.HubSaeLoader;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sae download}: fetches published SAEs, to be used offline. */
@Command(
        name = "download",
        description = "Fetch published SAEs into the Hugging Face cache, and print the folder of each.",
        footer = {
            "",
            "Examples:",
            "  sae download layer_19",
            "  sae download google/gemma-scope-2b-pt-res:layer_12/width_16k/average_l0_82"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class DownloadCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "SAE",
            arity = "1..*",
            description = "layer_19, release:id (see sae list), owner/repo:folder, or any of them with @revision.")
    private List<String> names;

    @Mixin
    private HubOptions hub;

    @Mixin
    private FormatOptions format;

    @Option(names = "--force", description = "Fetch again what is in the cache.")
    private boolean force;

    @Override
    public void run() {
        Terminal terminal = Terminal.of(spec);
        for (String name : names) {
            @Nullable Path local = OpenSae.folder(name);
            if (local != null || name.equals(OpenSae.DEMO)) {
                throw new CommandException(name + " is on this machine already; only published SAEs are downloaded.");
            }
            Path folder;
            boolean fetched;
            try (DownloadProgress progress = new DownloadProgress(terminal)) {
                HubSaeLoader loader = hub.apply(SAE.from(name), progress).forceDownload(force);
                format.apply(loader);
                folder = loader.download();
                fetched = progress.fetchedAnything();
            }
            if (!fetched) {
                terminal.note(name + " is in the cache already");
            }
            terminal.print(folder.toString());
        }
    }
}
