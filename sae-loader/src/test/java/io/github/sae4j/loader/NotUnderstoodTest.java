package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.Device;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.sae4j.fixtures.KindCase;
import io.github.sae4j.fixtures.PublisherCase;
import io.github.sae4j.fixtures.ReferenceCase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * In every layout, whatever nothing understands ends in a refusal that names it: a further tensor, a further field, and a
 * field with a value that it cannot have.
 */
class NotUnderstoodTest {

    private static final String STRANGER = "zz_unknown";

    /** What only describes a run of the training, whatever it says. */
    private static final Set<String> RUNS = Set.of("wandb-config.yaml", "wanb-config.yaml");

    /** Fields that describe an SAE: of another type they are kept as they stand. */
    private static final Set<String> DESCRIBING = Set.of(
            "model_name",
            "dataset_path",
            "context_size",
            "prepend_bos",
            "hook_head_index",
            "neuronpedia_id",
            "device",
            "trainer_cfg",
            "buffer.ctx_len",
            "trainer.lm_name",
            "trainer.layer");

    /** Fields whose text is one of some; of others the type is what can be wrong. */
    private static final Set<String> CHOICES = Set.of(
            "architecture",
            "dtype",
            "normalize_activations",
            "reshape_activations",
            "activation_fn",
            "activation_fn_str",
            "act_fn",
            "norm_activation",
            "sae_type",
            "sae_diff_type",
            "dict_class",
            "activation",
            "type",
            "code_normalization",
            "matryoshka_ks");

    @TempDir
    private Path temporary;

