package io.github.sae4j.hub;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the environment puts the cache: {@code HF_HUB_CACHE}, {@code HUGGINGFACE_HUB_CACHE}, {@code $HF_HOME/hub},
 * {@code $XDG_CACHE_HOME/huggingface/hub}, {@code ~/.cache/huggingface/hub}, the first that is set.
 *
 * <p>An empty variable counts as unset. In Python it would mean the working folder, which nobody wants.
 */
final class CacheLocation {

    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{([^}]*)\\}|(\\w+))");
    private static final Pattern WINDOWS_VARIABLE = Pattern.compile(VARIABLE.pattern() + "|%([^%]+)%");

    private final Map<String, String> environment;
    private final String home;
    private final boolean windows;

    private CacheLocation(Map<String, String> environment, String userHome, boolean windows) {
        @Nullable String named = environment.get(windows ? "USERPROFILE" : "HOME");
        this.environment = environment;
        this.home = named == null || named.isEmpty() ? userHome : named;
        this.windows = windows;
    }

    /**
     * Returns the folder's path as text.
     *
     * @param environment the environment's variables
     * @param userHome the home folder for when the environment does not name one
     * @param windows whether the variables are those of Windows
     */
    static String of(Map<String, String> environment, String userHome, boolean windows) {
        return new CacheLocation(environment, userHome, windows).folder();
    }

    /**
     * Returns the path of the file that holds the token: {@code HF_TOKEN_PATH}, else {@code token} in the folder that
     * {@code HF_HOME} or {@code XDG_CACHE_HOME} names.
     *
     * @param environment the environment's variables
     * @param userHome the home folder for when the environment does not name one
     * @param windows whether the variables are those of Windows
     */
    static String ofToken(Map<String, String> environment, String userHome, boolean windows) {
        CacheLocation location = new CacheLocation(environment, userHome, windows);
        @Nullable String path = location.value("HF_TOKEN_PATH");
        return path == null ? location.hubHome() + "/token" : path;
    }

    private String folder() {
        @Nullable String cache = value("HF_HUB_CACHE");
        if (cache == null) {
            cache = value("HUGGINGFACE_HUB_CACHE");
        }
        if (cache != null) {
            return cache;
        }
        return hubHome() + "/hub";
    }

    private String hubHome() {
        @Nullable String hfHome = value("HF_HOME");
        if (hfHome != null) {
            return hfHome;
        }
        @Nullable String xdg = value("XDG_CACHE_HOME");
        return (xdg == null ? home + "/.cache" : xdg) + "/huggingface";
    }

    private @Nullable String value(String name) {
        @Nullable String value = environment.get(name);
        return value == null || value.isEmpty() ? null : expanded(value);
    }

    private String expanded(String path) {
        boolean fromHome = path.equals("~") || path.startsWith("~/") || (windows && path.startsWith("~\\"));
        String absolute = fromHome ? home + path.substring(1) : path;
        Matcher matcher = (windows ? WINDOWS_VARIABLE : VARIABLE).matcher(absolute);
        return matcher.replaceAll(found -> Matcher.quoteReplacement(variable(matcher)));
    }

    /** Returns the variable's value, or the text as it stands if there is no such variable, as Python does. */
    private String variable(Matcher found) {
        for (int group = 1; group <= found.groupCount(); group++) {
            @Nullable String name = found.group(group);
            if (name != null && environment.containsKey(name)) {
                return environment.getOrDefault(name, "");
            }
        }
        return found.group();
    }
}
