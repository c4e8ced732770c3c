package io.github.sae4j.tensors.internal.zip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.fixtures.ZipImage;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.HeapBytes;
import io.github.sae4j.tensors.internal.MemoryBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** Archives of every form that PyTorch, NumPy and people write are read; those that contradict themselves are not. */
class ZipArchiveTest {

    private static final byte[] DATA = "some bytes of a member".getBytes(StandardCharsets.UTF_8);
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int ZIP64_END = 0x06064b50;

    private static ZipArchive read(byte[] archive) {
        return ZipArchive.read(new ErrorContext("some.zip"), new HeapBytes(archive));
    }

    private static byte[] content(ZipArchive archive, String name) {
        ByteSource bytes = archive.bytes(archive.member(name).orElseThrow());
        return bytes.read(0, (int) bytes.length());
    }

    private static void assertRefused(byte[] archive, String... words) {
        assertThatThrownBy(() -> {
                    ZipArchive opened = read(archive);
                    for (ZipMember member : opened.members()) {
                        content(opened, member.name());
                    }
                })
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith("some.zip: ")
                .hasMessageContainingAll(words);
    }

    /** Returns a copy with other bytes some way behind a record's signature. */
    private static byte[] patched(byte[] archive, int signature, int offset, int... bytes) {
        byte[] copy = archive.clone();
        ByteBuffer buffer = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i + 4 <= copy.length; i++) {
            if (buffer.getInt(i) == signature) {
                for (int j = 0; j < bytes.length; j++) {
                    copy[i + offset + j] = (byte) bytes[j];
                }
                return copy;
            }
        }
        throw new AssertionError("there is no such record");
    }

    @Test
    void hasItsMembersInOrder() {
        ZipArchive archive = read(new ZipImage()
                .stored("stored", DATA)
                .deflated("deflated", DATA)
                .streamed("streamed", DATA)
                .hole("wide", DATA, DATA.length)
                .stored("empty", new byte[0])
                .deflated("empty deflated", new byte[0])
                .stored("folder/", new byte[0])
                .stored("folder/ünï ☃..", DATA)
                .bytes());
        assertThat(archive.members().stream().map(ZipMember::name))
                .containsExactly("stored", "deflated", "streamed", "wide", "empty", "empty deflated", "folder/ünï ☃..");
        for (String name : new String[] {"stored", "deflated", "streamed", "wide", "folder/ünï ☃.."}) {
            assertThat(content(archive, name)).as(name).isEqualTo(DATA);
            assertThat(archive.beginning(archive.member(name).orElseThrow(), 4))
                    .as(name)
                    .isEqualTo(Arrays.copyOf(DATA, 4));
        }
        assertThat(content(archive, "empty")).isEmpty();
        assertThat(content(archive, "empty deflated")).isEmpty();
        assertThat(archive.member("absent")).isEmpty();
    }

    @Test
    void showsStoredMembersWhereTheyLie() {
        byte[] bytes = new ZipImage().stored("a", DATA).stored("b", DATA).bytes();
        ZipMember member = read(bytes).member("b").orElseThrow();
        int at = (int) member.dataOffset();
        assertThat(Arrays.copyOfRange(bytes, at, at + DATA.length)).isEqualTo(DATA);
    }

    @Test
    void mayEndWithZip64Records() {
        ZipArchive archive = read(new ZipImage()
                .hole("a", DATA, DATA.length)
                .stored("b", DATA)
                .zip64End()
                .bytes());
        assertThat(content(archive, "a")).isEqualTo(DATA);
        assertThat(content(archive, "b")).isEqualTo(DATA);
    }

    @Test
    void mayHaveAComment() {
        byte[] plain = new ZipImage().stored("a", DATA).bytes();
        byte[] commented = Arrays.copyOf(patched(plain, END, 20, 3), plain.length + 3);
        assertThat(content(read(commented), "a")).isEqualTo(DATA);
        assertRefused(Arrays.copyOf(commented, plain.length + 2), "no end record");
    }

    @Test
    void mayBeTheJdks() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("a"));
            zip.write(new byte[100_000]);
            zip.putNextEntry(new ZipEntry("b"));
            zip.write(DATA);
        }
        ZipArchive archive = read(out.toByteArray());
        assertThat(content(archive, "a")).isEqualTo(new byte[100_000]);
        assertThat(content(archive, "b")).isEqualTo(DATA);
    }

    @Test
    void isNotCutShort() {
        byte[] bytes = new ZipImage().stored("a", DATA).bytes();
        for (int length = 0; length < bytes.length; length++) {
            assertRefused(Arrays.copyOf(bytes, length), "no end record", "cut short");
        }
    }

    @Test
    void hasNothingBeforeOrBetweenItsRecords() {
        byte[] bytes = new ZipImage().stored("a", DATA).bytes();
        byte[] shifted = new byte[bytes.length + 5];
        System.arraycopy(bytes, 0, shifted, 5, bytes.length);
        assertRefused(shifted, "directory should lie at byte", "end record lies at byte");
    }

    @Test
    void isNotOneOfSeveral() {
        byte[] bytes = new ZipImage().stored("a", DATA).bytes();
        assertRefused(patched(bytes, END, 4, 1), "one part of several");
        assertRefused(patched(bytes, END, 8, 2), "one part of several");
        assertRefused(patched(bytes, CENTRAL, 34, 1), "one part of several");
        assertRefused(
                patched(new ZipImage().stored("a", DATA).zip64End().bytes(), ZIP64_END, 16, 1), "one part of several");
    }

    @Test
    void hasAsManyMembersAsItSays() {
        byte[] bytes = new ZipImage().stored("a", DATA).bytes();
        assertRefused(patched(bytes, END, 8, 2, 0, 2, 0), "has 1 members", "says 2");
        assertRefused(patched(bytes, CENTRAL, 0, 0), "directory is damaged after 0 members");
        assertRefused(patched(bytes, CENTRAL, 28, 200), "directory is damaged");
    }

    @Test
    void hasEndRecordsThatAgree() {
        byte[] bytes = new ZipImage().stored("a", DATA).zip64End().bytes();
        assertRefused(patched(bytes, END, 12, 1, 0, 0, 0), "contradict each other");
        assertRefused(patched(bytes, ZIP64_END, 4, 45), "no zip64 end record");
        assertRefused(patched(bytes, 0x07064b50, 8, 255, 255, 255, 255, 255, 255, 255, 127), "there is no room");
        assertRefused(patched(bytes, 0x07064b50, 8, 0, 0, 0, 0, 0, 0, 0, 128), "more than any file");
    }

    @Test
    void isPlain() {
        byte[] bytes = new ZipImage().stored("a", DATA).bytes();
        assertRefused(patched(bytes, CENTRAL, 8, 1), "\"a\"", "encrypted");
        assertRefused(new ZipImage().packed("a", DATA, DATA.length, 12).bytes(), "\"a\"", "method 12");
    }

    @Test
    void hasMembersInsideIt() {
        byte[] bytes = new ZipImage().stored("a", DATA).bytes();
        assertRefused(patched(bytes, CENTRAL, 42, 0, 0, 0, 1), "should lie at byte 16777216");
        assertRefused(patched(bytes, CENTRAL, 42, 1), "no member begins there");
        assertRefused(
                patched(bytes, CENTRAL, 20, 0, 1, 0, 0, 0, 1, 0, 0), "should have 256 bytes", "members end at byte");
    }

    @Test
    void hasMembersThatAgreeWithItsDirectory() {
        byte[] bytes = new ZipImage().stored("a", DATA).bytes();
        assertRefused(patched(bytes, LOCAL, 30, 'b'), "\"a\"", "contradict each other");
        assertRefused(patched(bytes, LOCAL, 8, 8), "contradict each other");
        assertRefused(patched(bytes, LOCAL, 18, 1), "contradict each other");
        assertRefused(patched(bytes, LOCAL, 22, 1), "contradict each other");
        assertRefused(patched(bytes, CENTRAL, 24, 1), "stored as it is", "sizes differ");
    }

    @Test
    void hasMembersApart() {
        byte[] inner = new ZipImage().stored("b", DATA).bytes();
        byte[] bytes = new ZipImage().stored("a", inner).stored("b", DATA).bytes();
        int second = 31 + inner.length;
        byte[] overlapping = bytes.clone();
        for (int i = second + 31 + DATA.length; i < overlapping.length - 4; i++) {
            ByteBuffer buffer = ByteBuffer.wrap(overlapping).order(ByteOrder.LITTLE_ENDIAN);
            if (buffer.getInt(i) == CENTRAL && buffer.getInt(i + 42) == second) {
                buffer.putInt(i + 42, 31);
            }
        }
        assertRefused(overlapping, "\"a\"", "\"b\"", "overlap");
    }

    @Test
    void hasNoNameTwice() {
        assertRefused(new ZipImage().stored("a", DATA).stored("a", DATA).bytes(), "two members", "\"a\"");
    }

    @Test
    void hasNamesThatFilesCanHave() {
        for (String name : new String[] {"", "/a", "../a", "a/../b", "a/..", "a\0b"}) {
            assertRefused(new ZipImage().stored(name, DATA).bytes(), "which no file can have");
        }
        byte[] bytes = new ZipImage().stored("a", DATA).bytes();
        assertRefused(patched(bytes, CENTRAL, 46, 0xff), "not UTF-8");
    }

    @Test
    void saysWhatDeflateCanDo() {
        byte[] deflated = ZipImage.deflate(DATA);
        assertRefused(new ZipImage().packed("a", deflated, 1L << 31, 8).bytes(), "\"a\"", "more than deflate can do");
        assertRefused(new ZipImage().packed("a", deflated, DATA.length - 1, 8).bytes(), "give more than");
        assertRefused(
                new ZipImage().packed("a", deflated, DATA.length + 1, 8).bytes(), "give 22 bytes", "23 were expected");
        assertRefused(
                new ZipImage()
                        .packed("a", Arrays.copyOf(deflated, deflated.length + 1), DATA.length, 8)
                        .bytes(),
                "deflated bytes end after");
        assertRefused(
                new ZipImage()
                        .packed("a", Arrays.copyOf(deflated, deflated.length - 1), DATA.length, 8)
                        .bytes(),
                "do not come to an end");
        assertRefused(
                new ZipImage()
                        .packed("a", new byte[] {-1, -1, -1, -1}, DATA.length, 8)
                        .bytes(),
                "damaged");
    }

    @Test
    void hasZip64FieldsWhereItNeedsThem() {
        byte[] bytes = new ZipImage().hole("a", DATA, DATA.length).bytes();
        assertRefused(patched(bytes, CENTRAL, 47, 2), "zip64 field", "not there");
        assertRefused(patched(bytes, CENTRAL, 49, 200), "extra fields", "damaged");
        assertRefused(patched(bytes, CENTRAL, 51 + 7, 255), "zip64 field says", "more than any file");
    }

    @Test
    void inflatesOverTheBordersOfChunks() {
        byte[] bytes = new byte[10_000];
        new Random(1).nextBytes(bytes);
        MemoryBytes inflated =
                Inflation.all(new ErrorContext("some.zip"), new HeapBytes(ZipImage.deflate(bytes)), bytes.length, 10);
        assertThat(inflated.read(0, bytes.length)).isEqualTo(bytes);
    }
}
