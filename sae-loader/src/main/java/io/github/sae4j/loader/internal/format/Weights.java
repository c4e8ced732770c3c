package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.Listing;
import io.github.sae4j.loader.internal.format.TensorNames.Entry;
import io.github.sae4j.tensors.Tensor;
import io.github.sae4j.tensors.TensorFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of an open file under SAELens's names, checked against the sizes that the SAE must have.
 *
 * <p>A publisher's other names and orientations are put right here, so that whoever takes tensors need not know them.
 */
final class Weights {

    private final Path path;
    private final TensorFile file;
    private final String name;
    private final boolean headersOnly;
    private final TensorNames tensors = new TensorNames();
    private final Map<String, Object> values;
    private final Map<String, Derived> derived = new HashMap<>();
    private final Map<String, String> purposes = new LinkedHashMap<>();
    private final Map<String, WeightMatrix> matrices = new HashMap<>();
    private final StoredNumbers numbers = new StoredNumbers();
    private @Nullable String origin;

    private Weights(TensorFile file, String name, boolean headersOnly) {
        this.path = file.path();
        this.name = name;
        this.file = file;
        this.headersOnly = headersOnly;
        this.values = new LinkedHashMap<>(file.values());
        for (Tensor tensor : file.tensors()) {
            tensors.add(tensor);
        }
    }

    /** A vector that is worked out of tensors. */
    private record Derived(Supplier<float[]> vector, List<String> sources) {}

    /**
     * Returns the tensors of a file under their own names.
     *
     * @param name the file's name, relative to the SAE's place
     * @param headersOnly whether matrices and vectors are only checked, and zeros are given for them
     */
    static Weights of(TensorFile file, String name, boolean headersOnly) {
        return new Weights(file, name, headersOnly);
    }

    /**
     * Gives a tensor the name that it has here.
     *
     * @param name the name here
     * @param publishersNames the names that it may have in the file; the first that is there counts, and if none is,
     *     nothing changes
     */
    Weights rename(String name, String... publishersNames) {
        tensors.rename(name, publishersNames);
        return this;
    }

    /** Gives a tensor that is stored as the transpose its name here, as {@link #rename} does. */
    Weights turn(String name, String... publishersNames) {
        tensors.turn(name, publishersNames);
        return this;
    }

    /** Does as {@link #rename}, and counts as equal what differs in its letters' case only. */
    Weights renameIgnoringCase(String name, String... publishersNames) {
        tensors.renameIgnoringCase(name, publishersNames);
        return this;
    }

    /** Drops a beginning of names that some files have before each. */
    Weights withoutPrefix(String prefix) {
        tensors.dropPrefix(prefix);
        return this;
    }

    /**
     * Makes a matrix of a tensor of three axes, of which two become one: bytes are moved only if they must be.
     *
     * @param order the axes in the order in which they are to stand
     * @param merged the first of the two, in that order, that become one
     */
    Weights flatten(String name, int[] order, int merged) {
        requireAxes(name, order.length, order.length);
        Entry entry = entry(name);
        tensors.put(name, entry.tensor().flattened(order, merged));
        return this;
    }

    /**
     * Sets a vector that is worked out from what the publisher says, once it is asked for.
     *
     * @param sources the tensors that it is worked out of, if it is of any
     */
    void put(String name, Supplier<float[]> vector, String... sources) {
        derived.put(name, new Derived(vector, List.of(sources)));
    }

    /** Multiplies a vector. */
    void scale(String name, double factor) {
        int length = Math.toIntExact(entry(name).tensor().elements());
        put(
                name,
                () -> {
                    float[] vector = stored(name, length);
                    for (int i = 0; i < vector.length; i++) {
                        vector[i] = (float) (vector[i] * factor);
                    }
                    return vector;
                },
                name);
    }

    /** Says why tensors must have the sizes that they are asked for with: {@code cfg.json says d_in = 8 and …}. */
    void sizesAreFrom(String reason) {
        origin = reason;
    }

    /** Sets whether NaN and infinity are let through; by default they are refused. */
    void allowNonFinite(boolean allow) {
        numbers.allowNonFinite(allow);
    }

