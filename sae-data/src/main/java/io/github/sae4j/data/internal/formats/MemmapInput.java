package io.github.sae4j.data.internal.formats;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.internal.files.Json;
import io.github.sae4j.data.internal.tensors.InputArray;
import io.github.sae4j.data.internal.tensors.InputChannel;
import io.github.sae4j.data.internal.tensors.OpenInput;
import io.github.sae4j.tensors.ElementType;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Numbers without a header, {@code shard_0.memmap}, and beside them {@code shard_0.meta}, a JSON object of their
 * {@code shape} and {@code dtype}, as caches of dictionary_learning have them.
 */
public final class MemmapInput implements OpenInput {

    public static final String ENDING = ".memmap";

    private static final Map<String, ElementType> TYPES = Map.of(
            "torch.float16", ElementType.F16,
            "torch.bfloat16", ElementType.BF16,
            "torch.float32", ElementType.F32,
            "torch.float64", ElementType.F64);

    private final InputChannel channel;
    private final InputArray tensor;

    private MemmapInput(InputChannel channel, String dtype, ElementType type, List<Long> shape) {
        this.channel = channel;
        this.tensor = new InputArray(null, dtype, type, ByteOrder.LITTLE_ENDIAN, shape, channel::read);
    }

    /**
     * Opens a file and checks its length against what is said beside it.
     *
     * @throws DataException if there is no such description, or it does not fit
     */
    public static MemmapInput open(Path path) {
        String name = String.valueOf(path.getFileName());
        Path meta = path.resolveSibling(name.substring(0, name.length() - ENDING.length()) + ".meta");
        if (!Files.isRegularFile(meta)) {
            throw new DataException(
                    Reason.NO_SUCH_FILE,
                    path + ": there is no " + meta.getFileName() + " beside it, which would tell its shape and dtype.");
        }
        JsonObject described = described(meta);
        @Nullable JsonElement found = described.get("dtype");
        String dtype = found != null && found.isJsonPrimitive() ? found.getAsString() : "";
        ElementType type = TYPES.get(dtype);
        if (type == null) {
            throw new DataException(
                    Reason.MALFORMED,
                    meta + ": \"dtype\" should be torch.float16, torch.bfloat16, torch.float32 or"
                            + " torch.float64, but is " + found + ".");
        }
        List<Long> shape = shape(meta, described.get("shape"));
        InputChannel channel = InputChannel.open(path);
        long bytes = bytes(shape, type);
        if (channel.size() != bytes) {
            long size = channel.size();
            channel.close();
            throw new DataException(
                    Reason.MALFORMED,
                    path + ": it has " + size + " bytes, but " + meta.getFileName() + " says " + shape + " of " + dtype
                            + (bytes < 0 ? "." : ", which is " + bytes + "."));
        }
        return new MemmapInput(channel, dtype, type, shape);
    }

    /** Returns -1 for more bytes than any file has. */
    private static long bytes(List<Long> shape, ElementType type) {
        try {
            return shape.stream().reduce((long) type.bytes(), Math::multiplyExact);
        } catch (ArithmeticException e) {
            return -1;
        }
    }

    private static JsonObject described(Path meta) {
        try {
            if (Json.parse(Files.readString(meta)) instanceof JsonObject object) {
                return object;
            }
            throw new DataException(
                    Reason.MALFORMED, meta + ": this should be a JSON object with \"shape\" and \"dtype\".");
        } catch (JsonParseException e) {
            throw new DataException(Reason.MALFORMED, meta + ": this is no JSON.", e);
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, meta, "cannot be read", e);
        }
    }

    private static List<Long> shape(Path meta, @Nullable JsonElement written) {
        List<Long> shape = new ArrayList<>();
        try {
            if (written != null && written.isJsonArray()) {
                written.getAsJsonArray()
                        .forEach(size -> shape.add(size.getAsBigDecimal().longValueExact()));
            }
        } catch (IllegalStateException
                | UnsupportedOperationException
                | ArithmeticException
                | NumberFormatException e) {
            shape.clear();
        }
        if (shape.isEmpty() || shape.stream().anyMatch(size -> size < 0)) {
            throw new DataException(
                    Reason.MALFORMED, meta + ": \"shape\" should be a list of sizes, but is " + written + ".");
        }
        return List.copyOf(shape);
    }

    @Override
    public List<InputArray> tensors() {
        return List.of(tensor);
    }

    @Override
    public void close() {
        channel.close();
    }
}
