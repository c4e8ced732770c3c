package io.github.sae4j.safetensors.internal;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.github.sae4j.safetensors.SafetensorsException;
import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the index of a sharded model says.
 *
 * @param metadata the values under {@code metadata} as text: strings as they are, all else as JSON; unmodifiable
 * @param fileOfTensor the file name of each tensor, checked to lie in the index's folder; unmodifiable, in the order of
 *     the index
 */
public record ShardIndex(Map<String, String> metadata, Map<String, String> fileOfTensor) {

    private static final TypeAdapter<JsonElement> ANY_JSON = new Gson().getAdapter(JsonElement.class);

    /**
     * Parses an index.
     *
     * @param file the index's name for messages
     * @param bytes the whole index
     * @throws SafetensorsException if the index is too large or not of the expected form
     *     ({@link Reason#INVALID_INDEX}), or names a file that is not inside its folder
     *     ({@link Reason#UNSAFE_FILE_NAME})
     */
    public static ShardIndex read(String file, RandomAccessBytes bytes) {
        if (bytes.length() > Header.MAX_LENGTH) {
            throw invalid(file, "it has " + bytes.length() + " bytes, more than the " + Header.MAX_LENGTH + " allowed");
        }
        byte[] json = new byte[(int) bytes.length()];
        bytes.read(0, ByteBuffer.wrap(json));
        InputStreamReader text = new InputStreamReader(
                new ByteArrayInputStream(json),
                StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT));
        try (JsonReader in = new JsonReader(text)) {
            JsonRules.check(json);
            ShardIndex index = readRoot(file, in);
            require(file, in, JsonToken.END_DOCUMENT, "what follows its closing brace");
            return index;
        } catch (IOException | IllegalStateException | JsonParseException e) {
            throw new SafetensorsException(
                    Reason.INVALID_INDEX, file + ": the index is not valid JSON (" + Quoted.firstLine(e) + ").", e);
        }
    }

    private static ShardIndex readRoot(String file, JsonReader in) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, String> fileOfTensor = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        require(file, in, JsonToken.BEGIN_OBJECT, "the index");
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            if (!seen.add(key)) {
                throw invalid(file, Quoted.of(key) + " occurs twice");
            }
            switch (key) {
                case "metadata" -> readMetadata(file, in, metadata);
                case "weight_map" -> readWeightMap(file, in, fileOfTensor);
                default -> in.skipValue();
            }
        }
        in.endObject();
        if (!seen.contains("weight_map")) {
            throw invalid(file, "it has no \"weight_map\"");
        }
        return new ShardIndex(Collections.unmodifiableMap(metadata), Collections.unmodifiableMap(fileOfTensor));
    }

    private static void readMetadata(String file, JsonReader in, Map<String, String> metadata) throws IOException {
        if (in.peek() == JsonToken.NULL) {
            in.nextNull();
            return;
        }
        require(file, in, JsonToken.BEGIN_OBJECT, "\"metadata\"");
        in.beginObject();
        while (in.hasNext()) {
            String key = unicode(file, in.nextName());
            String value = in.peek() == JsonToken.STRING
                    ? unicode(file, in.nextString())
                    : ANY_JSON.read(in).toString();
            if (metadata.put(key, value) != null) {
                throw invalid(file, Quoted.of(key) + " occurs twice in \"metadata\"");
            }
        }
        in.endObject();
    }

    private static void readWeightMap(String file, JsonReader in, Map<String, String> fileOfTensor) throws IOException {
        require(file, in, JsonToken.BEGIN_OBJECT, "\"weight_map\"");
        // Many tensors share one file: its name is checked once and kept once.
        Map<String, String> checked = new LinkedHashMap<>();
        in.beginObject();
        while (in.hasNext()) {
            String tensor = unicode(file, in.nextName());
            require(file, in, JsonToken.STRING, "the file of tensor " + Quoted.of(tensor));
            String name = checked.computeIfAbsent(unicode(file, in.nextString()), shard -> requireSafe(file, shard));
            if (fileOfTensor.put(tensor, name) != null) {
                throw invalid(file, "tensor " + Quoted.of(tensor) + " occurs twice in \"weight_map\"");
            }
        }
        in.endObject();
    }

    private static String unicode(String file, String text) {
        if (!Quoted.isUnicode(text)) {
            throw invalid(file, Quoted.of(text) + " has half a surrogate pair, so it is not text");
        }
        return text;
    }

    private static String requireSafe(String file, String shard) {
        ShardFileName.objection(shard).ifPresent(objection -> {
            throw new SafetensorsException(
                    Reason.UNSAFE_FILE_NAME,
                    file + ": the index names the file " + Quoted.of(shard) + ", which is refused because " + objection
                            + ".");
        });
        return shard;
    }

    private static void require(String file, JsonReader in, JsonToken expected, String what) throws IOException {
        JsonToken found = in.peek();
        if (found != expected) {
            throw invalid(file, what + " must be " + expected + ", but is " + found);
        }
    }

    private static SafetensorsException invalid(String file, String clause) {
        return new SafetensorsException(
                Reason.INVALID_INDEX, file + ": this is not the index of a sharded model: " + clause + ".");
    }
}
