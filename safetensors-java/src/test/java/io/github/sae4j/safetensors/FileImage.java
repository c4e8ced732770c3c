package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import io.github.sae4j.safetensors.internal.Header;
import io.github.sae4j.safetensors.internal.HeaderReader;
import io.github.sae4j.safetensors.internal.RandomAccessBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bytes of a whole file, built by hand so that tests do not lean on the writer. */
final class FileImage implements RandomAccessBytes {

    private final byte[] bytes;

    FileImage(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A file whose length field says the truth about its header. */
    static FileImage of(String header, int dataBytes) {
        byte[] utf8 = header.getBytes(StandardCharsets.UTF_8);
        return ofClaim(utf8.length, utf8, dataBytes);
    }

    /** A file whose length field says whatever it is told to. */
    static FileImage ofClaim(long claimedLength, byte[] header, int dataBytes) {
        return new FileImage(ByteBuffer.allocate(8 + header.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(claimedLength)
                .put(header)
                .array());
    }

    /** A file from text in which each char is one byte, as in a string literal with octal escapes. */
    static FileImage ofLatin1(String bytes) {
        return new FileImage(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    Header parse() {
        return HeaderReader.read("image", this);
    }

    Path writeTo(Path folder) {
        try {
            return Files.write(Files.createTempFile(folder, "image", ".safetensors"), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Holds that the image is refused for this reason, both from memory and as a file. */
    SafetensorsException assertRefused(Path folder, Reason reason) {
        SafetensorsException fromMemory = catchThrowableOfType(SafetensorsException.class, this::parse);
        assertThat(fromMemory).as("refused from memory").isNotNull();
        assertThat(fromMemory.reason()).as(fromMemory.getMessage()).isEqualTo(reason);
        Path file = writeTo(folder);
        SafetensorsException fromFile = catchThrowableOfType(
                SafetensorsException.class, () -> SafetensorsFile.open(file).close());
        assertThat(fromFile).as("refused as a file").isNotNull();
        assertThat(fromFile.reason()).as(fromFile.getMessage()).isEqualTo(reason);
        assertThat(fromFile).hasMessageStartingWith(file + ": ").message().matches("(?s).*[.?]");
        return fromFile;
    }

    @Override
    public long length() {
        return bytes.length;
    }

    @Override
    public void read(long position, ByteBuffer target) {
        target.put(bytes, Math.toIntExact(position), target.remaining());
    }
}
