package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.sae4j.core.SaeSource;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.KeptHashes;
import io.github.sae4j.loader.internal.Listing;
import io.github.sae4j.loader.internal.OpenedWith;
import io.github.sae4j.loader.internal.PublishedBytes;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.loader.internal.Unreadable;
import io.github.sae4j.loader.internal.WeightsState;
import io.github.sae4j.loader.internal.YamlFile;
import io.github.sae4j.loader.internal.json.StrictJson;
import io.github.sae4j.loader.internal.names.Nearest;
import io.github.sae4j.loader.internal.names.Registry;
import io.github.sae4j.tensors.Tensor;
import io.github.sae4j.tensors.TensorFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One look at the files of an SAE, which remembers what was read and closes what was opened. */
final class Reading implements AutoCloseable {

    private static final long LARGEST_CONFIG = 16 << 20;
    private static final int DIGITS = 10;
    private static final int NEAREST = 6;
    private static final byte[] LFS_POINTER = "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);

    private final SaeFolder place;
    private final Registry.@Nullable Facts facts;
    private final JsonObject overrides;
    private final Set<String> overridden = new HashSet<>();
    private final Accounts accounts;
    private final boolean headersOnly;
    private final KeptHashes hashes;
    private final Map<String, TensorFile> opened = new LinkedHashMap<>();
    private final Map<Path, WeightsState> states = new HashMap<>();
    private final List<Described.File> files = new ArrayList<>();

    /**
     * Begins.
     *
     * @param overrides the configuration's fields that are known better than the files say
     * @param accounts takes what became of each tensor and field
     * @param headersOnly whether nobody will look at the numbers of matrices and vectors
     * @param hashes may know the SHA-256 of the files
     */
    Reading(
            SaeFolder place,
            Registry.@Nullable Facts facts,
            JsonObject overrides,
            Accounts accounts,
            boolean headersOnly,
            KeptHashes hashes) {
        this.place = place;
        this.facts = facts;
        this.overrides = overrides;
        this.accounts = accounts;
        this.headersOnly = headersOnly;
        this.hashes = hashes;
    }

    /** Returns what takes what became of each tensor and field. */
    Accounts accounts() {
        return accounts;
    }

    SaeFolder place() {
        return place;
    }

    Optional<Registry.Facts> facts() {
        return Optional.ofNullable(facts);
    }

    /** Returns the repository's id, or else the path on this machine: publishers put facts into names. */
    String where() {
        return place.repository().orElseGet(() -> place.parent().path());
    }

    /** Returns the model that the files tell, or else the one that the registry knows. */
    @Nullable
    String model(@Nullable String fromFiles) {
        return fromFiles != null
                ? fromFiles
                : facts().map(Registry.Facts::model).orElse(null);
    }

    /** Returns the names of the files that were read, relative to the repository or to the folder of this machine. */
    List<String> files() {
        return read().stream().map(Described.File::name).toList();
    }

    /** Returns the files that were read or looked at. */
    List<Described.File> read() {
        return List.copyOf(files);
    }

    /**
     * Returns what is known of the origin of the files that were read.
     *
     * @param weights those that the SAE is of
     * @param settings what the user set
     */
    SaeSource source(Weights weights, OpenedWith settings) {
        Path path = weights.path();
        return place.source(states.getOrDefault(path, WeightsState.of(path, hashes)), files(), settings);
    }

    /** Returns the tensors of the files that were opened, under the publisher's names. */
    List<Tensor> tensors() {
        return opened.values().stream().flatMap(file -> file.tensors().stream()).toList();
    }

    /** Returns the tensors of a file that must be there. */
    Weights weights(String file) {
        return weights(place, file);
    }

    /** Returns the tensors of a file that must be there. */
    Weights weights(SaeFolder at, String file) {
        return open(at, file, at::find).orElseThrow(() -> lacks(at, file));
    }

    /** Returns the tensors of a file that the SAE can do without. */
    @Nullable
    Weights extra(String file) {
        return open(place, file, place::findExtra).orElse(null);
    }

    private Optional<Weights> open(SaeFolder at, String file, Function<String, Optional<Path>> finder) {
        String fullName = at.fullName(file);
        @Nullable TensorFile known = opened.get(fullName);
        if (known != null) {
            return Optional.of(Weights.of(known, file, headersOnly));
        }
        Optional<PublishedBytes> remote = at.remote(file);
        Optional<TensorFile> tensors;
        if (remote.isPresent()) {
            files.add(new Described.File(fullName, remote.get().length(), false));
            tensors = Optional.of(TensorFiles.remote(fullName, remote.get()));
        } else {
            tensors = finder.apply(file).map(path -> {
                note(at, file, path);
                // Before anything in it is looked at, so that what is written meanwhile is noticed.
                states.put(path, WeightsState.of(path, hashes));
                return TensorFiles.open(path);
            });
        }
        tensors.ifPresent(found -> opened.put(fullName, found));
        return tensors.map(found -> Weights.of(found, file, headersOnly));
    }

    /**
     * Returns the fields of a JSON or YAML file that must be there.
     *
     * @param nested the fields whose own fields count as dotted ones
     */
    Fields fields(SaeFolder at, String file, String... nested) {
        return Fields.of(file, json(at, file).orElseThrow(() -> lacks(at, file)), nested);
    }

    /** Returns the fields of a JSON or YAML file that must be there, beside the weights. */
    Fields fields(String file, String... nested) {
        return fields(place, file, nested);
    }

