package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.internal.RowPlace;
import io.github.sae4j.data.internal.tensors.InputArray;
import io.github.sae4j.data.internal.tensors.OpenInput;
import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.ElementType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An open file, and the one of its arrays that holds activations. */
final class ActivationFile implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 20;
    private static final int MOST_NAMED = 12;

    private final String name;
    private final OpenInput file;
    private final InputArray tensor;
    private final ElementType type;
    private final InputRequirements expected;
    private final Layout layout;
    private final SequenceStarts starts;
    private final ByteBuffer buffer;

    private ActivationFile(
            String name,
            OpenInput file,
            InputArray tensor,
            ElementType type,
            InputRequirements expected,
            Layout layout,
            SequenceStarts starts) {
        this.name = name;
        this.file = file;
        this.tensor = tensor;
        this.type = type;
        this.expected = expected;
        this.layout = layout;
        this.starts = starts;
        long rowBytes = (long) expected.config().dIn() * type.bytes();
        long rows = Math.max(1, Math.min(layout.tokens(), BUFFER_BYTES / rowBytes));
        this.buffer =
                ByteBuffer.allocateDirect(Math.toIntExact(rows * rowBytes)).order(tensor.order());
    }

    /**
     * Chooses the array of an open file.
     *
     * @param name the file's name, for sentences
     * @param file the file, which is closed with this, or if it does not fit
     * @param wanted which array, and which layer of it
     * @param expected the SAE that is to take the activations
     * @throws DataException if there is no such array, or it does not fit the SAE
     */
    static ActivationFile of(String name, OpenInput file, TensorChoice wanted, InputRequirements expected) {
        try {
            InputArray whole =
                    wanted.tensor() == null ? onlyFitting(name, file, expected) : named(name, file, wanted.tensor());
            InputArray tensor = wanted.layers().of(name, whole, file.tensors());
            ElementType type = tensor.type();
            if (type == null || !type.isFloatingPoint()) {
                throw new DataException(
                        Reason.MISMATCH,
                        name + ": " + tensor.label() + " is " + tensor.dtype()
                                + ", but activations are F16, BF16, F32 or F64.");
            }
            int axes = expected.activationAxes(tensor.shape());
            if (axes == 0) {
                throw mismatch(name, tensor, expected);
            }
            Layout layout = wanted.sequences().arrange(name, Layout.ofActivations(name, tensor.shape(), axes));
            requireSequences(name, tensor, layout, expected);
            // A request that vLLM served is a sequence, and has a file of its own.
            boolean told = layout.hasSequences()
                    || wanted.sequences().eachFile()
                    || tensor.shape().size() < whole.shape().size();
            SequenceStarts starts = SequenceStarts.of(name, file.tensors(), layout, told, wanted.sequences());
            return new ActivationFile(name, file, tensor, type, expected, layout, starts);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static InputArray named(String file, OpenInput opened, String name) {
        List<InputArray> tensors = opened.tensors();
        if (tensors.size() == 1 && tensors.get(0).name() == null) {
            throw new DataException(
                    Reason.NO_SUCH_TENSOR,
                    Sentence.of(
                            file + ": it holds one array without a name, so ",
                            Setting.TENSOR.of(name),
                            " has nothing to choose."));
        }
        return tensors.stream()
                .filter(tensor -> name.equals(tensor.name()))
                .findFirst()
                .orElseThrow(() -> missing(file, opened, name));
    }

    private static DataException missing(String file, OpenInput opened, String name) {
        String why = opened.unusable().get(name);
        return new DataException(
                Reason.NO_SUCH_TENSOR,
                file + ": "
                        + (why == null
                                ? "there is no tensor " + Quoted.of(name) + "; the file holds " + list(opened) + "."
                                : "tensor " + Quoted.of(name) + " is not read: " + why));
    }

    private static InputArray onlyFitting(String name, OpenInput opened, InputRequirements expected) {
        List<InputArray> floating = opened.tensors().stream()
                .filter(tensor -> tensor.isFloatingPoint() && !tensor.shape().isEmpty())
                .toList();
        List<InputArray> fitting = floating.stream()
                .filter(tensor -> expected.activationAxes(tensor.shape()) > 0)
                .toList();
        if (fitting.size() == 1) {
            return fitting.get(0);
        }
        if (fitting.size() > 1) {
            throw new DataException(
                    Reason.NO_SUCH_TENSOR,
                    Sentence.of(
                            name + ": " + fitting.size() + " tensors could be the activations; choose one with ",
                            Setting.TENSOR.named(),
                            ": " + list(fitting.stream().map(InputArray::summary)) + "."));
        }
        if (floating.size() == 1) {
            throw mismatch(name, floating.get(0), expected);
        }
        throw new DataException(
                Reason.NO_SUCH_TENSOR,
                name + ": no floating-point tensor has " + expected.config().dIn() + " columns, d_in of "
                        + expected.name() + "; the file holds " + list(opened) + ".");
    }

    private static void requireSequences(String name, InputArray tensor, Layout layout, InputRequirements expected) {
        if (expected.takesSequences() && !layout.hasSequences()) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            name + ": " + tensor.label() + " has the shape " + tensor.shape() + ", but "
                                    + expected.name()
                                    + " predicts each token from those before it, so it takes [batch, sequence, d_in = "
                                    + expected.config().dIn() + "]; ",
                            Setting.SEQUENCE_LENGTH.of("N"),
                            " divides flat ones."));
        }
    }

    private static DataException mismatch(String name, InputArray tensor, InputRequirements expected) {
        List<Long> shape = tensor.shape();
        if (shape.size() > 1 && shape.get(0) == 0) {
            return new DataException(Reason.MISMATCH, name + ": " + tensor.label() + " has no tokens.");
        }
        String columns = shape.isEmpty()
                ? " is a single number, but "
                : " has " + shape.get(shape.size() - 1) + " columns, but ";
        return new DataException(
                Reason.MISMATCH,
                name + ": " + tensor.label() + columns + expected.name() + " takes d_in = "
                        + expected.config().dIn() + ". Is this another model's file?");
    }

    private static String list(OpenInput file) {
        return list(Stream.concat(
                file.tensors().stream().map(InputArray::summary),
                file.unusable().keySet().stream().sorted().map(name -> name + " (not read)")));
    }

    private static String list(Stream<String> summaries) {
        List<String> all = summaries.toList();
        return all.isEmpty()
                ? "no tensor"
                : String.join(", ", all.subList(0, Math.min(all.size(), MOST_NAMED)))
                        + (all.size() > MOST_NAMED ? " and " + (all.size() - MOST_NAMED) + " more" : "");
    }

    /** Returns how the tokens are arranged. */
    Layout layout() {
        return layout;
    }

    /**
     * Reads tokens.
     *
     * @param first the first of them; they must be asked for in order
     * @param rows get them
     * @param from the row that gets the first
     * @param to the row after that of the last
     * @throws DataException if the file cannot be read
     */
    void read(long first, float[][] rows, int from, int to) {
        int rowBytes = expected.config().dIn() * type.bytes();
        int fitting = buffer.capacity() / rowBytes;
        for (int row = from; row < to; row++) {
            int done = row - from;
            if (done % fitting == 0) {
                buffer.clear().limit(Math.min(fitting, to - row) * rowBytes);
                tensor.bytes().read((first + done) * rowBytes, buffer);
                buffer.flip();
            }
            type.getFloats(
                    buffer,
                    done % fitting * rowBytes,
                    rows[row],
                    0,
                    expected.config().dIn());
        }
    }

    /**
     * Checks that the file tells where its sequences begin.
     *
     * @throws DataException if it does not
     */
    void requireStarts() {
        starts.require(name, tensor);
    }

    /** Returns whether it is known where sequences begin. */
    boolean tellsSequences() {
        return starts.told();
    }

    /** Returns whether it is known that sequences have the length that the layout says. */
    boolean tellsLength() {
        return starts.told() && starts.documents() == null;
    }

    /** Returns how to speak of a row in a sentence. */
    String place(long row) {
        return layout.hasSequences() && expected.layers() == 0
                ? "row " + row / layout.sequence() + ", position " + row % layout.sequence() + " ("
                        + RowPlace.of(row, expected.layers()) + ")"
                : RowPlace.of(row, expected.layers());
    }

    /** Returns whether leaving out the first token of each sequence is possible, and leaves tokens. */
    boolean canSkipFirst() {
        return !expected.takesSequences() && expected.layers() == 0 && starts.documents() == null;
    }

    /** Returns the name of the array that tells where sequences begin, or null. */
    @Nullable
    String documents() {
        InputArray documents = starts.documents();
        return documents == null ? null : documents.name();
    }

    /** Returns the place of each token in its sequence, to be read from the first to the last. */
    Positions positions() {
        return starts.positions(layout);
    }

    /** Returns the name of the array that holds the activations, or null if it has none. */
    @Nullable
    String tensorName() {
        return tensor.name();
    }

    /** Returns whether there are ids of the tokens. */
    boolean hasTokenIds() {
        return TokenIds.find(file.tensors(), layout).isPresent();
    }

    /**
     * Checks that there are ids of the tokens.
     *
     * @param needing what needs them
     * @throws DataException if the file has none
     */
    void requireTokenIds(Setting needing) {
        TokenIds.require(name, file.tensors(), layout, needing);
    }

    /**
     * Returns the ids of the tokens, to be read from the first to the last.
     *
     * @throws DataException if the file has none any more
     */
    TokenIds tokenIds() {
        return TokenIds.find(file.tensors(), layout)
                .orElseThrow(() -> new DataException(Reason.CHANGED, this + " has changed since the work began."));
    }

    /** Returns how to speak of the activations at the beginning of a sentence. */
    String label() {
        return name + ": " + tensor.label();
    }

    /** Returns what is to be said of a value that is finite in the file, but not here. */
    String narrowed() {
        return type == ElementType.F64 ? " as float32" : "";
    }

    @Override
    public void close() {
        file.close();
    }

    @Override
    public String toString() {
        return name + ": " + tensor.label() + " " + tensor.shape();
    }
}
