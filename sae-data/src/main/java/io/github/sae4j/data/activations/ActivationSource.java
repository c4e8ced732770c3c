package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.internal.Inputs;
import io.github.sae4j.data.internal.files.InputFile;
import io.github.sae4j.data.internal.formats.NpyStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where activations come from: a file, the files of a folder, those that a pattern matches, or standard input.
 *
 * <pre>{@code
 * ActivationSource source = ActivationSource.of("runs/*.npy");
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads; the files may change, of course.
 *
 * @since 0.1
 */
public final class ActivationSource {

    private static final String STANDARD_INPUT = "-";
    private static final Pattern WILDCARD = Pattern.compile("[*?\\[{]");

    private final String written;
    private final List<Path> files;

    private ActivationSource(String written, List<Path> files) {
        this.written = written;
        this.files = List.copyOf(files);
    }

    /**
     * Finds the files, without opening them.
     *
     * @param written a file, a folder, a pattern such as {@code runs/*.npy}, or {@code -}
     * @throws DataException if there is no such file, or no file in the folder or of the pattern that is read
     */
    public static ActivationSource of(String written) {
        if (written.equals(STANDARD_INPUT)) {
            return new ActivationSource(written, List.of());
        }
        Path path = path(written);
        if (path != null && !written.isEmpty() && Files.isDirectory(path)) {
            return new ActivationSource(written, inFolder(path));
        }
        if (WILDCARD.matcher(written).find() && (path == null || !Files.exists(path))) {
            return new ActivationSource(written, matching(written));
        }
        if (path == null) {
            throw new DataException(Reason.NO_SUCH_FILE, written + ": no file can have this name.");
        }
        if (!written.isEmpty() && Files.exists(path) && !Files.isRegularFile(path)) {
            throw new DataException(
                    Reason.UNREADABLE,
                    path + ": this is a pipe or a device, of which only what comes next can be read;"
                            + " an npy file can come from standard input, which is called -.");
        }
        InputFile.requireReadable(path);
        return new ActivationSource(written, List.of(path));
    }

    /**
     * Returns some files, in this order, without opening them.
     *
     * @param files at least one
     * @throws DataException if one of them cannot be read
     * @throws IllegalArgumentException if there is none
     */
    public static ActivationSource of(List<Path> files) {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("There are no files to read.");
        }
        files.forEach(InputFile::requireReadable);
        Path first = files.get(0);
        Path folder = first.getParent();
        return new ActivationSource(folder == null || files.size() == 1 ? first.toString() : folder.toString(), files);
    }

    /** On some systems no path has a star in it. */
    private static @Nullable Path path(String written) {
        try {
            return Path.of(written);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static List<Path> inFolder(Path folder) {
        List<Path> files = FolderOrder.of(folder, found(folder, 1, file -> true));
        if (files.isEmpty()) {
            throw new DataException(
                    Reason.NO_SUCH_FILE, folder + ": this folder has no " + Inputs.endings("or") + " file in it.");
        }
        return files;
    }

    private static List<Path> matching(String pattern) {
        String slashes = pattern.replace('\\', '/');
        int wildcard = firstWildcard(slashes);
        int folderEnd = slashes.lastIndexOf('/', wildcard) + 1;
        Path folder = Path.of(slashes.substring(0, folderEnd));
        if (!Files.isDirectory(folder)) {
            throw new DataException(
                    Reason.NO_SUCH_FILE, pattern + ": no file matches, for there is no folder " + folder + ".");
        }
        String rest = slashes.substring(folderEnd);
        PathMatcher matcher = matcher(pattern, rest);
        int depth = rest.contains("**") ? Integer.MAX_VALUE : rest.split("/", -1).length;
        List<Path> files = found(folder, depth, file -> matcher.matches(folder.relativize(file)));
        if (files.isEmpty()) {
            throw new DataException(Reason.NO_SUCH_FILE, pattern + ": no " + Inputs.endings("or") + " file matches.");
        }
        return files;
    }

    private static int firstWildcard(String pattern) {
        Matcher wildcard = WILDCARD.matcher(pattern);
        return wildcard.find() ? wildcard.start() : pattern.length();
    }

    private static PathMatcher matcher(String pattern, String rest) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + rest);
        } catch (PatternSyntaxException e) {
            throw new DataException(
                    Reason.NO_SUCH_FILE,
                    pattern + ": this is no pattern of file names: " + e.getDescription() + ".",
                    e);
        }
    }

    private static List<Path> found(Path folder, int depth, Predicate<Path> wanted) {
        try (Stream<Path> files = Files.walk(folder, depth, FileVisitOption.FOLLOW_LINKS)) {
            return files.filter(Inputs::isNamedLikeOne)
                    .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
                    .filter(wanted)
                    .filter(Files::isRegularFile)
                    .sorted(Comparator.comparing(Path::toString, new NaturalOrder()))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new DataException(
                    Reason.UNREADABLE, folder + ": this folder cannot be read (" + e.getMessage() + ").", e);
        }
    }

    /** Returns the files in the order in which they are read; none for standard input. */
    public List<Path> files() {
        return files;
    }

    /** Returns how to name one of the files in a result. */
    String name(int file) {
        return isStandardInput() ? NpyStream.NAME : files.get(file).toString();
    }

    /** Returns whether it can be read once only. */
    public boolean isStandardInput() {
        return files.isEmpty();
    }

    /** Returns how to name it in a result: a file without its folder, or what the caller wrote and how many files that is. */
    public String name() {
        if (isStandardInput()) {
            return NpyStream.NAME;
        }
        return files.size() == 1
                ? String.valueOf(files.get(0).getFileName())
                : written + " (" + files.size() + " files)";
    }

    @Override
    public String toString() {
        return name();
    }
}
