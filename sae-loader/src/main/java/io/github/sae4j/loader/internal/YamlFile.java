package io.github.sae4j.loader.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.safetensors.internal.Quoted;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * The reader of YAML files: maps, lists, texts, numbers and truth values. Nothing else is ever constructed: what a tag
 * such as {@code !!python/object:…} stands before is read as the map, list or text that it is written as.
 */
public final class YamlFile {

    private static final long LARGEST = 16 << 20;
    private static final int DEEPEST = 64;
    private static final int MOST_NODES = 1 << 20;

    private YamlFile() {}

    /**
     * Returns the fields of the mapping that a file holds.
     *
     * @throws SaeLoadException if it cannot be read or holds no mapping
     */
    public static Map<String, Object> read(Path file) {
        @Nullable Object value;
        try {
            value = new Load(settings(file)).loadFromString(text(file));
        } catch (YamlEngineException e) {
            throw new SaeLoadException(Reason.DAMAGED, file + " is not YAML: " + Quoted.firstLine(e) + ".", e);
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new SaeLoadException(
                    Reason.DAMAGED,
                    file + " should hold a YAML mapping, but holds " + (value == null ? "nothing" : "something else")
                            + ".");
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((key, field) -> fields.put(String.valueOf(key), field));
        return fields;
    }

    /**
     * Returns the fields of the mapping that a file holds, as JSON has them.
     *
     * @throws SaeLoadException if it cannot be read, holds no mapping, has a field twice, or holds itself
     */
    public static JsonObject object(Path file) {
        Optional<Node> node;
        try {
            LoadSettings settings = settings(file);
            StreamReader reader = new StreamReader(settings, text(file));
            node = new Composer(settings, new ParserImpl(settings, reader)).getSingleNode();
        } catch (YamlEngineException e) {
            throw new SaeLoadException(Reason.DAMAGED, file + " is not YAML: " + Quoted.firstLine(e) + ".", e);
        }
        if (node.isPresent() && new Nodes(file).json(node.get(), 0) instanceof JsonObject object) {
            return object;
        }
        throw new SaeLoadException(
                Reason.DAMAGED,
                file + " should hold a YAML mapping, but holds " + (node.isEmpty() ? "nothing" : "something else")
                        + ".");
    }

    /** Nodes become JSON; one that is named in several places comes several times, so that how many there are is bounded. */
    private static final class Nodes {

        private final Path file;
        private int left = MOST_NODES;

        private Nodes(Path file) {
            this.file = file;
        }

        private JsonElement json(Node node, int depth) {
            if (depth > DEEPEST || left-- == 0) {
                throw new SaeLoadException(
                        Reason.DAMAGED, file + " is nested deeper than " + DEEPEST + ", or holds itself.");
            }
            if (node instanceof MappingNode mapping) {
                JsonObject object = new JsonObject();
                for (NodeTuple field : mapping.getValue()) {
                    String name = field.getKeyNode() instanceof ScalarNode key ? key.getValue() : "";
                    if (object.has(name)) {
                        throw new SaeLoadException(
                                Reason.DAMAGED, file + " has the field " + Quoted.of(name) + " twice.");
                    }
                    object.add(name, json(field.getValueNode(), depth + 1));
                }
                return object;
            }
            if (node instanceof SequenceNode sequence) {
                JsonArray array = new JsonArray();
                sequence.getValue().forEach(item -> array.add(json(item, depth + 1)));
                return array;
            }
            return node instanceof ScalarNode scalar ? YamlFile.json(scalar) : JsonNull.INSTANCE;
        }
    }

    private static JsonElement json(ScalarNode scalar) {
        Tag tag = scalar.getTag();
        if (tag.equals(Tag.NULL)) {
            return JsonNull.INSTANCE;
        }
        if (tag.equals(Tag.BOOL)) {
            return new JsonPrimitive(Boolean.valueOf(scalar.getValue()));
        }
        if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
            try {
                return new JsonPrimitive(new BigDecimal(scalar.getValue()));
            } catch (NumberFormatException e) {
                return new JsonPrimitive(scalar.getValue());
            }
        }
        return scalar.isPlain() ? plain(scalar.getValue()) : new JsonPrimitive(scalar.getValue());
    }

    /** Python's writers spell truth and nothing as older YAML does. */
    private static JsonElement plain(String text) {
        return switch (text) {
            case "True", "TRUE" -> new JsonPrimitive(true);
            case "False", "FALSE" -> new JsonPrimitive(false);
            case "Null", "NULL", "~" -> JsonNull.INSTANCE;
            default -> new JsonPrimitive(text);
        };
    }

    private static LoadSettings settings(Path file) {
        return LoadSettings.builder().setLabel(file.toString()).build();
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new SaeLoadException(
                        Reason.DAMAGED, file + " has " + Files.size(file) + " bytes, which is no configuration.");
            }
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new SaeLoadException(Reason.DAMAGED, file + " is not YAML: it is not UTF-8.", e);
        } catch (IOException e) {
            throw Unreadable.because(file, e);
        }
    }
}
