package io.github.sae4j.loader.internal.torchfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.internal.container.HeapBytes;
import io.github.sae4j.loader.internal.container.Subject;
import io.github.sae4j.loader.internal.container.Watched;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** How much memory a hostile pickle can take: a bounded multiple of the bytes that are really there. */
class PickleMemoryTest {

    private static final long FIXED_BYTES = 64 * 1024;

    /** All that is allocated on the way, most of it garbage at once; the worst case are empty lists, one byte each. */
    private static final long BYTES_PER_BYTE = 256;

    private static final int TIMES = 100_000;

    private static void assertBounded(Consumer<PickleImage> again) {
        PickleImage pickle = PickleImage.begin().op(Opcode.EMPTY_DICT).text("x").op(Opcode.EMPTY_LIST, Opcode.MARK);
        for (int i = 0; i < TIMES; i++) {
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
            assertThat(TorchFile.read(new Subject("some.pt"), new HeapBytes(file))
                            .tensors()
                            .all())
                    .isEmpty();
        } catch (SaeLoadException refused) {
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
    void isNotTakenForAClaim() {
        byte[] file = PickleImage.begin()
                .op(Opcode.BINUNICODE)
                .i4(Integer.MAX_VALUE)
                .archive(48)
                .bytes();
        assertThatThrownBy(() -> TorchFile.read(new Subject("some.pt"), new HeapBytes(file)))
                .isInstanceOf(SaeLoadException.class);
        long before = Watched.heap();
        read(file);
        assertThat(Watched.heap() - before).isLessThan(FIXED_BYTES);
    }
}
