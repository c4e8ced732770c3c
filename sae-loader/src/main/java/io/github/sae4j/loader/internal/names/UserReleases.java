package io.github.sae4j.loader.internal.names;

import com.google.gson.JsonObject;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.YamlFile;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The releases that a user has written down, in a YAML file.
 *
 * <pre>{@code
 * my-release:
 *   repository: owner/name          # or repo_id
 *   model: gemma-2-2b               # optional, as are format and config_overrides
 *   saes:
 *     layer_12: path/in/repository  # or a list of {id: layer_12, path: path/in/repository}
 *     layer_13: {path: another/path, l0: 50, neuronpedia: gemma-2-2b/13-mine, norm_scaling_factor: 1.5}
 * }</pre>
 *
 * <p>The list and the names {@code repo_id} and {@code conversion_func} are those of SAELens's own file, so that entries can
 * be taken over from there.
 */
final class UserReleases {

    static final String VARIABLE = "SAE4J_RELEASES";

    private static final String CONFIGURATION = "XDG_CONFIG_HOME";

    private final Path file;

    private UserReleases(Path file) {
        this.file = file;
    }

    /**
     * Returns the releases of the file that an environment names, or else of the one in its usual place, if it is there.
     *
     * @throws SaeLoadException if the file is named and not there, or is not made like this
     */
    static List<Release> all(Map<String, String> environment) {
        String named = environment.getOrDefault(VARIABLE, "");
        if (!named.isEmpty()) {
            return new UserReleases(path(VARIABLE, named)).read();
        }
        String configuration = environment.getOrDefault(CONFIGURATION, "");
        Path usual = configuration.isEmpty()
                ? path("user.home", System.getProperty("user.home", ".")).resolve(".config")
                : path(CONFIGURATION, configuration);
        Path file = usual.resolve("sae4j").resolve("releases.yaml");
        return Files.exists(file) ? new UserReleases(file).read() : List.of();
    }

    private static Path path(String variable, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new SaeLoadException(
                    Reason.INVALID_CONFIGURATION, variable + " names \"" + text + "\", which is no path.", e);
        }
    }

    private List<Release> read() {
        List<Release> releases = new ArrayList<>();
        for (Map.Entry<String, Object> entry : YamlFile.read(file).entrySet()) {
            releases.add(release(entry.getKey(), fields(entry.getKey(), entry.getValue())));
        }
        return releases;
    }

    private Release release(String name, Map<?, ?> fields) {
        @Nullable String repository = text(name, fields, "repository", "repo_id");
        if (repository == null) {
            throw unexpected(name, "needs a repository (owner/name)");
        }
        List<KnownSae> saes = saes(name, repository, fields.get("saes"));
        return new Release(
                name,
                repository,
                text(name, fields, "format", "conversion_func"),
                text(name, fields, "model", "model"),
                overrides(name + ".config_overrides", fields.get("config_overrides")),
                () -> saes);
    }

    /** Mappings among them, which tell how the language model is to be loaded, change nothing of an SAE. */
    private JsonObject overrides(String where, @Nullable Object given) {
        JsonObject overrides = new JsonObject();
        Map<?, ?> fields = given == null ? Map.of() : fields(where, given);
        fields.forEach((key, value) -> {
            String field = String.valueOf(key);
            if (value instanceof String text) {
                overrides.addProperty(field, text);
            } else if (value instanceof Boolean flag) {
                overrides.addProperty(field, flag);
            } else if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
                overrides.addProperty(field, number);
            } else if (!(value instanceof Map<?, ?>)) {
                throw unexpected(
                        where,
                        "has a " + field + " that is neither a text, a finite number, true nor false: " + shown(value));
            }
        });
        return overrides;
    }

    /** Lists and mappings in YAML can hold themselves, so they are not shown. */
    private static String shown(@Nullable Object value) {
        if (value == null) {
            return "nothing";
        }
        if (value instanceof List<?>) {
            return "a list";
        }
        return value instanceof Map<?, ?> ? "a mapping" : "\"" + value + "\"";
    }

    private List<KnownSae> saes(String release, String repository, @Nullable Object listed) {
        List<KnownSae> saes = new ArrayList<>();
        if (listed instanceof List<?> list) {
            for (Object each : list) {
                Map<?, ?> fields = fields(release + ".saes", each);
                @Nullable String id = text(release + ".saes", fields, "id", "id");
                if (id == null) {
                    throw unexpected(release + ".saes", "has an entry without id");
                }
                saes.add(sae(release, id, repository, fields));
            }
        } else if (listed instanceof Map<?, ?> map) {
            map.forEach((id, value) -> saes.add(sae(
                    release,
                    String.valueOf(id),
                    repository,
                    value instanceof String path ? Map.of("path", path) : fields(release + ".saes." + id, value))));
        } else {
            throw unexpected(release, "needs saes: ids with their paths");
        }
        return saes;
    }

    private KnownSae sae(String release, String id, String repository, Map<?, ?> fields) {
        String where = release + ".saes." + id;
        @Nullable String path = text(where, fields, "path", "folder");
        return new KnownSae(
                release,
                id,
                repository,
                path == null ? id : path,
                number(where, fields, "l0"),
                Optional.ofNullable(text(where, fields, "neuronpedia", "neuronpedia")),
                number(where, fields, "norm_scaling_factor"));
    }

    private Map<?, ?> fields(String where, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw unexpected(where, "should hold fields, but holds " + shown(value));
    }

    private @Nullable String text(String where, Map<?, ?> fields, String name, String otherName) {
        @Nullable Object value = fields.containsKey(name) ? fields.get(name) : fields.get(otherName);
        if (value == null || value instanceof String || value instanceof Number) {
            return value == null ? null : value.toString();
        }
        throw unexpected(where, "has a " + name + " that is no text: " + shown(value));
    }

    private OptionalDouble number(String where, Map<?, ?> fields, String name) {
        @Nullable Object value = fields.get(name);
        if (value == null) {
            return OptionalDouble.empty();
        }
        if (value instanceof Number number) {
            return OptionalDouble.of(number.doubleValue());
        }
        throw unexpected(where, "has a " + name + " that is no number: " + shown(value));
    }

    private SaeLoadException unexpected(String where, String what) {
        return new SaeLoadException(Reason.INVALID_CONFIGURATION, file + ": " + where + " " + what + ".");
    }
}