    /**
     * An SAE of some layout.
     *
     * @param name the case's name
     * @param repository the folder that is the whole repository
     * @param path the SAE's place in it
     * @param format the layout's name where the files alone do not tell it
     */
    record Published(
            String name,
            Path repository,
            String path,
            @Nullable String format) {

        SaeLoader loader(Path copy) {
            SaeLoader loader = SAE.from(copy.resolve(path)).device(Device.cpu());
            if (format != null) {
                loader.format(format);
            }
            if (name.equals("qwen_scope") || name.equals("ct_plt_crv")) {
                loader.override("k", 8);
            }
            return loader;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Published> all() {
        Stream<Published> saeLens = ReferenceCase.all().stream()
                .map(published -> new Published(published.name(), published.folder(), "", null));
        Stream<Published> older = PublisherCase.all().stream()
                .map(published -> new Published(
                        published.name(),
                        published.repositoryFolder(),
                        published.path(),
                        published.name().equals("gemma_2_transcoder") ? "gemma_2_transcoder" : null));
        Stream<Published> kinds = KindCase.all().stream()
                .filter(published -> published.refused().isEmpty())
                .map(published ->
                        new Published(published.name(), published.repositoryFolder(), published.path(), null));
        return Stream.of(saeLens, older, kinds).flatMap(saes -> saes).toList();
    }

    @ParameterizedTest
    @MethodSource("all")
    void aFurtherTensorIsRefusedByName(Published published) throws IOException {
        Path copy = copyOf(published);
        Path file = find(copy, published, weightsFile(published.loader(copy).describe()));
        Files.write(file, withStranger(file));

        requireRefused(published.loader(copy), STRANGER);

        published.loader(copy).allowUnknown(STRANGER).open().close();
    }

    @ParameterizedTest
    @MethodSource("all")
    void aFurtherFieldIsRefusedByName(Published published) throws IOException {
        List<String> configurations = configurations(published);
        assertThat(configurations.isEmpty()).as(published.name()).isNotEqualTo(hasConfiguration(published));
        for (String config : configurations) {
            Path copy = copyOf(published);
            Path file = find(copy, published, config);
            String text = Files.readString(file);
            Files.writeString(
                    file,
                    config.endsWith(".yaml")
                            ? text + "\n" + STRANGER + ": 1\n"
                            : text.replaceFirst("\\{", "{\"" + STRANGER + "\": 1, "));

            requireRefused(published.loader(copy), STRANGER);

            published.loader(copy).allowUnknown(STRANGER).open().close();
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void aFieldWithAValueThatItCannotHaveIsRefusedByName(Published published) throws IOException {
        int tried = 0;
        for (SaeDescription.Use use :
                published.loader(published.repository()).describe().uses()) {
            String field = use.name().substring(use.name().lastIndexOf('.') + 1);
            if (!use.purpose().equals("read")
                    || !isConfiguration(use.file())
                    || isRunOfSparsify(published, use.file())
                    || RUNS.contains(use.file())
                    || DESCRIBING.contains(use.name())
                    || (use.name().startsWith("metadata.") && !use.name().equals("metadata.hook_name"))) {
                continue;
            }
            Path copy = copyOf(published);
            Path file = find(copy, published, use.file());
            Files.writeString(file, withBadValue(use, Files.readString(file)));

            requireRefused(published.loader(copy), field);
            tried++;
        }
        assertThat(tried).isGreaterThanOrEqualTo(configurations(published).isEmpty() ? 0 : 1);
    }

    private static List<String> configurations(Published published) {
        return published.loader(published.repository()).describe().uses().stream()
                .map(SaeDescription.Use::file)
                .distinct()
                .filter(file -> saysWhatItIs(published, file))
                .toList();
    }

    /** Returns whether files lie in the SAE's folder, or above, that should be configurations. */
    private static boolean hasConfiguration(Published published) throws IOException {
        Path root = published.repository();
        for (Path at = root.resolve(published.path()); at.startsWith(root); at = at.getParent()) {
            if (Files.isDirectory(at)) {
                try (Stream<Path> files = Files.list(at)) {
                    if (files.anyMatch(file -> saysWhatItIs(published, String.valueOf(file.getFileName())))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean saysWhatItIs(Published published, String file) {
        return isConfiguration(file)
                && !RUNS.contains(file)
                && !isRunOfSparsify(published, file)
                && !onlyNamesAClass(published);
    }

    private static boolean isConfiguration(String file) {
        return file.endsWith(".json") || file.endsWith(".yaml");
    }

    /** It lies above the SAE and says what the training was told. */
    private static boolean isRunOfSparsify(Published published, String file) {
        boolean ofSparsify =
                published.name().startsWith("sparsify") || published.name().startsWith("latent");
        return ofSparsify && file.equals("config.json");
    }

    /** InterPLM's configuration is looked at for the class that trained the SAE, and nothing is made of it. */
    private static boolean onlyNamesAClass(Published published) {
        return published.name().startsWith("interplm");
    }

    private static String withBadValue(SaeDescription.Use use, String text) {
        String field = use.name();
        if (use.file().endsWith(".yaml")) {
            String last = field.substring(field.lastIndexOf('.') + 1);
            return text.replaceFirst("(?m)^(\\s*)" + last + ":.*$", "$1" + last + ": {zz: 1}");
        }
        JsonObject object = JsonParser.parseString(text).getAsJsonObject();
        JsonObject parent = object;
        String rest = field;
        while (!parent.has(rest)) {
            int dot = rest.indexOf('.');
            parent = parent.getAsJsonObject(rest.substring(0, dot));
            rest = rest.substring(dot + 1);
        }
        JsonObject bad = new JsonObject();
        bad.addProperty("zz", 1);
        parent.add(rest, CHOICES.contains(rest) ? new JsonPrimitive("zz?") : bad);
        return object.toString();
    }

    private static void requireRefused(SaeLoader loader, String name) {
        Throwable thrown = catchThrowable(() -> loader.open().close());
        assertThat(thrown)
                .as("refused for " + name)
                .isInstanceOf(SaeLoadException.class)
                .message()
                .containsPattern("(?<![\\w-])" + Pattern.quote(name) + "(?![\\w-])");
    }

    private static String weightsFile(SaeDescription described) {
        return described.uses().stream()
                .map(SaeDescription.Use::file)
                .filter(file -> !isConfiguration(file) && !file.startsWith("sparsity"))
                .findFirst()
                .orElseThrow();
    }

    /** Returns where a file lies that is in the SAE's folder, or beside the SAE's file, or above. */
    private static Path find(Path copy, Published published, String name) {
        for (Path at = copy.resolve(published.path()); at.startsWith(copy); at = at.getParent()) {
            if (Files.isRegularFile(at.resolve(name))) {
                return at.resolve(name);
            }
            if (at.endsWith(name) && Files.isRegularFile(at)) {
                return at;
            }
        }
        throw new AssertionError("there is no " + name);
    }

    private Path copyOf(Published published) throws IOException {
        Path copy = Files.createTempDirectory(temporary, "copy");
        List<Path> files;
        try (Stream<Path> walk = Files.walk(published.repository())) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Path target = copy.resolve(published.repository().relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
        return copy;
    }

    private static byte[] withStranger(Path file) throws IOException {
        return file.toString().endsWith(".safetensors") ? inSafetensors(Files.readAllBytes(file)) : inZip(file);
    }

    private static byte[] inSafetensors(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong(0);
        String header = new String(file, Long.BYTES, length, StandardCharsets.UTF_8);
        JsonObject tensors = JsonParser.parseString(header).getAsJsonObject();
        int data = file.length - Long.BYTES - length;
        tensors.add(
                STRANGER,
                JsonParser.parseString("{\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [" + data + ", "
                        + (data + Float.BYTES) + "]}"));
        byte[] changed = tensors.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(Long.BYTES + changed.length + data + Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(changed.length)
                .put(changed)
                .put(file, Long.BYTES + length, data)
                .putFloat(1);
        return out.array();
    }

    /** An array more in a file of NumPy, or a number more in the dictionary of one of PyTorch. */
    private static byte[] inZip(Path file) throws IOException {
        return ZipCopy.of(
                file,
                NotUnderstoodTest::inPickle,
                file.toString().endsWith(".npz") ? Map.of(STRANGER + ".npy", npy()) : Map.of());
    }

    private static byte[] npy() {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
        ByteBuffer bytes = ByteBuffer.allocate(128 + Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        bytes.putShort((short) 118).put(header.getBytes(StandardCharsets.US_ASCII));
        while (bytes.position() < 127) {
            bytes.put((byte) ' ');
        }
        return bytes.put((byte) '\n').putFloat(1).array();
    }

    /** Sets a key of the dictionary on top of the pickle's stack before the pickle ends. */
    private static byte[] inPickle(byte[] pickle) {
        byte[] key = STRANGER.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer out = ByteBuffer.allocate(pickle.length + key.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        out.put(pickle, 0, pickle.length - 1).put((byte) 'X').putInt(key.length).put(key);
        out.put((byte) 'K').put((byte) 1).put((byte) 's').put((byte) '.');
        return out.array();
    }
}
