package io.github.sae4j.hub;

import io.github.sae4j.hub.HubException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches a file's bytes into a partial file, across broken connections, and checks them as a whole.
 *
 * <p>Used once, by one thread, which alone writes the partial file.
 */
final class Transfer {

    private static final Logger LOG = LoggerFactory.getLogger(Transfer.class);
    private static final Duration WAIT = Duration.ofSeconds(1);
    static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\\*)");

    private final HubServices hub;
    private final FileRequest wanted;
    private final Path partial;
    private final ProgressListener progress;
    private final ContentHash hash;
    private final FileMetadata metadata;
    private final FileSource source;
    private long there;
    private int triesLeft = Retry.TRIES;
    private long furthest;

    Transfer(HubServices hub, FileRequest wanted, FileMetadata metadata, Path partial, ProgressListener progress) {
        this.hub = hub;
        this.wanted = wanted;
        this.metadata = metadata;
        this.source = new FileSource(hub, wanted, metadata);
        this.partial = partial;
        this.progress = progress;
        this.hash = ContentHash.of(metadata.etag(), metadata.size());
    }

    /** The disk, not the network, failed: trying again would not help. */
    static final class DiskFailure extends IOException {

        private static final long serialVersionUID = 1L;

        private final IOException reason;

        private DiskFailure(IOException reason) {
            super(Wording.reason(reason), reason);
            this.reason = reason;
        }

        /** Returns what the disk said. */
        IOException reason() {
            return reason;
        }

        /** Returns what a failure of a file ends in: that of an interrupted thread is none of the disk's. */
        static DiskFailure of(IOException failure) {
            if (failure instanceof ClosedByInterruptException) {
                throw HubTransport.interrupted(failure);
            }
            return new DiskFailure(failure);
        }
    }

    /** The network, not the disk, failed, and did so too often. */
    static final class NetworkFailure extends IOException {

        private static final long serialVersionUID = 1L;

        NetworkFailure(IOException cause) {
            super(Wording.reason(cause), cause);
        }
    }

    /**
     * Fetches what the partial file lacks. After it the partial file is complete and right.
     *
     * @throws NetworkFailure if the servers were not to be reached
     * @throws IOException if the disk failed
     * @throws HubException if a server's answer is an error, or the bytes are not those that were announced; of those
     *     nothing is kept
     */
    void run() throws IOException {
        boolean resumed = open();
        progress.onStart(wanted.file(), metadata.size(), there);
        fetchRest();
        @Nullable String found = hash.mismatch();
        if (found != null && resumed) {
            LOG.info("What an earlier call left of {} does not fit; fetching all of it again.", wanted.what());
            restart();
            fetchRest();
            found = hash.mismatch();
        }
        if (found != null) {
            Files.deleteIfExists(partial);
            throw new IntegrityException("What was received for " + wanted.what() + " has the hash " + found
                    + ", but the hub announced " + metadata.etag()
                    + ". It was deleted. Try again; if it happens again, a proxy or the hub is at fault.");
        }
        sync();
    }

    /** Has the bytes on the disk before they get their name, so that a power cut leaves no file of holes under it. */
    private void sync() throws IOException {
        try (FileChannel file = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            file.force(false);
        } catch (IOException e) {
            throw DiskFailure.of(e);
        }
    }

    /** Takes in what an earlier call left, and returns whether that is anything. */
    private boolean open() throws IOException {
        long left = Files.isRegularFile(partial, LinkOption.NOFOLLOW_LINKS) ? Files.size(partial) : 0;
        if (left == 0 || left > metadata.size() || !hash.isKnown()) {
            Files.deleteIfExists(partial);
            Files.createFile(partial);
            left = 0;
        }
        requireSpace(metadata.size() - left);
        if (left > 0) {
            hash.update(partial);
            LOG.debug("{} bytes of {} are there from an earlier call", left, wanted.what());
        }
        there = left;
        furthest = left;
        return left > 0;
    }

    /** Checks the space where the system tells it, which not every container or network disk does. */
    private void requireSpace(long needed) {
        long free;
        try {
            FileStore disk = Files.getFileStore(partial);
            free = disk.getTotalSpace() > 0 ? disk.getUsableSpace() : Long.MAX_VALUE;
        } catch (IOException e) {
            LOG.debug("the free space at {} cannot be found out: {}", partial.getParent(), e.toString());
            return;
        }
        if (free < needed) {
            throw new HubException(
                    Reason.OUT_OF_SPACE,
                    "There is not enough space for " + wanted.what() + ": it needs " + Wording.bytes(needed)
                            + " more at " + partial.getParent() + ", and " + Wording.bytes(free)
                            + " are free. Free some space, or keep the cache elsewhere (HF_HUB_CACHE).");
        }
    }

    private void restart() throws IOException {
        try (SeekableByteChannel file = Files.newByteChannel(partial, StandardOpenOption.WRITE)) {
            file.truncate(0);
        } catch (IOException e) {
            throw DiskFailure.of(e);
        }
        there = 0;
        hash.restart();
        progress.onBytes(wanted.file(), 0);
    }

    private void fetchRest() throws IOException {
        while (there < metadata.size()) {
            try {
                fetchOnce();
                if (there < metadata.size()) {
                    throw new IOException("the connection closed after " + there + " of " + metadata.size() + " bytes");
                }
            } catch (DiskFailure e) {
                throw e;
            } catch (IOException e) {
                if (!takeATry(e)) {
                    throw new NetworkFailure(e);
                }
            } catch (HubHttpException e) {
                boolean passing = e.status() == 408 || e.status() == 429;
                if (!passing || !takeATry(e)) {
                    throw e;
                }
            }
        }
    }

    /** Waits, unless there is no try left or trying again would not help. */
    private boolean takeATry(Exception failure) {
        if (triesLeft == 0 || !Retry.mayPass(failure)) {
            return false;
        }
        triesLeft--;
        hub.retry().telling(progress).pause(wanted.what(), WAIT, failure);
        return true;
    }

    private void fetchOnce() throws IOException {
        try (Answer answer = source.open(there == 0 ? null : "bytes=" + there + "-")) {
            if (answer.status() == 206) {
                requireRange(answer);
            } else if (there > 0) {
                LOG.debug("all of {} is sent anew", wanted.what());
                restart();
            }
            OptionalLong length = answer.number("Content-Length");
            if (length.isPresent() && length.getAsLong() != metadata.size() - there) {
                throw wrongSize(there + length.getAsLong());
            }
            copy(answer.body());
        }
    }

    private void requireRange(Answer answer) {
        @Nullable String header = answer.header("Content-Range");
        Matcher range = CONTENT_RANGE.matcher(header == null ? "" : header.strip());
        boolean fits = range.matches()
                && Long.parseLong(range.group(1)) == there
                && Long.parseLong(range.group(2)) == metadata.size() - 1
                && (range.group(3).equals("*") || Long.parseLong(range.group(3)) == metadata.size());
        if (!fits) {
            throw new IntegrityException("For " + wanted.what() + " the bytes " + there + "-" + (metadata.size() - 1)
                    + "/" + metadata.size() + " were asked for, but the server sends \""
                    + hub.redaction().text(header) + "\".");
        }
    }

    private void copy(Body body) throws IOException {
        try (SeekableByteChannel file = openToWrite()) {
            seek(file);
            for (@Nullable List<ByteBuffer> piece = next(body); piece != null; piece = next(body)) {
                for (ByteBuffer bytes : piece) {
                    if (bytes.remaining() > metadata.size() - there) {
                        throw wrongSize(there + bytes.remaining());
                    }
                    write(file, bytes);
                }
                if (there - furthest >= Body.LEAST) {
                    furthest = there;
                    triesLeft = Retry.TRIES;
                }
                progress.onBytes(wanted.file(), there);
            }
        }
    }

    private SeekableByteChannel openToWrite() throws IOException {
        try {
            return Files.newByteChannel(partial, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw DiskFailure.of(e);
        }
    }

    private void seek(SeekableByteChannel file) throws IOException {
        try {
            file.position(there);
        } catch (IOException e) {
            throw DiskFailure.of(e);
        }
    }

    private void write(SeekableByteChannel file, ByteBuffer bytes) throws IOException {
        hash.update(bytes);
        there += bytes.remaining();
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw DiskFailure.of(e);
        }
    }

    private @Nullable List<ByteBuffer> next(Body body) throws IOException {
        try {
            return body.next(hub.config().downloadTimeout());
        } catch (InterruptedException e) {
            throw HubTransport.interrupted(e);
        }
    }

    /** What is too long or too short is not the file; nothing of it is worth keeping. */
    private IntegrityException wrongSize(long found) throws IOException {
        Files.deleteIfExists(partial);
        return new IntegrityException("What was sent for " + wanted.what() + " has " + found
                + " bytes or more, but the hub announced " + metadata.size() + ". It was deleted.");
    }
}
