package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.core.Feature;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.ReconstructionTarget;
import io.github.sae4j.data.features.FeatureFile;
import io.github.sae4j.data.features.FeatureTarget;
import io.github.sae4j.data.features.Selection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sae demo}: makes an SAE with known features and shows that encoding finds them. */
@Command(
        name = "demo",
        description = "Make a small SAE with known features, encode activations made of them, and compare.",
        footer = {"", "Examples:", "  sae demo", "  sae demo --keep here"})
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class DemoCommand implements Runnable {

    private static final int BATCH = 128;
    private static final int SHOWN_TOKENS = 5;

    /** How the launcher was called, so that the commands shown work when pasted. */
    private static final String LAUNCHER = "sae.launcher";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description = "Put the files into this new or empty folder instead of a temporary one.")
    private @Nullable Path keep;

    @Override
    public void run() {
        Terminal terminal = Terminal.of(spec).allToOut();
        DemoData data = DemoData.standard();
        Path folder = folder();
        Path saeFolder = createFolder(folder.resolve("sae"));
        Path activations = folder.resolve("activations.safetensors");
        Path features = folder.resolve("features.safetensors");
        data.writeSae(saeFolder);
        data.writeActivations(activations);
        terminal.print("A small SAE with " + data.features() + " known features, and " + data.tokens()
                + " tokens made of " + data.plantedPerToken() + " of them and noise each, are in");
        terminal.print("  " + saeFolder);
        terminal.print("  " + activations);
        terminal.print("");
        try (OpenSae sae = OpenSae.open(saeFolder.toString(), new SaeOptions(), terminal, false, false)) {
            terminal.print("Encoding, decoding, and both at once:");
            encode(activations, sae, features, terminal);
            decode(features, sae, folder.resolve("decoded.safetensors"), terminal);
            reconstruct(activations, sae, folder.resolve("reconstruction.safetensors"), terminal);
            terminal.print("");
            compare(data, features, sae, terminal);
        }
        printNext(folder, activations, terminal);
    }

    private Path folder() {
        return keep == null ? TemporaryFolder.lasting("sae-demo-") : emptyFolder(keep);
    }

    private static Path emptyFolder(Path folder) {
        createFolder(folder);
        try (Stream<Path> entries = Files.list(folder)) {
            if (entries.findAny().isPresent()) {
                throw new CommandException(folder + ": this folder is not empty; --keep takes a new or empty one.");
            }
            return folder;
        } catch (IOException e) {
            throw DataException.of(DataException.Reason.UNREADABLE, folder, "cannot be read", e);
        }
    }

    private static Path createFolder(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw DataException.of(DataException.Reason.UNWRITABLE, folder, "cannot be made", e);
        }
    }

    private static void encode(Path activations, OpenSae sae, Path features, Terminal terminal) {
        try (Activations opened = Activations.from(activations).openFor(sae.expected())) {
            FeatureTarget target = FeatureTarget.file(OutputFile.of(features));
            new EncodingJob(opened, sae, BATCH, Selection.ALL, terminal).run(List.of(target));
        }
    }

    private static void decode(Path features, OpenSae sae, Path decoded, Terminal terminal) {
        try (FeatureFile opened = FeatureFile.open(features, sae.expected())) {
            new DecodingJob(BATCH).run(opened, sae, target(decoded), terminal);
        }
    }

    private static void reconstruct(Path activations, OpenSae sae, Path reconstruction, Terminal terminal) {
        try (Activations opened = Activations.from(activations).openFor(sae.expected())) {
            new ReconstructionJob(BATCH).run(opened, sae, target(reconstruction), terminal);
        }
    }

    private static ReconstructionTarget target(Path file) {
        return ReconstructionTarget.of(OutputFile.of(file));
    }

    private static void compare(DemoData data, Path features, OpenSae sae, Terminal terminal) {
        try (FeatureFile file = FeatureFile.open(features, sae.expected())) {
            SparseFeatures found = file.next(data.tokens());
            terminal.print("What was planted, and what was found, as feature:strength");
            terminal.print(String.format("  %-8s %-44s %s", "token", "planted", "found"));
            for (int token = 0; token < SHOWN_TOKENS; token++) {
                terminal.print(String.format(
                        "  %-8s %-44s %s", data.position(token), list(data.planted(token)), list(found.active(token))));
            }
            terminal.print("");
            terminal.print(score(data, found));
            terminal.print("");
        }
    }

    private static String list(List<Feature> features) {
        return features.stream()
                .map(feature -> feature.index() + ":" + Quantity.decimal(feature.value(), 1))
                .collect(Collectors.joining("  "));
    }

    private static String score(DemoData data, SparseFeatures found) {
        int right = 0;
        for (int token = 0; token < data.tokens(); token++) {
            Set<Integer> planted = new HashSet<>();
            data.planted(token).forEach(feature -> planted.add(feature.index()));
            for (Feature feature : found.active(token)) {
                right += planted.contains(feature.index()) ? 1 : 0;
            }
        }
        int all = data.tokens() * data.plantedPerToken();
        return "Of " + Quantity.count(all) + " planted features " + Quantity.count(right) + " were found (recall "
                + Quantity.decimal((double) right / all, 3) + "), and of " + Quantity.count(found.activeCount())
                + " found ones " + Quantity.count(right) + " were planted (precision "
                + Quantity.decimal(found.activeCount() == 0 ? 1 : (double) right / found.activeCount(), 3) + ").";
    }

    private static void printNext(Path folder, Path activations, Terminal terminal) {
        String sae = System.getProperty(LAUNCHER, "sae");
        Path own = folder.resolve("mine.safetensors");
        Path back = folder.resolve("back.safetensors");
        terminal.print("Try next:");
        terminal.print("  " + quoted(sae) + " info demo");
        terminal.print(
                "  " + quoted(sae) + " encode " + quoted(activations) + " --sae demo --top-k 2 --out " + quoted(own));
        terminal.print("  " + quoted(sae) + " decode " + quoted(own) + " --sae demo --out " + quoted(back));
        terminal.print("  " + quoted(sae) + " encode YOUR-FILE.safetensors --sae layer_19 --out features.safetensors");
    }

    private static String quoted(Object word) {
        String text = word.toString();
        return text.contains(" ") ? "\"" + text + "\"" : text;
    }
}