    /** Sets the number format that matrices are to have, null for the stored one. */
    void inType(@Nullable WeightType wanted) {
        numbers.inType(wanted);
    }

    Path path() {
        return path;
    }

    /** Returns the publisher's names of the tensors, in the file's order. */
    List<String> stored() {
        return file.tensors().stream().map(Tensor::name).toList();
    }

    /** Returns the shape of a tensor as it is stored. */
    long[] storedShape(String name) {
        return entry(name).tensor().shape();
    }

    boolean contains(String name) {
        return derived.containsKey(name) || tensors.contains(name);
    }

    /**
     * Returns the shape of a tensor, as it is here.
     *
     * @throws SaeLoadException if it is missing
     */
    long[] shape(String name) {
        return entry(name).shape();
    }

    /**
     * Checks how many axes a tensor has.
     *
     * @throws SaeLoadException if it is missing, or has fewer or more
     */
    void requireAxes(String name, int least, int most) {
        Entry entry = entry(name);
        int axes = entry.shape().length;
        if (axes < least || axes > most) {
            throw invalid(": " + entry.tensor().name() + " has the shape "
                    + Arrays.toString(entry.shape()) + ", but should have "
                    + (least == most ? least + " axes." : "at most " + most + (most == 1 ? " axis." : " axes.")));
        }
    }

    /**
     * Returns one size of a matrix.
     *
     * @throws SaeLoadException if it is missing, is no matrix, or has no such size
     */
    int size(String name, int axis) {
        long[] shape = shape(name);
        if (shape.length != 2 || shape[axis] < 1 || shape[axis] > Integer.MAX_VALUE) {
            throw invalid(": " + name + " has the shape " + Arrays.toString(shape)
                    + ", but should be a matrix that tells the sizes d_in and d_sae.");
        }
        return (int) shape[axis];
    }

    /**
     * Returns a matrix, over the file's own pages where they can be used.
     *
     * @throws SaeLoadException if it is missing, or has another shape, is not floating point, or holds NaN or infinity
     */
    WeightMatrix matrix(String name, int rows, int columns) {
        Entry entry = entry(name, rows, columns);
        return matrices.computeIfAbsent(
                name,
                role -> headersOnly
                        ? StoredNumbers.zeros(entry.tensor(), rows, columns)
                        : numbers.matrix(role, entry.upright(), rows, columns));
    }

    /** Returns the number format that a matrix is stored in, or float32 where it has to be rounded to that. */
    WeightType storedType(String name) {
        return StoredNumbers.typeOf(entry(name).tensor());
    }

    /**
     * Returns a vector, widened or rounded to float32.
     *
     * @throws SaeLoadException if it is missing, has another shape, is not floating point, or holds NaN or infinity
     */
    float[] vector(String name, int length) {
        @Nullable Derived made = derived.get(name);
        if (made == null) {
            return stored(name, length);
        }
        for (String source : made.sources()) {
            purposes.put(entry(source).tensor().name(), name);
        }
        float[] values = headersOnly ? new float[length] : made.vector().get();
        if (values.length != length) {
            throw invalid(": " + name + " is for " + values.length + " values, but should be for " + length
                    + (origin == null ? "." : ", because " + origin + "."));
        }
        return values.clone();
    }

    /** Returns a vector as it is stored, whatever was worked out of it. */
    float[] stored(String name, int length) {
        Entry entry = entry(name, length);
        return headersOnly ? new float[length] : numbers.vector(entry.tensor());
    }

    /**
     * Returns a number for each feature, from a vector or from one number for all.
     *
     * @throws SaeLoadException if it is missing, has another shape or is not floating point
     */
    float[] forEach(String name, int length) {
        if (derived.containsKey(name)) {
            return vector(name, length);
        }
        Tensor tensor = entry(name).tensor();
        if (tensor.elements() != 1 || tensor.shape().length > 1) {
            return vector(name, length);
        }
        float[] values = new float[length];
        Arrays.fill(values, number(name));
        return values;
    }