    /** Returns the fields of a JSON or YAML file that the SAE can do without, none if it cannot be had. */
    Fields extraFields(SaeFolder at, String file, String... nested) {
        return Fields.of(file, extraJson(at, file).orElseGet(JsonObject::new), nested);
    }

    /** Returns what a JSON or YAML file holds, if it is there. */
    Optional<JsonObject> json(SaeFolder at, String file) {
        return at.find(file).map(path -> object(at, file, path));
    }

    /** Returns what a JSON or YAML file holds that the SAE can do without, if it is there and can be had. */
    Optional<JsonObject> extraJson(SaeFolder at, String file) {
        return at.findExtra(file).map(path -> object(at, file, path));
    }

    /** Returns the text of a file that the SAE can do without, if it is there and can be had. */
    Optional<String> extraText(SaeFolder at, String file) {
        return at.findExtra(file).map(path -> {
            note(at, file, path);
            return text(path);
        });
    }

    private JsonObject object(SaeFolder at, String file, Path path) {
        note(at, file, path);
        return file.endsWith(".yaml") ? YamlFile.object(path) : parse(path);
    }

    private static JsonObject parse(Path path) {
        return StrictJson.object(text(path), path.toString());
    }

    /** Returns the text of a file that is small. */
    static String text(Path path) {
        try {
            if (Files.size(path) > LARGEST_CONFIG) {
                throw new SaeLoadException(
                        Reason.DAMAGED, path + " has " + Files.size(path) + " bytes, which is no configuration.");
            }
            return Files.readString(path);
        } catch (CharacterCodingException e) {
            throw new SaeLoadException(Reason.DAMAGED, path + " is not JSON: it is not UTF-8.", e);
        } catch (IOException e) {
            throw Unreadable.because(path, e);
        }
    }

    /** Returns the fields that users and the registry know better, over those of a configuration. */
    JsonObject overridden(JsonObject config) {
        for (Map.Entry<String, JsonElement> field : overrides.entrySet()) {
            if (overridden.contains(field.getKey())) {
                continue;
            }
            config.add(field.getKey(), field.getValue());
            if (config.get("metadata") instanceof JsonObject metadata) {
                metadata.remove(field.getKey());
            }
        }
        return config;
    }

    /** Returns the configuration's fields that users and the registry know better. */
    JsonObject overrides() {
        return overrides;
    }

    /** Returns a number that the user gave, because only a name would tell it. */
    Optional<Integer> override(String field) {
        return overrides.get(field) instanceof JsonPrimitive value && value.isNumber()
                ? Optional.of(value.getAsInt())
                : Optional.empty();
    }

    /** Returns true or false that the user says of a publisher's field; it is no field of the SAE itself. */
    Optional<Boolean> overrideFlag(String field) {
        if (!(overrides.get(field) instanceof JsonPrimitive value)) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw new SaeLoadException(
                    Reason.SETTING_REFUSED, field + " was set to " + value + ", but should be true or false.");
        }
        overridden.add(field);
        return Optional.of(value.getAsBoolean());
    }

    /**
     * Returns whether a field that is known better than the files say was read.
     *
     * @param left the fields of the configuration that nothing has read
     */
    boolean hasRead(String field, Set<String> left) {
        return overridden.contains(field) || !left.contains(field);
    }

    /**
     * Checks that each field that the user set is one that was read.
     *
     * @param left the fields of the configuration that nothing has read
     * @param known those that the architecture reads
     * @throws SaeLoadException if one changes nothing
     */
    void requireOverridesRead(Set<String> left, Set<String> chosen, String architecture, List<String> known) {
        for (String field : chosen) {
            if (!hasRead(field, left)) {
                throw new SaeLoadException(
                        Reason.SETTING_REFUSED,
                        "The field " + field + " was set, but a " + architecture + " SAE does not read it. "
                                + Nearest.sentence("It reads", field, known, NEAREST));
            }
        }
    }

    /**
     * Returns the number in a name, or null if the name has none there, or one that is no layer's or size's. Of several it
     * is the last: paths of this machine may have others further up.
     */
    static @Nullable Integer number(Pattern pattern, String name) {
        @Nullable Integer number = null;
        Matcher matcher = pattern.matcher(name);
        while (matcher.find()) {
            number = matcher.group(1).length() < DIGITS ? Integer.valueOf(matcher.group(1)) : null;
        }
        return number;
    }

    /** Returns the sentence for a file that must be there and is not. */
    private static SaeLoadException lacks(SaeFolder at, String file) {
        List<String> there = at.files();
        return new SaeLoadException(
                Reason.NOT_FOUND,
                at.label() + " has no " + file + (there.isEmpty() ? "." : ". It holds: " + Listing.of(there) + "."));
    }

    /** Remembers a file, unless a clone without Git LFS has left a few lines of text in its place. */
    private void note(SaeFolder at, String file, Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            if (Arrays.equals(in.readNBytes(LFS_POINTER.length), LFS_POINTER)) {
                throw new SaeLoadException(
                        Reason.DAMAGED,
                        path + " is a Git LFS pointer, not the file itself. Fetch it with: git lfs pull.");
            }
            files.add(new Described.File(at.fullName(file), Files.size(path), true));
        } catch (IOException e) {
            throw Unreadable.because(path, e);
        }
    }

    @Override
    public void close() {
        opened.values().forEach(TensorFile::close);
    }
}
