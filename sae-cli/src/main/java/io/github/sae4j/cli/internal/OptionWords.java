package io.github.sae4j.cli.internal;

import io.github.sae4j.loader.SaeLoadException;
import java.util.regex.Pattern;

/** What a library's user is told to call, as options of the command. */
final class OptionWords {

    private static final Pattern OVERRIDE = Pattern.compile("override\\(\"([^\"]+)\", ([^)]+)\\)");
    private static final Pattern ALLOW_UNKNOWN = Pattern.compile("allowUnknown\\(\"([^\"]*)\"\\)");

    private OptionWords() {}

    /** Returns a sentence in which users of the command are told how Java gets more memory outside the heap, or needs less. */
    static String withMemory(String message) {
        return message.replace(
                        "start Java with a larger -XX:MaxDirectMemorySize",
                        "set SAE_JAVA_OPTS=-XX:MaxDirectMemorySize=N with a larger N")
                .replace("start Java with -XX:", "set SAE_JAVA_OPTS=-XX:")
                .replace("do not prepare it", "leave out --prepared");
    }

    /** Returns the sentence of a failure to load, with the options that do what it advises. */
    static String of(SaeLoadException failure) {
        String message = String.valueOf(failure.getMessage());
        return switch (failure.reason()) {
            case NEEDS_OVERRIDE -> OVERRIDE.matcher(message).replaceAll("--set $1=$2");
            case NOT_UNDERSTOOD, SETTING_REFUSED ->
                ALLOW_UNKNOWN.matcher(message).replaceAll("--allow-unknown $1");
            case NON_FINITE -> message.replace("allowNonFinite(true)", "--allow-non-finite");
            case OFFLINE -> message.replace("offline(true)", "--offline");
            case SET_OF_LAYERS ->
                message.replace("openSet() opens it", "sae encode, decode, reconstruct and info take it");
            default -> withMemory(message);
        };
    }
}
