package io.github.sae4j.hub;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One repository's folder in the cache: where its parts are, and how they get there without anybody seeing half of one. */
final class RepoFolder {

    private static final Logger LOG = LoggerFactory.getLogger(RepoFolder.class);
    private static final Map<Path, Boolean> LINKS = new ConcurrentHashMap<>();
    private static final String TAG = "CACHEDIR.TAG";
    private static final String TAG_TEXT = """
            Signature: 8a477f597d28d172789f06886806bc55
            # What is in this folder can be fetched again from a Hugging Face hub, so that backups may leave it out.
            # See https://bford.info/cachedir/ for what this file is.
            """;

    private final HubCache cache;
    private final RepoId repo;
    private final Path folder;
    private final boolean wantsLinks;

    RepoFolder(HubCache cache, RepoId repo, boolean wantsLinks) {
        this.cache = cache;
        this.repo = repo;
        this.folder = cache.repository(repo);
        this.wantsLinks = wantsLinks;
    }

    /** Returns where a file of a commit is, or will be. */
    Path pointer(String commit, String file) {
        return SafePath.under(cache.snapshot(repo, commit), file);
    }

    /** Returns where bytes are, or will be. */
    Path blob(String etag) {
        return SafePath.under(folder.resolve("blobs"), etag);
    }

    /** Returns where bytes gather until they are all there; touched only by who holds the lock. */
    Path partial(String etag) {
        return SafePath.under(folder.resolve("blobs"), etag + ".resume.incomplete");
    }

    /** Returns where bytes gather if nobody can be kept out: a name of this call's own. */
    Path unsharedPartial(String etag) {
        return SafePath.under(folder.resolve("blobs"), etag + "." + suffix() + ".incomplete");
    }

    /** Returns the lock's file for a blob. */
    Path lock(String etag) {
        return SafePath.under(cache.folder().resolve(".locks").resolve(repo.cacheFolderName()), etag + ".lock");
    }

    /** Makes the folder, and marks the cache as one. */
    void create() throws IOException {
        Files.createDirectories(folder.resolve("blobs"));
        Path tag = cache.folder().resolve(TAG);
        if (!Files.exists(tag, LinkOption.NOFOLLOW_LINKS)) {
            try {
                writeWhole(tag, folder.resolve("blobs"), TAG_TEXT);
            } catch (IOException e) {
                LOG.debug("{} could not be written: {}", tag, e.toString());
            }
        }
    }

    /**
     * Notes which commit a revision stands for. A cache that cannot be written, such as a shared one, loses nothing by it.
     */
    void noteRevision(String revision, String commit) {
        if (revision.equals(commit)) {
            return;
        }
        Path ref = SafePath.under(folder.resolve("refs"), revision);
        try {
            if (Files.isRegularFile(ref)
                    && Files.size(ref) == commit.length()
                    && Files.readString(ref).equals(commit)) {
                return;
            }
            Files.createDirectories(ref.getParent());
            writeWhole(ref, Files.createDirectories(folder.resolve("blobs")), commit);
        } catch (IOException e) {
            LOG.debug("{} could not be written: {}", ref, e.toString());
        }
    }

    /** Notes that a commit lacks a file, as Python's client does. */
    void noteAbsence(String commit, String file) {
        Path marker = absence(commit, file);
        try {
            Files.createDirectories(marker.getParent());
            Files.createFile(marker);
        } catch (FileAlreadyExistsException e) {
            LOG.trace("{} is noted already", marker);
        } catch (IOException e) {
            LOG.debug("{} could not be written: {}", marker, e.toString());
        }
    }

    /** Returns the marker that says that a commit lacks a file. */
    Path absence(String commit, String file) {
        return SafePath.under(folder.resolve(".no_exist").resolve(commit), file);
    }

    /** Returns where the list of a commit's files is kept. */
    Path listing(String commit) {
        return folder.resolve("trees").resolve(commit + ".json");
    }

    /** Puts bytes that are complete and checked under their name, and makes the commit's file of them. */
    void place(Path complete, FileMetadata metadata, String file) throws IOException {
        Path pointer = pointer(metadata.commit(), file);
        Files.createDirectories(pointer.getParent());
        if (linksWork()) {
            Path blob = blob(metadata.etag());
            move(complete, blob);
            link(pointer, blob);
        } else {
            move(complete, pointer);
        }
    }

    /** Makes a commit's file of bytes that are in the cache. */
    void pointTo(Path blob, FileMetadata metadata, String file) throws IOException {
        Path pointer = pointer(metadata.commit(), file);
        Files.createDirectories(pointer.getParent());
        if (linksWork()) {
            link(pointer, blob);
            return;
        }
        Path copy = unsharedPartial(metadata.etag());
        try {
            Files.copy(blob, copy);
            move(copy, pointer);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /**
     * Writes a small file so that it is there whole or not at all.
     *
     * @param target the file
     * @param workplace a folder on the same disk in which whoever looks through the cache expects what is unfinished: in
     *     {@code refs}, what a killed process leaves would be taken for a ref
     */
    static void writeWhole(Path target, Path workplace, String text) throws IOException {
        Path temporary = workplace.resolve(target.getFileName() + "." + suffix() + ".incomplete");
        try {
            Files.writeString(temporary, text);
            move(temporary, target);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private void link(Path pointer, Path blob) throws IOException {
        Path target = pointer.resolveSibling("").relativize(blob);
        try {
            Files.createSymbolicLink(pointer, target);
        } catch (FileAlreadyExistsException e) {
            if (Files.isSymbolicLink(pointer) && Files.readSymbolicLink(pointer).equals(target)) {
                return;
            }
            Path replacement = blob.resolveSibling(blob.getFileName() + "." + suffix() + ".link.incomplete");
            try {
                Files.createSymbolicLink(replacement, target);
                move(replacement, pointer);
            } finally {
                Files.deleteIfExists(replacement);
            }
        }
    }

    /** Returns whether links are wanted and the file system lets this account make them; tried once for each cache. */
    private boolean linksWork() throws IOException {
        if (!wantsLinks) {
            return false;
        }
        @Nullable Boolean known = LINKS.get(cache.folder());
        if (known != null) {
            return known;
        }
        Path trial = folder.resolve("blobs").resolve("link." + suffix() + ".incomplete");
        boolean works;
        try {
            Files.createSymbolicLink(trial, cache.folder().getFileSystem().getPath(TAG));
            works = true;
        } catch (UnsupportedOperationException | IOException e) {
            LOG.info(
                    "{} cannot hold links ({}): files are kept in the snapshots themselves.",
                    cache.folder(),
                    e.toString());
            works = false;
        } finally {
            Files.deleteIfExists(trial);
        }
        LINKS.put(cache.folder(), works);
        return works;
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String suffix() {
        return UUID.randomUUID().toString().substring(0, 8);
    }
}
