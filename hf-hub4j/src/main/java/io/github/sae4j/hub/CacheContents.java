package io.github.sae4j.hub;

import io.github.sae4j.hub.HubException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks through a whole cache: what is in it, whether it is right, and what may go. */
final class CacheContents {

    private static final String UNFINISHED = ".incomplete";
    private static final int LONGEST_REF = 1024;

    private final HubCache cache;

    CacheContents(HubCache cache) {
        this.cache = cache;
    }

    List<CachedRepo> scan() throws IOException {
        List<CachedRepo> repos = new ArrayList<>();
        for (Path folder : entries(cache.folder())) {
            Optional<RepoId> repo = repo(String.valueOf(folder.getFileName()));
            if (repo.isPresent() && Files.isDirectory(folder)) {
                repos.add(scan(repo.get(), folder));
            }
        }
        return List.copyOf(repos);
    }

    private CachedRepo scan(RepoId repo, Path folder) throws IOException {
        Map<String, List<String>> refs = refs(folder.resolve("refs"));
        List<CachedRevision> revisions = new ArrayList<>();
        for (String commit : cache.commits(repo)) {
            List<String> files = cache.files(repo, commit);
            long bytes = 0;
            for (String file : files) {
                bytes += Files.size(cache.snapshot(repo, commit).resolve(file));
            }
            revisions.add(new CachedRevision(commit, refs.getOrDefault(commit, List.of()), files, bytes));
        }
        long unfinished = 0;
        for (Path blob : entries(folder.resolve("blobs"))) {
            unfinished += String.valueOf(blob.getFileName()).endsWith(UNFINISHED) ? sizeOf(blob) : 0;
        }
        return new CachedRepo(repo, folder, revisions, treeSize(folder), unfinished);
    }

    List<FileCheck> verify(RepoId repo, String commit) throws IOException {
        Map<String, String> etags =
                TreeListing.read(cache.repository(repo).resolve("trees").resolve(commit + ".json"))
                        .orElse(List.of())
                        .stream()
                        .collect(Collectors.toMap(RepoFile::path, RepoFile::etag, (first, second) -> first));
        List<FileCheck> checks = new ArrayList<>();
        for (String name : cache.files(repo, commit)) {
            Path path = cache.snapshot(repo, commit).resolve(name);
            @Nullable Path blob = blobOf(path);
            @Nullable String etag = blob == null ? etags.get(name) : String.valueOf(blob.getFileName());
            FileCheck.Result result = FileCheck.Result.UNKNOWN;
            if (etag != null && ContentHash.of(etag, 0).isKnown()) {
                result = ContentHash.mismatch(path, etag) == null ? FileCheck.Result.RIGHT : FileCheck.Result.DAMAGED;
            }
            checks.add(new FileCheck(new CachedFile(path, repo, commit, name), result));
        }
        return List.copyOf(checks);
    }

    /** Deletes commits and what only they need, and returns how many bytes that gave back. */
    long delete(RepoId repo, Set<String> commits) throws IOException {
        Path folder = cache.repository(repo);
        List<CacheLock> locks = lockAll(repo);
        try {
            // A blob that comes from here on is not locked, and not to be taken for one that nobody needs.
            List<Path> blobs = entries(folder.resolve("blobs"));
            long before = treeSize(folder);
            Map<String, List<String>> refs = refs(folder.resolve("refs"));
            for (String commit : commits) {
                for (String ref : refs.getOrDefault(commit, List.of())) {
                    Files.deleteIfExists(SafePath.under(folder.resolve("refs"), ref));
                }
                deleteTree(cache.snapshot(repo, commit));
                deleteTree(folder.resolve(".no_exist").resolve(commit));
                Files.deleteIfExists(folder.resolve("trees").resolve(commit + ".json"));
            }
            if (cache.commits(repo).isEmpty()) {
                deleteTree(folder);
            } else {
                deleteUnusedBlobs(repo, blobs);
            }
            return before - treeSize(folder);
        } finally {
            locks.forEach(CacheLock::close);
        }
    }

    private void deleteUnusedBlobs(RepoId repo, List<Path> blobs) throws IOException {
        Set<String> used = new HashSet<>();
        for (String commit : cache.commits(repo)) {
            for (String file : cache.files(repo, commit)) {
                @Nullable Path blob = blobOf(cache.snapshot(repo, commit).resolve(file));
                if (blob != null) {
                    used.add(String.valueOf(blob.getFileName()));
                }
            }
        }
        for (Path blob : blobs) {
            String name = String.valueOf(blob.getFileName());
            if (!used.contains(name) && !name.endsWith(UNFINISHED)) {
                Files.deleteIfExists(blob);
            }
        }
    }

    /** Keeps downloads of the repository away, or says that one is under way. */
    private List<CacheLock> lockAll(RepoId repo) throws IOException {
        List<CacheLock> locks = new ArrayList<>();
        boolean all = false;
        try {
            for (Path file : entries(cache.folder().resolve(".locks").resolve(repo.cacheFolderName()))) {
                @Nullable CacheLock lock = CacheLock.tryAcquire(file);
                if (lock == null) {
                    throw new HubException(
                            Reason.CACHE_UNWRITABLE,
                            repo.id() + " is in use: " + file + " is locked by a download that is under"
                                    + " way. Nothing was deleted; wait for it to end.");
                }
                locks.add(lock);
            }
            all = true;
            return locks;
        } finally {
            if (!all) {
                locks.forEach(CacheLock::close);
            }
        }
    }

    /** Returns the blob that a file of a snapshot is a link to, or null if it is a plain file. */
    private static @Nullable Path blobOf(Path path) throws IOException {
        return Files.isSymbolicLink(path) ? Files.readSymbolicLink(path) : null;
    }

    private static Map<String, List<String>> refs(Path folder) throws IOException {
        Map<String, List<String>> refs = new TreeMap<>();
        if (!Files.isDirectory(folder)) {
            return refs;
        }
        for (Path file : filesUnder(folder)) {
            if (sizeOf(file) < LONGEST_REF) {
                // Whatever the bytes are: a file that is no ref must not keep the others from being found.
                String commit = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
                if (HubCache.isCommit(commit)) {
                    String name = folder.relativize(file).toString().replace('\\', '/');
                    refs.computeIfAbsent(commit, known -> new ArrayList<>()).add(name);
                }
            }
        }
        return refs;
    }

    private static Optional<RepoId> repo(String folderName) {
        for (RepoType type : RepoType.values()) {
            String prefix = type.plural() + "--";
            if (folderName.startsWith(prefix)) {
                try {
                    return Optional.of(new RepoId(
                            type, folderName.substring(prefix.length()).replace("--", "/")));
                } catch (HubException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static long treeSize(Path folder) throws IOException {
        long bytes = 0;
        for (Path file : filesUnder(folder)) {
            bytes += sizeOf(file);
        }
        return bytes;
    }

    /** Returns the plain files under a folder, in order; what comes or goes meanwhile may be among them or not. */
    private static List<Path> filesUnder(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
        found.sort(null);
        return found;
    }

    /** Returns the size of a plain file, and 0 for a link, a folder and a file that has just gone. */
    private static long sizeOf(Path file) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isRegularFile() ? attributes.size() : 0;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
