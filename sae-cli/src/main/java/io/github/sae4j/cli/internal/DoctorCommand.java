package io.github.sae4j.cli.internal;

import com.google.gson.JsonObject;
import io.github.sae4j.data.internal.files.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sae doctor}: tells whether SAEs run on this machine, and what they would run with. */
@Command(
        name = "doctor",
        description = "Tell whether SAEs run on this machine, with what, and whether published ones can be fetched.",
        footer = {
            "",
            "Exit codes: 0 an SAE can run here, 1 it cannot; a hub out of reach is no reason for 1.",
            "",
            "Examples:",
            "  sae doctor",
            "  sae doctor --offline --json"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class DoctorCommand implements Callable<Integer> {

    private static final String ADVICE =
            "No SAE can run here: unpack the distribution anew, or build the sources anew.";

    @Spec
    private CommandSpec spec;

    @Option(names = "--offline", description = "Do not ask the hub, as with HF_HUB_OFFLINE=1.")
    private boolean offline;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "The Hugging Face cache, instead of where HF_HUB_CACHE or HF_HOME say it is.")
    private @Nullable Path cache;

    @Option(names = "--json", description = "Print one JSON object instead of the table.")
    private boolean json;

    @Override
    public Integer call() {
        List<Finding> findings = new ArrayList<>(MachineFindings.collect());
        findings.addAll(EngineFindings.collect());
        findings.addAll(HubFindings.collect(cache, offline));
        boolean runs = findings.stream().noneMatch(Finding::fails);
        Terminal terminal = Terminal.of(spec);
        if (json) {
            terminal.print(object(findings, runs));
        } else {
            LabelledLines facts = new LabelledLines(terminal, 15);
            findings.forEach(
                    finding -> facts.line(finding.label(), (finding.fails() ? "FAILS: " : "") + finding.text()));
            if (!runs) {
                terminal.print(ADVICE);
            }
        }
        return runs ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static String object(List<Finding> findings, boolean runs) {
        JsonObject object = new JsonObject();
        for (Finding finding : findings) {
            object.addProperty(key(finding.label()), finding.text());
        }
        object.addProperty("can_run", runs);
        object.addProperty(
                "fails",
                findings.stream()
                        .filter(Finding::fails)
                        .map(finding -> key(finding.label()))
                        .findFirst()
                        .orElse(null));
        object.addProperty("advice", runs ? null : ADVICE);
        return Json.indented(object);
    }

    private static String key(String label) {
        return label.toLowerCase(Locale.ROOT).replace(' ', '_');
    }
}
