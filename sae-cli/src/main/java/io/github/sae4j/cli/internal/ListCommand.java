package io.github.sae4j.cli.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.data.internal.files.Json;
import io.github.sae4j.loader.PublishedSae;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeQuery;
import io.github.sae4j.loader.SaeRelease;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sae list}: finds published SAEs. */
@Command(
        name = "list",
        description = "Find published SAEs; without more, show the releases that they were published in.",
        footer = {
            "",
            "The first column is what --sae takes. A terminal gets the first 40 lines, a pipe all of them.",
            "",
            "Examples:",
            "  sae list",
            "  sae list gemma-scope 2b res layer=12 width=16k 'l0<100'",
            "  sae list llama layer=15 --json"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class ListCommand implements Runnable {

    private static final int LINES_ON_A_TERMINAL = 40;
    private static final int NEAREST = 3;
    private static final String UNKNOWN = "–";

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "QUERY",
            arity = "0..*",
            description =
                    "Words that must occur in the names of release, SAE, path, model or hook; and conditions such as"
                            + " l0<50, l0>=20, width=16k, layer=12 (in quotes where the shell reads < and > itself).")
    private @Nullable List<String> query;

    @Option(names = "--json", description = "Print one JSON array, of releases without a QUERY and of SAEs with one.")
    private boolean json;

    @Override
    public void run() {
        Terminal terminal = Terminal.of(spec);
        SaeQuery wanted = SaeQuery.parse(query == null ? "" : String.join(" ", query));
        List<SaeRelease> releases = SAE.releases();
        if (wanted.isEmpty()) {
            list(releases, terminal);
        } else {
            find(wanted, releases, terminal);
        }
    }

    private void list(List<SaeRelease> releases, Terminal terminal) {
        if (json) {
            print(releases.stream().map(SaeJson::of).toList(), terminal);
            return;
        }
        Table table = new Table("release", "SAEs", "model", "repository");
        long saes = 0;
        for (SaeRelease release : releases) {
            saes += release.saes().size();
            table.add(
                    release.name(),
                    Quantity.count(release.saes().size()),
                    release.model().orElse(UNKNOWN),
                    release.repository());
        }
        table.print(terminal, LINES_ON_A_TERMINAL);
        terminal.note(Quantity.count(saes) + " SAEs in " + Quantity.count(releases.size())
                + " releases · sae list WORD... finds some of them");
    }

    private void find(SaeQuery wanted, List<SaeRelease> releases, Terminal terminal) {
        List<Candidate> found = candidates(releases)
                .filter(candidate -> wanted.matches(candidate.release(), candidate.sae()))
                .toList();
        if (found.isEmpty()) {
            throw nothing(wanted, releases);
        }
        if (json) {
            print(found.stream().map(SaeJson::of).toList(), terminal);
            return;
        }
        Table table = new Table("SAE", "L0", "Neuronpedia", "path");
        for (Candidate candidate : found) {
            PublishedSae sae = candidate.sae();
            table.add(
                    sae.name(),
                    l0(candidate.sae().likelyL0()),
                    sae.neuronpediaId().orElse(UNKNOWN),
                    sae.repository() + (sae.folder().isEmpty() ? "" : ":" + sae.folder()));
        }
        table.print(terminal, LINES_ON_A_TERMINAL);
        terminal.note(Quantity.count(found.size()) + (found.size() == 1 ? " SAE" : " SAEs"));
    }

    private static Stream<Candidate> candidates(List<SaeRelease> releases) {
        return releases.stream().flatMap(release -> release.saes().stream().map(sae -> new Candidate(release, sae)));
    }

    private static void print(List<JsonObject> objects, Terminal terminal) {
        JsonArray array = new JsonArray();
        objects.forEach(array::add);
        terminal.print(Json.indented(array));
    }

    /** Says what stands in the way: the conditions, one of several words, or the spelling. */
    private static CommandException nothing(SaeQuery wanted, List<SaeRelease> releases) {
        SaeQuery words = wanted.withoutConditions();
        long matching = candidates(releases)
                .filter(candidate -> words.matches(candidate.release(), candidate.sae()))
                .count();
        if (matching > 0) {
            return new CommandException("No published SAE that is known meets these conditions; "
                    + Quantity.count(matching) + " would match without them.");
        }
        return new CommandException("No published SAE that is known matches \"" + String.join(" ", wanted.words())
                + "\". The nearest releases are: "
                + String.join(", ", SAE.nearestReleases(String.join("-", wanted.words()), NEAREST)) + ".");
    }

    private static String l0(OptionalDouble known) {
        if (known.isEmpty()) {
            return UNKNOWN;
        }
        double l0 = known.getAsDouble();
        return Quantity.decimal(l0, l0 == Math.rint(l0) ? 0 : 1);
    }
}
