package io.github.sae4j.tensors.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.fixtures.PickleImage;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.HeapBytes;
import io.github.sae4j.tensors.internal.Watched;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** How much memory a hostile pickle can take: a bounded multiple of the bytes that are really there. */
class PickleMemoryTest {

    private static final long FIXED_BYTES = 64 * 1024;

    /** All that is allocated on the way, most of it garbage at once; the worst case are empty lists, one byte each. */
    private static final long BYTES_PER_BYTE = 256;

    private static final int TIMES = 100_000;

    private static final int LARGE = 20_000;
    private static final int CALLS = 2_000;

    private static void assertBounded(Consumer<PickleImage> again) {
        assertBounded(start -> {}, again, TIMES);
    }

    private static void assertBounded(Consumer<PickleImage> start, Consumer<PickleImage> again, int times) {
        PickleImage pickle = PickleImage.begin().op(Opcode.EMPTY_DICT).text("x").op(Opcode.EMPTY_LIST, Opcode.MARK);
        start.accept(pickle);
        for (int i = 0; i < times; i++) {
            again.accept(pickle);
        }
        pickle.op(Opcode.APPENDS, Opcode.SETITEM, Opcode.STOP);
        byte[] file = pickle.archive(48).bytes();
        // The first run of any code allocates for its classes and call sites too.
        read(file);
        long before = Watched.heap();
        read(file);
        assertThat(Watched.heap() - before).isLessThan(FIXED_BYTES + BYTES_PER_BYTE * file.length);
    }

    private static void read(byte[] file) {
        try {
            TorchFile.read(new ErrorContext("some.pt"), new HeapBytes(file));
        } catch (TensorFileException refused) {
            assertThat(refused).hasMessageContaining("some.pt");
        }
    }

    @Test
    void isBoundedForManyContainers() {
        assertBounded(pickle -> pickle.op(Opcode.EMPTY_LIST));
        assertBounded(pickle -> pickle.op(Opcode.EMPTY_DICT));
        assertBounded(pickle -> pickle.op(Opcode.EMPTY_TUPLE, Opcode.TUPLE1));
        assertBounded(pickle -> pickle.op(Opcode.EMPTY_LIST, Opcode.NONE, Opcode.APPEND));
        assertBounded(pickle -> pickle.op(Opcode.EMPTY_DICT, Opcode.BININT1, 1, Opcode.NONE, Opcode.SETITEM));
        assertBounded(pickle -> pickle.op(Opcode.MARK));
    }

    @Test
    void isBoundedForManyPlainValues() {
        assertBounded(pickle -> pickle.op(Opcode.NONE));
        assertBounded(pickle -> pickle.op(Opcode.NEWTRUE));
        assertBounded(pickle -> pickle.op(Opcode.LONG1, 0));
        assertBounded(pickle -> pickle.op(Opcode.BININT2, 0x34, 0x12));
        assertBounded(pickle -> pickle.text(""));
        assertBounded(pickle -> pickle.op(Opcode.SHORT_BINSTRING, 0));
    }

    @Test
    void isBoundedForManyMemos() {
        int[] index = {0};
        assertBounded(pickle -> pickle.op(Opcode.NONE, Opcode.LONG_BINPUT).i4(index[0]++));
    }

    @Test
    void isBoundedForManyNames() {
        assertBounded(pickle -> pickle.global("torch", "Size"));
        assertBounded(pickle -> pickle.global("collections", "OrderedDict").op(Opcode.EMPTY_TUPLE, Opcode.REDUCE));
    }

    @Test
    void isBoundedForManyCallsWithOneLargeArgument() {
        assertBounded(
                start -> start.global("_codecs", "encode")
                        .op(Opcode.BINPUT, 0)
                        .text("x".repeat(LARGE))
                        .text("latin1")
                        .op(Opcode.TUPLE2, Opcode.BINPUT, 1),
                again -> again.op(Opcode.BINGET, 0, Opcode.BINGET, 1, Opcode.REDUCE),
                CALLS);
        assertBounded(
                start -> start.global("torch", "device")
                        .op(Opcode.BINPUT, 0)
                        .text("x".repeat(LARGE))
                        .op(Opcode.BININT1, 0, Opcode.TUPLE2, Opcode.BINPUT, 1),
                again -> again.op(Opcode.BINGET, 0, Opcode.BINGET, 1, Opcode.REDUCE),
                CALLS);
        assertBounded(
                start -> start.global("torch._utils", "_rebuild_tensor_v2")
                        .op(Opcode.BINPUT, 0)
                        .op(Opcode.MARK)
                        .storage("FloatStorage", "0", 12)
                        .op(Opcode.BININT1, 0)
                        .tuple(new long[LARGE])
                        .op(Opcode.BINPUT, 2, Opcode.BINGET, 2, Opcode.NEWFALSE, Opcode.EMPTY_DICT)
                        .op(Opcode.TUPLE, Opcode.BINPUT, 1),
                again -> again.op(Opcode.BINGET, 0, Opcode.BINGET, 1, Opcode.REDUCE),
                CALLS);
    }

    @Test
    void isBoundedForOneTensorInManyPlaces() {
        assertBounded(
                start -> start.tensor("FloatStorage", "0", 12, 0, new long[60], new long[60])
                        .op(Opcode.BINPUT, 0),
                again -> again.op(Opcode.BINGET, 0),
                TIMES);
    }

    @Test
    void isNotTakenForAClaim() {
        byte[] file = PickleImage.begin()
                .op(Opcode.BINUNICODE)
                .i4(Integer.MAX_VALUE)
                .archive(48)
                .bytes();
        assertThatThrownBy(() -> TorchFile.read(new ErrorContext("some.pt"), new HeapBytes(file)))
                .isInstanceOf(TensorFileException.class);
        long before = Watched.heap();
        read(file);
        assertThat(Watched.heap() - before).isLessThan(FIXED_BYTES);
    }
}
