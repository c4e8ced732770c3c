package io.github.sae4j.data.activations;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.internal.Inputs;
import io.github.sae4j.data.internal.files.Json;
import io.github.sae4j.data.internal.formats.MemmapInput;
import io.github.sae4j.safetensors.ShardedSafetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which files of a folder are read, and in which order, where something in the folder says it. */
final class FolderOrder {

    /** Of Hugging Face's {@code datasets}, which SAELens saves activations with. */
    private static final String STATE = "state.json";

    /** Without this a state is that of something else. */
    private static final String DATASET = "dataset_info.json";

    /** Of dictionary_learning and of SAEDashboard, then everything but PyTorch's files. */
    private static final List<Predicate<Path>> KINDS = List.of(
            file -> Inputs.hasEnding(file, MemmapInput.ENDING),
            file -> String.valueOf(file.getFileName()).matches("model_activations_[0-9]+\\.pt"),
            file -> !Inputs.hasEnding(file, Inputs.TORCH));

    private FolderOrder() {}

    /**
     * Puts files in order.
     *
     * @param folder the folder
     * @param files those of its files that can be read, in the order of their names
     * @return those that hold the activations, in their order
     * @throws DataException if what says the order cannot be read, or names a file that is not there
     */
    static List<Path> of(Path folder, List<Path> files) {
        if (Files.isRegularFile(folder.resolve(STATE)) && Files.isRegularFile(folder.resolve(DATASET))) {
            return ofState(folder.resolve(STATE), files);
        }
        Set<Path> divided = new HashSet<>();
        for (Path file : files) {
            if (Inputs.isIndex(file)) {
                try (ShardedSafetensors index = ShardedSafetensors.open(file)) {
                    divided.addAll(index.files());
                }
            }
        }
        return activations(
                files.stream().filter(file -> !divided.contains(file)).toList());
    }

    /** Leaves out what lies beside activations in caches: means, standard deviations and ids of tokens. */
    private static List<Path> activations(List<Path> files) {
        for (Predicate<Path> kind : KINDS) {
            List<Path> ofKind = files.stream().filter(kind).toList();
            if (!ofKind.isEmpty()) {
                return ofKind;
            }
        }
        return files;
    }

    private static List<Path> ofState(Path state, List<Path> files) {
        List<Path> ordered = new ArrayList<>();
        for (JsonElement file : dataFiles(state)) {
            @Nullable JsonElement name = file instanceof JsonObject object ? object.get("filename") : null;
            if (name == null || !name.isJsonPrimitive()) {
                throw new DataException(Reason.MALFORMED, state + ": an entry of \"_data_files\" has no \"filename\".");
            }
            ordered.add(files.stream()
                    .filter(path -> path.endsWith(name.getAsString()))
                    .findFirst()
                    .orElseThrow(() -> new DataException(
                            Reason.NO_SUCH_FILE,
                            state + ": \"_data_files\" names " + name.getAsString()
                                    + ", which is not in the folder.")));
        }
        return ordered;
    }

    private static Iterable<JsonElement> dataFiles(Path state) {
        try {
            JsonElement root = Json.parse(Files.readString(state));
            @Nullable JsonElement files = root instanceof JsonObject object ? object.get("_data_files") : null;
            if (files == null || !files.isJsonArray()) {
                throw new DataException(Reason.MALFORMED, state + ": it has no array \"_data_files\".");
            }
            return files.getAsJsonArray();
        } catch (JsonParseException e) {
            throw new DataException(Reason.MALFORMED, state + ": this is no JSON.", e);
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, state, "cannot be read", e);
        }
    }
}
