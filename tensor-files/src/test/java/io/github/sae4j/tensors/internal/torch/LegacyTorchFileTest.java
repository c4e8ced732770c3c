package io.github.sae4j.tensors.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.fixtures.PickleImage;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.HeapBytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** PyTorch's format before 1.6: pickles in a row, and the storages that they tell of. */
class LegacyTorchFileTest {

    private static final ErrorContext FILE = new ErrorContext("some.pt");

    private static void assertRefused(byte[] file, String... words) {
        assertThatThrownBy(() -> TorchFile.read(FILE, new HeapBytes(file)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith("some.pt: ")
                .hasMessageContainingAll(words);
    }

    /** Returns a file with a pickle in its place. */
    private static byte[] legacy(PickleImage pickle, byte[] keys, byte[] storages) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e"));
        out.writeBytes(
                PickleImage.begin().op(Opcode.BININT2, 0xe9, 3, Opcode.STOP).bytes());
        out.writeBytes(PickleImage.begin().op(Opcode.EMPTY_DICT, Opcode.STOP).bytes());
        out.writeBytes(pickle.bytes());
        out.writeBytes(keys);
        out.writeBytes(storages);
        return out.toByteArray();
    }

    private static byte[] keys(String... keys) {
        PickleImage list = PickleImage.begin().op(Opcode.EMPTY_LIST);
        for (String key : keys) {
            list.text(key).op(Opcode.APPEND);
        }
        return list.op(Opcode.STOP).bytes();
    }

    private static byte[] numbers(long count, int bytes) {
        return ByteBuffer.allocate(8 + bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(count)
                .array();
    }

    @Test
    void isFollowedByItsStorages() {
        PickleImage pickle = PickleImage.ofTensor(12, 0, new long[] {3, 4}, new long[] {4, 1});
        byte[] good = legacy(pickle, keys("0"), numbers(12, 48));
        assertThat(TorchFile.read(FILE, new HeapBytes(good)).tensors().get("W").elements())
                .isEqualTo(12);
        assertRefused(legacy(pickle, keys("0"), numbers(13, 52)), "13 elements", "says 12");
        assertRefused(legacy(pickle, keys("0"), numbers(12, 44)), "48 bytes", "ends after 44");
        assertRefused(legacy(pickle, keys("0"), numbers(12, 49)), "should end", "but has");
        assertRefused(legacy(pickle, keys("0"), new byte[7]), "before the number");
        assertRefused(legacy(pickle, keys(), new byte[0]), "does not have it");
        assertRefused(legacy(pickle, keys("0", "1"), numbers(12, 48)), "\"1\"", "no tensor tells");
        assertRefused(legacy(pickle, keys("0", "0"), legacyTwice()), "\"0\" twice");
        assertRefused(
                legacy(pickle, PickleImage.begin().op(Opcode.NONE, Opcode.STOP).bytes(), numbers(12, 48)), "keys");
        byte[] otherVersion = good.clone();
        otherVersion[18] ^= 1;
        assertRefused(otherVersion, "version is not 1001");
        byte[] noMachine = good.clone();
        noMachine[23] = Opcode.NONE;
        assertRefused(noMachine, "third pickle");
    }

    private static byte[] legacyTwice() {
        return ByteBuffer.allocate(112)
                .put(numbers(12, 48))
                .put(numbers(12, 48))
                .array();
    }
}
