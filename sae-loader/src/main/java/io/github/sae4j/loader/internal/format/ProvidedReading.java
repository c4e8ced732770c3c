package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonElement;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.format.FormatFields;
import io.github.sae4j.loader.format.FormatReading;
import io.github.sae4j.loader.format.FormatTensors;
import io.github.sae4j.loader.internal.json.StrictJson;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a format of others reads, and the account of it. */
final class ProvidedReading implements FormatReading {

    private final Reading reading;
    private final Formats.Settings settings;
    private final ProvidedFolder folder;
    private final Map<String, ReadFields> fields = new LinkedHashMap<>();
    private final Map<String, ReadTensors> tensors = new LinkedHashMap<>();

    ProvidedReading(Reading reading, Formats.Settings settings) {
        this.reading = reading;
        this.settings = settings;
        this.folder = new ProvidedFolder(reading.place());
    }

    @Override
    public String name() {
        return folder.name();
    }

    @Override
    public Optional<String> repository() {
        return folder.repository();
    }

    @Override
    public boolean has(String file) {
        return folder.has(file);
    }

    @Override
    public Optional<String> text(String file) {
        return reading.extraText(reading.place(), Objects.requireNonNull(file, "file"));
    }

    @Override
    public FormatFields fields(String file, String... nested) {
        Objects.requireNonNull(nested, "nested");
        return fields.computeIfAbsent(Objects.requireNonNull(file, "file"), name -> {
            Fields found = reading.fields(name, nested);
            for (Map.Entry<String, JsonElement> field : reading.overrides().entrySet()) {
                found.replace(field.getKey(), field.getValue());
            }
            return new ReadFields(found);
        });
    }

    @Override
    public FormatTensors tensors(String file) {
        return tensors.computeIfAbsent(Objects.requireNonNull(file, "file"), name -> {
            Weights found = reading.weights(name);
            found.inType(settings.type());
            found.allowNonFinite(settings.allowNonFinite());
            return new ReadTensors(found);
        });
    }

    /** Returns whether the format has read a field of any file. */
    boolean hasRead(String field) {
        return fields.values().stream().anyMatch(read -> read.fields.read().contains(field));
    }

    /**
     * Says that all has been read that is to be.
     *
     * @return the tensors that the SAE is of
     * @throws SaeLoadException if something is left, or a field that the user set was read nowhere
     */
    Weights close(String label, String architecture) {
        Set<String> set = StrictJson.names(settings.overrides());
        Set<String> known = new TreeSet<>();
        fields.values().forEach(read -> known.addAll(read.fields.read()));
        Set<String> left = new HashSet<>(set);
        left.removeAll(known);
        reading.requireOverridesRead(left, set, architecture, List.copyOf(known));
        if (tensors.isEmpty()) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    reading.place().label() + ": the format " + label + " has opened no file of tensors.");
        }
        String of = "an SAE of the format " + label;
        fields.values().forEach(read -> read.fields.close(reading.accounts(), of, read.inert, set));
        tensors.values().forEach(read -> read.weights.close(reading.accounts(), of));
        reading.accounts().requireAllMet(reading.place().label());
        return tensors.values().iterator().next().weights;
    }

    private static final class ReadFields implements FormatFields {

        private final Fields fields;
        private Inert inert = Inert.none();

        ReadFields(Fields fields) {
            this.fields = fields;
        }

        @Override
        public int size(String name) {
            return fields.size(Objects.requireNonNull(name, "name"));
        }

        @Override
        public OptionalDouble number(String name) {
            @Nullable Double number = fields.number(Objects.requireNonNull(name, "name"));
            return number == null ? OptionalDouble.empty() : OptionalDouble.of(number);
        }

        @Override
        public Optional<String> text(String name) {
            return Optional.ofNullable(fields.text(Objects.requireNonNull(name, "name")));
        }

        @Override
        public Optional<Boolean> flag(String name) {
            return Optional.ofNullable(fields.flag(Objects.requireNonNull(name, "name")));
        }

        @Override
        public FormatFields inert(String reason, String... names) {
            Objects.requireNonNull(reason, "reason");
            inert = inert.and("not needed: " + reason, Objects.requireNonNull(names, "names"));
            return this;
        }
    }

    private static final class ReadTensors implements FormatTensors {

        private final Weights weights;
        private final Set<String> turned = new HashSet<>();

        ReadTensors(Weights weights) {
            this.weights = weights;
        }

        @Override
        public List<String> names() {
            return weights.stored();
        }

        @Override
        public long[] shape(String name) {
            return weights.storedShape(Objects.requireNonNull(name, "name"));
        }

        @Override
        public WeightMatrix matrix(String name, int rows, int columns) {
            return weights.matrix(Objects.requireNonNull(name, "name"), rows, columns);
        }

        @Override
        public WeightMatrix transposed(String name, int rows, int columns) {
            if (turned.add(Objects.requireNonNull(name, "name"))) {
                weights.turn(name, name);
            }
            return weights.matrix(name, rows, columns);
        }

        @Override
        public float[] vector(String name, int length) {
            return weights.vector(Objects.requireNonNull(name, "name"), length);
        }

        @Override
        public float number(String name) {
            return weights.number(Objects.requireNonNull(name, "name"));
        }

        @Override
        public FormatTensors inert(String reason, String... names) {
            weights.unneeded(Objects.requireNonNull(reason, "reason"), Objects.requireNonNull(names, "names"));
            return this;
        }
    }
}
