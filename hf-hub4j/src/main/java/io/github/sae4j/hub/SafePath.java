package io.github.sae4j.hub;

import io.github.sae4j.hub.HubException.Reason;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The check that a name from outside stays in the folder where it belongs.
 *
 * <p>The rules of POSIX and of Windows hold on every system, so that a name is refused everywhere or nowhere: a cache
 * may be shared, and tests on one system speak for the other.
 */
final class SafePath {

    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

    /** Windows drops dots and spaces at a segment's end, so that {@code ".. "} climbs as {@code ".."} does. */
    private static final Pattern DOTS_AND_SPACES = Pattern.compile("[. ]*");

    private SafePath() {}

    /**
     * Returns the name of a file in a repository, which uses {@code /}.
     *
     * @throws HubException if it is empty, absolute, or could lead out of the folder that it is resolved against
     */
    static String requireFile(String file) {
        return require(HubException.requirePresent(file, "file"), "file in a repository");
    }

    /**
     * Returns the name of a branch, a tag, a reference or a commit.
     *
     * @throws HubException if it is empty, absolute, or could lead out of the folder that it is resolved against
     */
    static String requireRevision(String revision) {
        return require(HubException.requirePresent(revision, "revision"), "revision");
    }

    /**
     * Returns {@code relative}, which one of the checks let through, under {@code root}.
     *
     * @throws HubException if the file system cannot express it, or it is not under {@code root}
     */
    static Path under(Path root, String relative) {
        Path path;
        try {
            path = root.resolve(relative);
        } catch (InvalidPathException e) {
            throw new HubException(
                    Reason.INVALID_ARGUMENT, "\"" + relative + "\" is not a name that this file system allows.", e);
        }
        // Returned as it is: the root may lead through links, where taking ".." out would lead elsewhere.
        Path plain = path.normalize();
        if (plain.equals(root.normalize()) || !plain.startsWith(root.normalize())) {
            throw new HubException(Reason.INVALID_ARGUMENT, "\"" + relative + "\" does not stay under " + root + ".");
        }
        return path;
    }

    private static String require(String name, String kind) {
        if (name.isEmpty()) {
            throw new HubException(Reason.INVALID_ARGUMENT, "The name of a " + kind + " must not be empty.");
        }
        for (int at = 0; at < name.length(); at++) {
            if (Character.isISOControl(name.charAt(at))) {
                throw refused(name, kind, "it has a control character at position " + at);
            }
        }
        String slashed = name.replace('\\', '/');
        if (slashed.startsWith("/")) {
            throw refused(name, kind, "it is an absolute path");
        }
        for (String segment : slashed.split("/", -1)) {
            if (DOTS_AND_SPACES.matcher(segment).matches()) {
                throw refused(name, kind, "it has the segment \"" + segment + "\"");
            }
            if (DRIVE.matcher(segment).matches()) {
                throw refused(name, kind, "\"" + segment + "\" names a drive");
            }
        }
        return name;
    }

    private static HubException refused(String name, String kind, String why) {
        return new HubException(
                Reason.INVALID_ARGUMENT, "\"" + name + "\" is not the name of a " + kind + ": " + why + ".");
    }
}
