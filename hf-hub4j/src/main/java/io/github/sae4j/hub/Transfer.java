package io.github.sae4j.hub;

import io.github.sae4j.hub.HubTransport.Request;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
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
    private static final int MOST_REDIRECTS = 10;
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\\*)");

    private final HubServices hub;
    private final FileRequest wanted;
    private final Path partial;
    private final ProgressListener progress;
    private final ContentHash hash;
    private FileMetadata metadata;
    private long there;
    private int triesLeft = Retry.TRIES;
    private long furthest;

    Transfer(HubServices hub, FileRequest wanted, FileMetadata metadata, Path partial, ProgressListener progress) {
        this.hub = hub;
        this.wanted = wanted;
        this.metadata = metadata;
        this.partial = partial;
        this.progress = progress;
        this.hash = ContentHash.of(metadata.etag(), metadata.size());
    }

    /** The disk, not the network, failed: trying again would not help. */
    private static final class DiskFailure extends IOException {

        private static final long serialVersionUID = 1L;

        DiskFailure(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** The network, not the disk, failed, and did so too often. */
    static final class NetworkFailure extends IOException {

        private static final long serialVersionUID = 1L;

        NetworkFailure(IOException cause) {
            super(cause.getMessage(), cause);
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
    }

    /** Takes in what an earlier call left, and returns whether that is anything. */
    private boolean open() throws IOException {
        long left = Files.isRegularFile(partial) ? Files.size(partial) : 0;
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

    private void requireSpace(long needed) throws IOException {
        long free = Files.getFileStore(partial).getUsableSpace();
        if (free < needed) {
            throw new HubException(wanted.what() + " needs " + Wording.bytes(needed) + " more at " + partial.getParent()
                    + ", but only " + Wording.bytes(free)
                    + " are free. Free some space, or keep the cache elsewhere (HF_HUB_CACHE).");
        }
    }

    private void restart() throws IOException {
        try (SeekableByteChannel file = Files.newByteChannel(partial, StandardOpenOption.WRITE)) {
            file.truncate(0);
        } catch (IOException e) {
            throw new DiskFailure(e);
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
        hub.retry().pause(wanted.what(), WAIT, failure);
        return true;
    }

    private void fetchOnce() throws IOException {
        try (Answer answer = request()) {
            if (answer.encoding() != null) {
                throw new IntegrityException("What was received for " + wanted.what() + " is encoded ("
                        + hub.redaction().text(answer.encoding())
                        + "), although that was not asked for. A proxy between here and the hub is at fault.");
            }
            if (answer.status() == 206) {
                requireRange(answer);
            } else if (there > 0) {
                LOG.debug("{} sends all of {} anew", answer.asked().getHost(), wanted.what());
                restart();
            }
            OptionalLong length = answer.number("Content-Length");
            if (length.isPresent() && length.getAsLong() != metadata.size() - there) {
                throw wrongSize(there + length.getAsLong());
            }
            copy(answer.body());
        }
    }

    /** Asks for the rest, through redirects; what is returned is a success. */
    private Answer request() throws IOException {
        URI asked = metadata.source();
        boolean withToken = true;
        boolean lookedUpAgain = false;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; ) {
            @Nullable String range = there == 0 ? null : "bytes=" + there + "-";
            Answer answer = hub.transport()
                    .send(new Request(
                            "GET", asked, withToken, range, hub.config().downloadTimeout()));
            if (answer.status() == 200 || answer.status() == 206) {
                return answer;
            }
            try (answer) {
                if (answer.isRedirect()) {
                    URI target = redirect(asked, answer);
                    withToken &= HubAddresses.sameServer(asked, target);
                    asked = target;
                    redirects++;
                } else if (answer.status() == 403
                        && !lookedUpAgain
                        && !HubAddresses.sameServer(asked, hub.config().endpoint())) {
                    LOG.debug("the signed address of {} has expired", wanted.what());
                    lookedUpAgain = true;
                    lookUpAgain();
                    asked = metadata.source();
                    withToken = true;
                } else {
                    throw error(answer, range);
                }
            }
        }
        throw new HubHttpException(
                "The servers' answers for " + wanted.what() + " are redirects without an end: " + MOST_REDIRECTS
                        + " were followed.",
                302,
                null);
    }

    private URI redirect(URI asked, Answer answer) {
        @Nullable String location = answer.header("Location");
        @Nullable URI target = location == null ? null : hub.addresses().parse(asked, location);
        if (target == null || HubAddresses.isDowngrade(asked, target)) {
            throw new HubHttpException(
                    "The answer for " + wanted.what() + " is a redirect to "
                            + (target == null ? "an address that cannot be asked" : "an address without encryption")
                            + ".",
                    answer.status(),
                    null);
        }
        return target;
    }

    private void lookUpAgain() throws IOException {
        FileMetadata again = hub.lookup()
                .ask(
                        wanted.repo(),
                        metadata.commit(),
                        wanted.file(),
                        hub.config().etagTimeout());
        if (!again.sameBytes(metadata)) {
            throw new FileMetadataException("The hub has changed its mind about " + wanted.what()
                    + " while it was being fetched: first it announced " + metadata.etag() + ", now " + again.etag()
                    + ". Try again.");
        }
        metadata = again;
    }

    private HubHttpException error(Answer answer, @Nullable String range) {
        if (answer.status() == 416) {
            return new HubHttpException(
                    "The server of " + wanted.what() + " has not the range that was asked for (" + range
                            + "); it says that it has: " + hub.redaction().text(answer.header("Content-Range"))
                            + ". Fetch it again with force.",
                    416,
                    null);
        }
        return hub.errors().of(answer, wanted.repo(), wanted.what());
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
            for (@Nullable List<ByteBuffer> piece = next(body); piece != null; piece = next(body)) {
                for (ByteBuffer bytes : piece) {
                    if (bytes.remaining() > metadata.size() - there) {
                        throw wrongSize(there + bytes.remaining());
                    }
                    write(file, bytes);
                }
                if (there > furthest) {
                    furthest = there;
                    triesLeft = Retry.TRIES;
                }
                progress.onBytes(wanted.file(), there);
            }
        }
    }

    private SeekableByteChannel openToWrite() throws IOException {
        try {
            return Files.newByteChannel(partial, StandardOpenOption.WRITE).position(there);
        } catch (IOException e) {
            throw new DiskFailure(e);
        }
    }

    private void write(SeekableByteChannel file, ByteBuffer bytes) throws IOException {
        hash.update(bytes);
        there += bytes.remaining();
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (ClosedByInterruptException e) {
            throw HubTransport.interrupted(e);
        } catch (IOException e) {
            throw new DiskFailure(e);
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
