package io.github.sae4j.examples.internal.input;

import io.github.sae4j.examples.internal.CommandException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The activations of a file, token after token as float32.
 *
 * <p>Only the tokens of one batch are ever in memory. Not for use by several threads.
 */
public final class Activations implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 20;

    private final Path path;
    private final TensorFile file;
    private final StoredTensor tensor;
    private final FloatType type;
    private final Expected expected;
    private final Layout layout;
    private final int skipFirst;
    private final ByteBuffer buffer;
    private long next;

    private Activations(
            Path path,
            TensorFile file,
            StoredTensor tensor,
            FloatType type,
            Expected expected,
            Layout layout,
            int skipFirst) {
        this.path = path;
        this.file = file;
        this.tensor = tensor;
        this.type = type;
        this.expected = expected;
        this.layout = layout;
        this.skipFirst = skipFirst;
        long rowBytes = (long) expected.config().dIn() * type.bytes();
        long rows = Math.max(1, Math.min(layout.tokens(), BUFFER_BYTES / rowBytes));
        this.buffer =
                ByteBuffer.allocateDirect(Math.toIntExact(rows * rowBytes)).order(tensor.order());
    }

    /**
     * Opens a file and chooses its array.
     *
     * @param path a {@code .safetensors} or {@code .npy} file
     * @param tensorName the array's name, or null to take the only floating-point one that fits the SAE
     * @param expected the SAE that is to take the activations
     * @param skipFirst how many tokens at the beginning of each sequence are skipped
     * @throws CommandException if there is no such file or array, or it does not fit the SAE
     */
    public static Activations open(Path path, @Nullable String tensorName, Expected expected, int skipFirst) {
        TensorFile file = TensorFile.open(path);
        try {
            StoredTensor tensor = tensorName == null
                    ? onlyFitting(path, file.tensors(), expected)
                    : named(path, file.tensors(), tensorName);
            FloatType type = tensor.type();
            if (type == null) {
                throw new CommandException(path + ": " + tensor.label() + " is " + tensor.dtype()
                        + ", but activations are F16, BF16, F32 or F64.");
            }
            int axes = expected.activationAxes(tensor.shape());
            if (axes == 0) {
                throw mismatch(path, tensor, expected);
            }
            requireSequences(path, tensor, expected);
            return new Activations(
                    path, file, tensor, type, expected, Layout.ofActivations(path, tensor.shape(), axes), skipFirst);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static StoredTensor named(Path path, List<StoredTensor> tensors, String name) {
        if (tensors.size() == 1 && tensors.get(0).name() == null) {
            throw new CommandException(path + ": an npy file holds one array without a name, so --tensor " + name
                    + " has nothing to choose.");
        }
        return tensors.stream()
                .filter(tensor -> name.equals(tensor.name()))
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        path + ": there is no tensor \"" + name + "\"; the file holds " + list(tensors) + "."));
    }

    private static StoredTensor onlyFitting(Path path, List<StoredTensor> tensors, Expected expected) {
        List<StoredTensor> floating = tensors.stream()
                .filter(tensor -> tensor.type() != null && !tensor.shape().isEmpty())
                .toList();
        List<StoredTensor> fitting = floating.stream()
                .filter(tensor -> expected.activationAxes(tensor.shape()) > 0)
                .toList();
        if (fitting.size() == 1) {
            return fitting.get(0);
        }
        if (fitting.size() > 1) {
            throw new CommandException(path + ": " + fitting.size()
                    + " tensors could be the activations; choose one with" + " --tensor: " + list(fitting) + ".");
        }
        if (floating.size() == 1) {
            throw mismatch(path, floating.get(0), expected);
        }
        throw new CommandException(
                path + ": no floating-point tensor has " + expected.config().dIn() + " columns, d_in of "
                        + expected.name() + "; the file holds " + list(tensors) + ".");
    }

    private static void requireSequences(Path path, StoredTensor tensor, Expected expected) {
        if (expected.takesSequences() && tensor.shape().size() < 3) {
            throw new CommandException(path + ": " + tensor.label() + " has the shape " + tensor.shape() + ", but "
                    + expected.name()
                    + " predicts each token from those before it, so it takes [batch, sequence, d_in = "
                    + expected.config().dIn() + "].");
        }
    }

    private static CommandException mismatch(Path path, StoredTensor tensor, Expected expected) {
        List<Long> shape = tensor.shape();
        String columns = shape.isEmpty()
                ? " is a single number, but "
                : " has " + shape.get(shape.size() - 1) + " columns, but ";
        return new CommandException(path.getFileName() + ": " + tensor.label() + columns + expected.name()
                + " takes d_in = " + expected.config().dIn() + ". Is this another model's file?");
    }

    private static String list(List<StoredTensor> tensors) {
        return tensors.isEmpty()
                ? "no tensor"
                : tensors.stream().limit(12).map(StoredTensor::summary).collect(Collectors.joining(", "))
                        + (tensors.size() > 12 ? " and " + (tensors.size() - 12) + " more" : "");
    }

    /** Returns how the tokens are arranged. */
    public Layout layout() {
        return layout;
    }

    /** Returns the file's own name, without its folder. */
    public String fileName() {
        return String.valueOf(path.getFileName());
    }

    /** Returns which tokens are skipped, as the user asked for it; empty if none are. */
    public String skipped() {
        return skipFirst == 0 ? "" : "--skip-first " + skipFirst;
    }

    /**
     * Reads the next tokens.
     *
     * @param batch is filled with as many tokens as it has room for, fewer at the end, none after it
     * @throws CommandException if the file cannot be read, or holds NaN or infinity that is not allowed
     */
    public void next(TokenBatch batch) {
        float[][] rows = batch.room();
        int count = (int) Math.min(rows.length, layout.tokens() - next);
        int rowBytes = expected.config().dIn() * type.bytes();
        batch.start();
        for (int row = 0; row < count; row++) {
            if (row % (buffer.capacity() / rowBytes) == 0) {
                int rest = (int) Math.min(buffer.capacity(), (long) (count - row) * rowBytes);
                buffer.clear().limit(rest);
                tensor.bytes().read((next + row) * rowBytes, buffer);
                buffer.flip();
            }
            type.widen(buffer, rows[row]);
            boolean skipped = (next + row) % layout.sequence() < skipFirst;
            if (skipped) {
                batch.skip(row);
            }
            // 16-bit activations of the BOS token can overflow; only where later tokens look back at it does that
            // matter.
            if (!expected.allowNonFinite() && (!skipped || expected.takesSequences())) {
                requireFinite(rows[row], next + row);
            }
        }
        batch.filled(count);
        next += count;
    }

    private void requireFinite(float[] row, long token) {
        for (int column = 0; column < row.length; column++) {
            if (!Float.isFinite(row[column])) {
                String narrowed = type == FloatType.F64 ? " as float32" : "";
                throw new CommandException(path + ": " + tensor.label() + " has " + row[column] + narrowed
                        + " at token " + token + ", column " + column
                        + "; --allow-non-finite lets such values through.");
            }
        }
    }

    @Override
    public void close() {
        file.close();
    }

    @Override
    public String toString() {
        return path + ": " + tensor.label() + " " + tensor.shape();
    }
}
