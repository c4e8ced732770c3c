package io.github.sae4j.loader.internal;

import io.github.sae4j.loader.SaeLoadException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** The reader of YAML files: maps, lists, texts, numbers and truth values, and no other types. */
public final class YamlFile {

    private static final long LARGEST = 16 << 20;

    private YamlFile() {}

    /**
     * Returns the fields of the mapping that a file holds.
     *
     * @throws SaeLoadException if it cannot be read or holds no mapping
     */
    public static Map<String, Object> read(Path file) {
        @Nullable Object value;
        try {
            if (Files.size(file) > LARGEST) {
                throw new SaeLoadException(file + " has " + Files.size(file) + " bytes, which is no configuration.");
            }
            LoadSettings settings =
                    LoadSettings.builder().setLabel(file.toString()).build();
            value = new Load(settings).loadFromString(Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new SaeLoadException(file + " is not YAML: it is not UTF-8.", e);
        } catch (IOException e) {
            throw Unreadable.because(file, e);
        } catch (YamlEngineException e) {
            throw new SaeLoadException(file + " is not YAML: " + firstLine(e.getMessage()) + ".", e);
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new SaeLoadException(file + " should hold a YAML mapping, but holds "
                    + (value == null ? "nothing" : "something else") + ".");
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((key, field) -> fields.put(String.valueOf(key), field));
        return fields;
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "" : message.lines().findFirst().orElse("");
    }
}
