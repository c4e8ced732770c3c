package io.github.sae4j.cli.internal;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A command that there is not: what does what its name promises, or which name it might be a misspelling of. */
final class UnknownCommand {

    private static final Map<String, String> INSTEAD = new HashMap<>();

    static {
        instead("sae --version shows the version", "version");
        instead("from Java, SAE.save writes an SAE in SAELens's layout", "convert", "save", "export");
        instead(
                "from Java, SparseFeatures.edit and with change features, and decode turns them back",
                "steer",
                "ablate",
                "clamp",
                "edit");
        instead("SAEs are run here, not trained", "train", "fit", "finetune", "fine-tune");
        instead("no language model is run here: activations come from files", "collect", "capture", "generate");
        instead("sae list WORD... finds published SAEs", "search", "find", "ls", "releases", "models");
        instead("sae download fetches published SAEs", "fetch", "get", "pull");
        instead("sae info SAE does", "show", "describe", "inspect");
        instead("sae report makes a page to look at", "dashboard", "view", "serve", "html", "plot");
        instead("sae reconstruct encodes and decodes at once", "run", "forward");
        instead("sae encode --out delphi:FOLDER makes what delphi interprets", "interpret", "explain", "autointerp");
        instead("sae cache verify does", "verify");
        instead("sae cache delete does", "delete", "remove", "rm", "clean");
    }

    private UnknownCommand() {}

    private static void instead(String what, String... commands) {
        Arrays.stream(commands).forEach(command -> INSTEAD.put(command, what));
    }

    /**
     * Returns what to say of a command that there is not, the beginning of a sentence.
     *
     * @param command what the user typed
     * @param ofAll whether it was to be a command of {@code sae} itself
     * @param near commands with a similar name, the nearest first
     */
    static String message(String command, boolean ofAll, List<String> near) {
        @Nullable String instead = ofAll ? INSTEAD.get(command) : null;
        String hint = instead != null ? instead : near.isEmpty() ? "" : "did you mean " + near.get(0) + "?";
        return "there is no command " + command + (hint.isEmpty() ? "" : " (" + hint + ")");
    }
}
