package io.github.sae4j.tensors.internal;

import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsException;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.SafetensorsHeader;
import io.github.sae4j.safetensors.ShardedSafetensors;
import io.github.sae4j.safetensors.TensorSpec;
import io.github.sae4j.safetensors.TensorView;
import io.github.sae4j.tensors.ElementType;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.StoredTensor.Storage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The tensors of safetensors files. */
public final class SafetensorsTensors {

    private final ErrorContext context;
    private final List<StoredTensor> tensors = new ArrayList<>();
    private final Map<String, String> unusable = new LinkedHashMap<>();

    private SafetensorsTensors(ErrorContext context) {
        this.context = context;
    }

    /** Returns the tensors of an open file. */
    public static NamedTensors of(ErrorContext context, SafetensorsFile file) {
        SafetensorsTensors found = new SafetensorsTensors(context);
        file.tensors().forEach(found::add);
        return found.named();
    }

    /**
     * Returns the tensors of an open index, whose files are opened.
     *
     * @throws TensorFileException if one of them is missing or broken
     */
    public static NamedTensors of(ErrorContext context, ShardedSafetensors files) {
        SafetensorsTensors found = new SafetensorsTensors(context);
        files.names().forEach(name -> found.add(reported(() -> files.tensor(name))));
        return found.named();
    }

    /**
     * Reads the header of a file whose bytes are anywhere.
     *
     * @throws TensorFileException if it breaks a rule of the format
     */
    public static NamedTensors read(ErrorContext context, ByteSource file) {
        SafetensorsHeader header = reported(() -> SafetensorsHeader.read(context.name(), file.length(), file::read));
        SafetensorsTensors found = new SafetensorsTensors(context);
        for (SafetensorsHeader.Entry entry : header.tensors()) {
            TensorSpec spec = entry.spec();
            long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
            found.add(spec.name(), spec.dtype(), shape, file.region(entry.offset(), spec.byteSize()), false);
        }
        return found.named();
    }

    /** Does what reports faults of safetensors files, and reports them as faults of files of tensors. */
    public static <T> T reported(Supplier<T> work) {
        try {
            return work.get();
        } catch (SafetensorsException e) {
            throw new TensorFileException(reason(e.reason()), String.valueOf(e.getMessage()), e);
        }
    }

    private static Reason reason(SafetensorsException.Reason reason) {
        return switch (reason) {
            case NO_SUCH_FILE -> Reason.NO_SUCH_FILE;
            case NOT_A_FILE, IO -> Reason.UNREADABLE;
            case INTERRUPTED -> Reason.INTERRUPTED;
            case FILE_CHANGED -> Reason.CHANGED;
            case NO_SUCH_TENSOR -> Reason.NO_SUCH_TENSOR;
            case TOO_LARGE_FOR_A_BUFFER -> Reason.UNSUPPORTED;
            default -> Reason.MALFORMED;
        };
    }

    private void add(TensorView view) {
        add(view.name(), view.dtype(), view.shape(), new ViewBytes(view), true);
    }

    private void add(String name, Dtype dtype, long[] shape, ByteSource bytes, boolean inFile) {
        Optional<ElementType> type = ElementType.ofLabel(dtype.label());
        if (type.isEmpty()) {
            unusable.put(name, "it is stored as " + dtype.label() + ", whose elements are smaller than a byte.");
            return;
        }
        Storage storage = new Storage(type.get(), bytes, ByteOrder.LITTLE_ENDIAN, inFile);
        tensors.add(StoredTensor.whole(context, name, storage, shape, false));
    }

    private NamedTensors named() {
        return new NamedTensors(context, tensors, unusable);
    }

    /** The bytes of a tensor of a safetensors file. */
    private record ViewBytes(TensorView view) implements ByteSource {

        @Override
        public long length() {
            return view.byteSize();
        }

        @Override
        public long reach(long offset) {
            return Math.min(view.byteSize() - offset, Integer.MAX_VALUE);
        }

        @Override
        public ByteBuffer slice(long offset, int length) {
            return reported(() -> view.slice(offset, length));
        }

        @Override
        public void read(long offset, ByteBuffer target) {
            reported(() -> {
                view.read(offset, target);
                return target;
            });
        }
    }
}
