package io.github.sae4j.loader.internal.names;

import io.github.sae4j.hub.HubException;
import io.github.sae4j.hub.RepoId;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.FailureBelow;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where a published SAE lies, written {@code owner/name:folder@revision}.
 *
 * @param repository the repository
 * @param folder its folder there, with {@code /} between names and none at the ends; empty for the repository itself
 * @param revision a branch, tag, reference or commit, or null for the default
 * @param server the only server that is meant, {@code host} or {@code host:port}, or null for the hub that is set
 */
public record SaeAddress(
        RepoId repository,
        String folder,
        @Nullable String revision,
        @Nullable String server) {

    /**
     * Reads an address or a registered name, either with a revision or without; see {@link WebAddress} for those of the
     * web.
     *
     * <p>{@code a/b} is an SAE's id on Neuronpedia if the registry knows it exactly, and a repository otherwise; a
     * repository that is called like such an id is written {@code a/b:}.
     *
     * @throws SaeLoadException if it is neither
     */
    public static SaeAddress parse(String text) {
        String name = text.strip();
        if (name.isEmpty()) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT,
                    "The name of an SAE must not be empty. Any SAE on the hub is written owner/name:folder.");
        }
        if (WebAddress.isOne(name)) {
            return WebAddress.parse(name);
        }
        int colon = name.indexOf(':');
        if (looksLikePath(name, colon)) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT,
                    "\"" + name + "\" looks like a path. Open a folder of this machine with"
                            + " SAE.fromDisk(Path.of(...)).");
        }
        if (colon < 0) {
            int at = name.indexOf('@');
            String head = at < 0 ? name : name.substring(0, at);
            return address(head).at(revision(name, at));
        }
        String left = name.substring(0, colon);
        String right = name.substring(colon + 1);
        int atFolder = right.lastIndexOf('@');
        if (atFolder < 0) {
            return Registry.load().address(left, right);
        }
        if (left.contains("@")) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT,
                    "\"" + name + "\" names two revisions. Name one, as in owner/name:folder@main.");
        }
        return Registry.load().address(left, right.substring(0, atFolder)).at(revision(right, atFolder));
    }

    private static SaeAddress address(String name) {
        Registry registry = Registry.load();
        return name.contains("/")
                ? registry.neuronpedia(name).orElseGet(() -> inRepository(name, ""))
                : registry.address(name);
    }

    /**
     * Returns the address of a folder of a repository.
     *
     * @param repository {@code owner/name}
     * @throws SaeLoadException if no repository can have that name
     */
    public static SaeAddress inRepository(String repository, String folder) {
        try {
            return new SaeAddress(RepoId.model(repository), trimmed(folder), null, null);
        } catch (HubException e) {
            throw FailureBelow.of(e);
        }
    }

    /** Returns the same place at a revision, null for the default. */
    public SaeAddress at(@Nullable String otherRevision) {
        return new SaeAddress(repository, folder, otherRevision, server);
    }

    /** Returns the same place at one server only. */
    SaeAddress from(String onlyServer) {
        return new SaeAddress(repository, folder, revision, onlyServer);
    }

    /** Returns another folder of the same repository. */
    public SaeAddress in(String otherFolder) {
        return new SaeAddress(repository, otherFolder, revision, server);
    }

    /**
     * Checks that a hub is the one that is meant.
     *
     * @param endpoint the hub's address
     * @throws SaeLoadException if the address is one of another server
     */
    public void requireAt(URI endpoint) {
        String hub = WebAddress.server(endpoint.getRawAuthority(), endpoint.getScheme());
        if (server != null && !(server.equals(hub) && endpoint.getRawPath().isEmpty())) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT,
                    "The address of " + repository.id() + " is one at " + server
                            + ", but the hub that is set is " + endpoint
                            + ". Set HF_ENDPOINT to the address of the hub that is"
                            + " meant, or write " + this + ", which means the one that is set.");
        }
    }

    /** Returns the name of one of the SAE's files in the repository. */
    public String file(String name) {
        return folder.isEmpty() ? name : folder + "/" + name;
    }

    @Override
    public String toString() {
        return repository.id() + (folder.isEmpty() ? "" : ":" + folder) + (revision == null ? "" : "@" + revision);
    }

    /** Returns what follows the {@code @} at a position of a name, or null if the position is negative. */
    static @Nullable String revision(String text, int at) {
        if (at < 0) {
            return null;
        }
        if (at == text.length() - 1) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT, "\"" + text + "\" ends with \"@\", but no revision follows.");
        }
        return text.substring(at + 1);
    }

    static String trimmed(String folder) {
        String path = folder.strip();
        while (path.startsWith("./") || path.startsWith("/")) {
            path = path.substring(path.indexOf('/') + 1);
        }
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return path.equals(".") ? "" : path;
    }

    private static boolean looksLikePath(String name, int colon) {
        return name.startsWith(".")
                || name.startsWith("/")
                || name.startsWith("~")
                || name.contains("\\")
                || (colon == 1 && name.startsWith(":/", 1));
    }
}
