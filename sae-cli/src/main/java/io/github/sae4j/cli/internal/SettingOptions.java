package io.github.sae4j.cli.internal;

import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.activations.Activations;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the libraries' settings are called on the command line. */
final class SettingOptions {

    private SettingOptions() {}

    /** Returns a sentence of a library with the options of the command in it. */
    static String spelled(Sentence sentence) {
        return sentence.with(SettingOptions::spelled);
    }

    /** Returns settings as the user could write them again; empty if there are none. */
    static String spelled(List<Setting.Value> settings) {
        return spelled(Sentence.of(settings));
    }

    /** Returns how many tokens of how many are left out, as {@code 64 of 8192}; empty if nothing leaves any out. */
    static String leftOutCount(Activations activations) {
        return activations.leftOut().isEmpty()
                ? ""
                : activations.leftOutTokens() + " of " + activations.whole().tokens();
    }

    /** Returns how many tokens are left out and by what, as {@code 64 of 8192 tokens, by --skip-first 1}; null if none are. */
    static @Nullable String leftOutInWords(Activations activations) {
        return activations.leftOut().isEmpty()
                ? null
                : leftOutCount(activations) + " tokens, by " + spelled(activations.leftOut());
    }

    /** Returns a setting as the user could write it again. */
    static String spelled(Setting.Value setting) {
        if (setting.setting() == Setting.OTHER) {
            return setting.toString();
        }
        String option = option(setting.setting());
        return setting.value().map(value -> option + " " + value).orElse(option);
    }

    private static String option(Setting setting) {
        return switch (setting) {
            case ALLOW_NON_FINITE -> "--allow-non-finite";
            case OUTPUT -> "--out";
            case DELPHI -> "--out delphi:";
            case REPLACE -> "--force";
            case SHARD_TOKENS -> "--shard-tokens";
            case RESUME -> "--resume";
            case TOP_K -> "--top-k";
            case DENSE -> "--dense";
            case LONG_FORM -> "--long";
            case METADATA -> "--metadata";
            default -> setting.inFiles().orElseThrow();
        };
    }
}