    /**
     * Returns the only number of a tensor, or of a value beside the tensors; also where only headers are read.
     *
     * @throws SaeLoadException if it is missing or is not one number
     */
    float number(String name) {
        if (values.get(name) instanceof Number number) {
            purposes.put(name, "read");
            return number.floatValue();
        }
        Entry entry = entry(name);
        if (entry.tensor().elements() != 1) {
            throw invalid(": " + entry.tensor().name() + " has the shape " + Arrays.toString(entry.shape())
                    + ", but should be one number.");
        }
        read(name, entry);
        return numbers.number(entry.tensor());
    }

    /**
     * Returns the only number of a tensor, or of a value beside the tensors, which must be a whole one above 0.
     *
     * @throws SaeLoadException if it is missing or is no such number
     */
    int size(String name) {
        float number = number(name);
        if (number < 1 || number > 1 << 24 || number != Math.rint(number)) {
            throw invalid(": " + name + " is " + number + ", but should be a whole number above 0.");
        }
        return (int) number;
    }

    /** Returns a text or a truth value beside the tensors, or null if there is none. */
    @Nullable
    Object value(String name) {
        if (values.containsKey(name)) {
            purposes.put(name, "read");
        }
        return values.get(name);
    }

    /** Returns the numbers of a tensor of any shape, also where only headers are read, NaN and infinity among them. */
    float[] raw(String name) {
        Entry entry = entry(name);
        read(name, entry);
        return entry.tensor().toFloats();
    }

    /** Says that tensors or values are known and change nothing, with the reason; those that are not there do not matter. */
    Weights unneeded(String reason, String... names) {
        for (String name : names) {
            @Nullable Entry entry = tensors.get(name);
            if (values.containsKey(name)) {
                purposes.put(name, "not needed: " + reason);
            } else if (entry != null) {
                purposes.putIfAbsent(entry.tensor().name(), "not needed: " + reason);
            }
        }
        return this;
    }

    /**
     * Says that all has been read that is to be, so that nothing may be left.
     *
     * @param of what the file is of, for sentences
     * @throws SaeLoadException if something is neither read nor unneeded nor allowed by the user
     */
    void close(Accounts accounts, String of) {
        purposes.forEach((tensor, purpose) -> accounts.use(name, tensor, purpose));
        List<Accounts.Stranger> strangers = new ArrayList<>();
        for (Tensor tensor : file.tensors()) {
            if (!purposes.containsKey(tensor.name())) {
                strangers.add(new Accounts.Stranger(
                        tensor.name(),
                        tensor.name() + " " + tensor.type().name() + " " + Arrays.toString(tensor.shape())));
            }
        }
        values.forEach((value, found) -> {
            if (!purposes.containsKey(value)) {
                strangers.add(new Accounts.Stranger(value, value + " = " + found));
            }
        });
        file.unusable().keySet().forEach(unusable -> strangers.add(new Accounts.Stranger(unusable, unusable)));
        accounts.refuse(path.toString(), "tensor", of, strangers);
    }

    /** Says that tensors are known that others read, which those of them that are there are. */
    Weights expect(String... names) {
        for (String role : names) {
            @Nullable Entry entry = tensors.get(role);
            if (entry != null) {
                read(role, entry);
            }
        }
        return this;
    }

    /** Returns what had to be done to matrices on their way into memory. */
    List<String> conversions() {
        return numbers.conversions();
    }

    private Entry entry(String name, long... shape) {
        Entry entry = entry(name);
        if (!Arrays.equals(entry.shape(), shape)) {
            throw invalid(": " + entry.tensor().name() + " has the shape "
                    + Arrays.toString(entry.tensor().shape()) + ", but should have "
                    + Arrays.toString(entry.turned() ? new long[] {shape[1], shape[0]} : shape)
                    + (origin == null ? "." : ", because " + origin + "."));
        }
        read(name, entry);
        return entry;
    }

    private void read(String name, Entry entry) {
        purposes.put(entry.tensor().name(), name + (entry.turned() ? ", transposed" : ""));
    }

    private Entry entry(String name) {
        @Nullable Entry entry = tensors.get(name);
        if (entry == null) {
            throw invalid(" has no tensor " + name + ". "
                    + (stored().isEmpty() ? "It has none." : "It has: " + Listing.of(stored()) + "."));
        }
        return entry;
    }

    private SaeLoadException invalid(String sentence) {
        return new SaeLoadException(Reason.INVALID_TENSORS, path + sentence);
    }
}
