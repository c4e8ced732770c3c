package io.github.sae4j.hub;

import io.github.sae4j.hub.HubException.Reason;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The folder in which files from the hub are kept, shared with Python's {@code huggingface_hub}.
 *
 * <pre>{@literal
 * <folder>/models--owner--name/refs/main                    the commit that main stood for, 40 hexadecimal digits
 * <folder>/models--owner--name/snapshots/<commit>/<file>    a link to a blob, or on Windows often a plain file
 * <folder>/models--owner--name/blobs/<etag>                 the bytes
 * }</pre>
 *
 * <p>Nothing here asks the network; {@link HubClient} does. A snapshot holds what was fetched of a commit, which
 * need not be all of it: that a file is not here does not say that the repository lacks it.
 *
 * <p>Immutable and safe to share between threads; other processes may add to the cache meanwhile.
 *
 * <pre>{@code
 * HubCache cache = HubCache.fromEnvironment();
 * Optional<CachedFile> cfg = cache.find(RepoId.model("analist/ministral-3b-sae"), "main", "layer_19/cfg.json");
 * }</pre>
 *
 * @since 0.1
 */
public final class HubCache {

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final int LONGEST_REF = 1024;

    private final Path folder;

    private HubCache(Path folder) {
        this.folder = folder;
    }

    /**
     * Returns the cache in a folder, which need not exist yet.
     *
     * @param folder the folder that holds {@code models--owner--name} folders; with the default settings that is
     *     {@code ~/.cache/huggingface/hub}
     * @throws NullPointerException if {@code folder} is null
     */
    public static HubCache of(Path folder) {
        return new HubCache(HubException.requirePresent(folder, "folder").toAbsolutePath());
    }

    /**
     * Returns the cache that this process's environment names, as in Python: {@code HF_HUB_CACHE}, else
     * {@code HUGGINGFACE_HUB_CACHE}, else {@code $HF_HOME/hub}, else {@code $XDG_CACHE_HOME/huggingface/hub}, else
     * {@code ~/.cache/huggingface/hub}. A {@code ~} at the beginning and {@code $VARIABLES} are expanded; an empty
     * variable counts as unset.
     *
     * @throws HubException if the environment names something that cannot be a path
     */
    public static HubCache fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    /**
     * Returns the cache that an environment names; see {@link #fromEnvironment()}.
     *
     * @param environment variables and their values; the home folder is {@code HOME}, on Windows {@code USERPROFILE},
     *     and the system property {@code user.home} without it
     * @throws NullPointerException if {@code environment} is null
     * @throws HubException if it names something that cannot be a path
     */
    public static HubCache fromEnvironment(Map<String, String> environment) {
        HubException.requirePresent(environment, "environment");
        String location =
                CacheLocation.of(environment, System.getProperty("user.home", "."), File.separatorChar == '\\');
        try {
            return of(Path.of(location));
        } catch (InvalidPathException e) {
            throw new HubException(
                    Reason.INVALID_ARGUMENT,
                    "The environment puts the hub's cache at \"" + location + "\", which is no path.",
                    e);
        }
    }

    /** Returns the folder that holds {@code models--owner--name} folders, as an absolute path. */
    public Path folder() {
        return folder;
    }

    /**
     * Returns a file of a repository, if it is in the cache.
     *
     * @param repo the repository
     * @param revision a branch, a tag or a reference such as {@code refs/pr/1}, as the cache last saw it; or a commit of
     *     40 hexadecimal digits
     * @param file the file's name in the repository, with {@code /}
     * @throws NullPointerException if an argument is null
     * @throws HubException if {@code revision} or {@code file} could lead out of the cache, or what
     *     the cache says of the revision is damaged
     */
    public Optional<CachedFile> find(RepoId repo, String revision, String file) {
        SafePath.requireFile(file);
        Optional<String> commit = commit(repo, revision);
        if (commit.isEmpty()) {
            return Optional.empty();
        }
        Path path = SafePath.under(snapshot(repo, commit.get()), file);
        return Files.isRegularFile(path)
                ? Optional.of(new CachedFile(path, repo, commit.get(), file))
                : Optional.empty();
    }

    /**
     * Returns the commit that a revision stood for when the cache last saw it, if it ever did. A commit stands for
     * itself, whether or not anything of it is in the cache.
     *
     * @param repo the repository
     * @param revision a branch, a tag or a reference such as {@code refs/pr/1}; or a commit of 40 hexadecimal digits
     * @throws NullPointerException if an argument is null
     * @throws HubException if {@code revision} could lead out of the cache, or what the cache says
     *     of it is damaged
     */
    public Optional<String> commit(RepoId repo, String revision) {
        HubException.requirePresent(repo, "repo");
        SafePath.requireRevision(revision);
        if (COMMIT.matcher(revision).matches()) {
            return Optional.of(revision);
        }
        Path ref = SafePath.under(repository(repo).resolve("refs"), revision);
        if (!Files.isRegularFile(ref)) {
            return Optional.empty();
        }
        String commit = readRef(ref).strip();
        if (!COMMIT.matcher(commit).matches()) {
            throw new HubException(
                    Reason.CACHE_DAMAGED,
                    ref + " should hold a commit of 40 hexadecimal digits, but holds \"" + commit
                            + "\". Delete the file.");
        }
        return Optional.of(commit);
    }

