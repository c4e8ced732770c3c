package io.github.sae4j.hub;

import io.github.sae4j.hub.HubException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** Reads a part of a file, from the cache if it is there, else from the hub without fetching the rest. */
final class RangeReader {

    private final HubServices hub;

    RangeReader(HubServices hub) {
        this.hub = hub;
    }

    byte[] read(FileRequest wanted, long from, int length) {
        if (from < 0 || length < 0) {
            throw new HubException(
                    Reason.INVALID_ARGUMENT,
                    "The bytes from " + from + " on, " + length
                            + " of them, were asked for; neither number may be negative.");
        }
        HubCache cache = hub.config().cache();
        try {
            if (hub.config().offline() || HubCache.isCommit(wanted.revision())) {
                Optional<CachedFile> cached = cache.find(wanted.repo(), wanted.revision(), wanted.file());
                if (cached.isPresent()) {
                    return readCached(cached.get().path(), from, length);
                }
            }
            hub.requireOnline(wanted.what());
            FileMetadata metadata = hub.retry()
                    .run(
                            wanted.what(),
                            () -> hub.lookup()
                                    .ask(
                                            wanted.repo(),
                                            wanted.revision(),
                                            wanted.file(),
                                            hub.config().etagTimeout()),
                            null);
            Optional<CachedFile> cached = cache.find(wanted.repo(), metadata.commit(), wanted.file());
            if (cached.isPresent() && Files.size(cached.get().path()) == metadata.size()) {
                return readCached(cached.get().path(), from, length);
            }
            int some = (int) Math.max(0, Math.min(length, metadata.size() - from));
            FileSource source = new FileSource(hub, wanted, metadata);
            return some == 0
                    ? new byte[0]
                    : hub.retry().run(wanted.what(), () -> fetch(source, wanted, metadata, from, some), null);
        } catch (IOException e) {
            throw Downloads.unreachable(wanted.what(), e);
        }
    }

    private byte[] fetch(FileSource source, FileRequest wanted, FileMetadata metadata, long from, int length)
            throws IOException {
        long end = from + length;
        try (Answer answer = source.open("bytes=" + from + "-" + (end - 1))) {
            long skip = from;
            if (answer.status() == 206) {
                Matcher range = Transfer.CONTENT_RANGE.matcher(Optional.ofNullable(answer.header("Content-Range"))
                        .orElse("")
                        .strip());
                if (!range.matches()
                        || Long.parseLong(range.group(1)) != from
                        || Long.parseLong(range.group(2)) != end - 1
                        || !(range.group(3).equals("*") || Long.parseLong(range.group(3)) == metadata.size())) {
                    throw new IntegrityException("For " + wanted.what() + " the bytes " + from + "-" + (end - 1) + "/"
                            + metadata.size() + " were asked for, but the server sends \""
                            + hub.redaction().text(answer.header("Content-Range")) + "\".");
                }
                skip = 0;
            }
            return take(answer.body(), skip, length);
        }
    }

    /** Fills a buffer from a body, after skipping what a server sends that does not know ranges. */
    private byte[] take(Body body, long skip, int length) throws IOException {
        byte[] taken = new byte[length];
        ByteBuffer target = ByteBuffer.wrap(taken);
        long left = skip;
        while (target.hasRemaining()) {
            @Nullable List<ByteBuffer> piece;
            try {
                piece = body.next(hub.config().downloadTimeout());
            } catch (InterruptedException e) {
                throw HubTransport.interrupted(e);
            }
            if (piece == null) {
                throw new IOException("the connection closed " + target.remaining() + " bytes too early");
            }
            for (ByteBuffer bytes : piece) {
                int passed = (int) Math.min(left, bytes.remaining());
                left -= passed;
                int count = Math.min(bytes.remaining() - passed, target.remaining());
                target.put(bytes.slice(bytes.position() + passed, count));
            }
        }
        return taken;
    }

    private static byte[] readCached(Path file, long from, int length) {
        try (InputStream in = Files.newInputStream(file)) {
            long rest = Math.max(0, Files.size(file) - from);
            in.skipNBytes(Math.min(from, Files.size(file)));
            return in.readNBytes((int) Math.min(rest, length));
        } catch (IOException e) {
            throw HubCache.unreadable(file, e);
        }
    }
}
