package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.safetensors.internal.FileStamp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a weights file was like when it was opened, to notice that somebody writes into it or cuts it. A file that was deleted
 * or replaced by another of the same name does no harm: the pages that are mapped stay those of the old one.
 */
public final class WeightsState {

    /** Small enough that what is read is still in the nearest caches when it is hashed. */
    private static final int CHUNK = 1 << 16;

    private final Path file;
    private final @Nullable FileStamp opened;
    private final KeptHashes hashes;

    private WeightsState(Path file, @Nullable FileStamp opened, KeptHashes hashes) {
        this.file = file;
        this.opened = opened;
        this.hashes = hashes;
    }

    /**
     * Returns the state of a file as it is now.
     *
     * @param hashes may know its SHA-256
     */
    public static WeightsState of(Path file, KeptHashes hashes) {
        Path absolute = file.toAbsolutePath();
        try {
            return new WeightsState(absolute, FileStamp.of(absolute), hashes);
        } catch (IOException e) {
            // Whoever reads it says why it cannot be read.
            return new WeightsState(absolute, null, hashes);
        }
    }

    /**
     * Returns the SHA-256 of the file in hexadecimal.
     *
     * @throws SaeException if the file cannot be read, was changed, or another has taken its name
     */
    String sha256() {
        requireInPlace();
        String hash = hashes.of(file, this::read);
        requireInPlace();
        return hash;
    }

    private String read() {
        try (InputStream in = Files.newInputStream(file)) {
            Sha256 sha = new Sha256();
            byte[] chunk = new byte[CHUNK];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                sha.update(ByteBuffer.wrap(chunk, 0, read));
            }
            return sha.hex();
        } catch (IOException e) {
            throw new SaeException(SaeException.Reason.WEIGHTS_LOST, Unreadable.sentence(file, e), e);
        }
    }

    /**
     * Checks that the file is as it was.
     *
     * @throws SaeException if it has another size or another time of its last change
     */
    void requireUnchanged() {
        FileStamp before = opened;
        if (before == null) {
            return;
        }
        FileStamp now;
        try {
            now = FileStamp.of(file);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new SaeException(SaeException.Reason.WEIGHTS_LOST, Unreadable.sentence(file, e), e);
        }
        if (!before.isOfSameFile(now)) {
            return;
        }
        if (before.size() != now.size()) {
            throw changed("had " + before.size() + " bytes when the SAE was opened, and has " + now.size() + " now");
        }
        if (!before.modified().equals(now.modified())) {
            throw changed("was written at " + now.modified() + ", after the SAE was opened");
        }
    }

    /**
     * Checks that the file of this name is still the one that was opened, as it was.
     *
     * @throws SaeException if it is gone, was changed, or another has taken its name
     */
    private void requireInPlace() {
        requireUnchanged();
        FileStamp before = opened;
        try {
            if (before != null && !before.isOfSameFile(FileStamp.of(file))) {
                throw changed("is another file than when the SAE was opened");
            }
        } catch (IOException e) {
            throw new SaeException(SaeException.Reason.WEIGHTS_LOST, Unreadable.sentence(file, e), e);
        }
    }

    private SaeException changed(String how) {
        return new SaeException(
                SaeException.Reason.WEIGHTS_LOST,
                file + " " + how + ", so its weights are not those that were opened: open the SAE again.");
    }
}