    /**
     * Returns the commits of which something is in the cache, in alphabetical order.
     *
     * @param repo the repository
     * @throws NullPointerException if {@code repo} is null
     * @throws HubException if the cache cannot be read
     */
    public List<String> commits(RepoId repo) {
        Path snapshots = repository(HubException.requirePresent(repo, "repo")).resolve("snapshots");
        try (Stream<Path> entries = Files.list(snapshots)) {
            return entries.map(entry -> String.valueOf(entry.getFileName()))
                    .filter(name -> COMMIT.matcher(name).matches())
                    .sorted()
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(snapshots, e);
        }
    }

    /**
     * Returns the names of the files of a commit that are in the cache, with {@code /}, in alphabetical order; none if
     * nothing of the commit is here.
     *
     * @param repo the repository
     * @param commit 40 hexadecimal digits
     * @throws NullPointerException if an argument is null
     * @throws HubException if {@code commit} is not one, or the cache cannot be read
     */
    public List<String> files(RepoId repo, String commit) {
        HubException.requirePresent(repo, "repo");
        HubException.requirePresent(commit, "commit");
        if (!COMMIT.matcher(commit).matches()) {
            throw new HubException(
                    Reason.INVALID_ARGUMENT,
                    "\"" + commit + "\" is not a commit: 40 hexadecimal digits were expected.");
        }
        Path snapshot = snapshot(repo, commit);
        List<String> files = new ArrayList<>();
        try (Stream<Path> entries = Files.walk(snapshot)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                if (Files.isRegularFile(entry)) {
                    files.add(name(snapshot.relativize(entry)));
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(snapshot, e);
        }
        files.sort(null);
        return List.copyOf(files);
    }

    /**
     * Returns what the cache has, repository by repository. What is no repository's folder is left out.
     *
     * @throws HubException if the cache cannot be read
     */
    public List<CachedRepo> scan() {
        try {
            return new CacheContents(this).scan();
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    /**
     * Returns how many bytes the repositories in the cache take, each byte counted once.
     *
     * @throws HubException if the cache cannot be read
     */
    public long size() {
        return scan().stream().mapToLong(CachedRepo::bytes).sum();
    }

    /**
     * Hashes the files of a revision again and returns what that came to, in alphabetical order; none if nothing of the
     * revision is here.
     *
     * @param repo the repository
     * @param revision a branch, a tag, a reference or a commit
     * @throws NullPointerException if an argument is null
     * @throws HubException if {@code revision} could lead out of the cache, or the cache cannot be
     *     read
     */
    public List<FileCheck> verify(RepoId repo, String revision) {
        Optional<String> commit = commit(repo, revision);
        if (commit.isEmpty()) {
            return List.of();
        }
        try {
            return new CacheContents(this).verify(repo, commit.get());
        } catch (IOException e) {
            throw unreadable(repository(repo), e);
        }
    }

    /**
     * Deletes revisions, the names that stand for them, and the bytes that no other revision needs; with the last
     * revision, all that the cache has of the repository. A file that a running program has mapped stays readable to it,
     * save on Windows, where deleting it fails.
     *
     * @param repo the repository
     * @param revisions branches, tags, references or commits
     * @return how many bytes that gave back
     * @throws NullPointerException if an argument is null
     * @throws HubException if one of the revisions is not in the cache, a download of the repository
     *     is under way (nothing is deleted then), or the cache cannot be written
     */
    public long delete(RepoId repo, List<String> revisions) {
        HubException.requirePresent(revisions, "revisions");
        List<String> present = commits(repo);
        Set<String> commits = new LinkedHashSet<>();
        for (String revision : revisions) {
            commits.add(commit(repo, revision)
                    .filter(present::contains)
                    .orElseThrow(() -> new HubException(
                            Reason.REVISION_NOT_FOUND,
                            "The cache " + folder + " has nothing of " + repo.id() + " at \"" + revision + "\"; it has "
                                    + (present.isEmpty() ? "no revision" : present) + " of it.")));
        }
        try {
            return new CacheContents(this).delete(repo, commits);
        } catch (IOException e) {
            throw new HubException(
                    Reason.CACHE_UNWRITABLE,
                    "The revisions " + revisions + " of " + repo.id() + " could not be deleted from " + folder
                            + " as a whole: " + e.getClass().getSimpleName() + " (" + e.getMessage() + ").",
                    e);
        }
    }

    /** Returns whether a text is a commit, 40 hexadecimal digits. */
    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    @Override
    public String toString() {
        return "HubCache[" + folder + "]";
    }

    Path repository(RepoId repo) {
        return folder.resolve(repo.cacheFolderName());
    }

    Path snapshot(RepoId repo, String commit) {
        return repository(repo).resolve("snapshots").resolve(commit);
    }

    private static String readRef(Path ref) {
        try {
            if (Files.size(ref) > LONGEST_REF) {
                throw new HubException(
                        Reason.CACHE_DAMAGED,
                        ref + " should hold a commit, but has " + Files.size(ref) + " bytes. Delete the file.");
            }
            return Files.readString(ref);
        } catch (IOException e) {
            throw unreadable(ref, e);
        }
    }

    private static String name(Path relative) {
        return String.join(
                "/",
                StreamSupport.stream(relative.spliterator(), false)
                        .map(Path::toString)
                        .toList());
    }

    static HubException unreadable(Path path, Exception cause) {
        return new HubException(
                Reason.CACHE_UNREADABLE,
                path + " cannot be read: " + (TooManyFiles.isCause(cause) ? TooManyFiles.REASON : Wording.reason(cause))
                        + ".",
                cause);
    }
}
