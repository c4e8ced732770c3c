package io.github.sae4j.hub;

import io.github.sae4j.hub.HubTransport.Request;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Asks the hub what a file is, without fetching it.
 *
 * <p>The hub says so in the headers of a redirect. So redirects are followed only as long as they stay at the hub; the
 * server behind the others knows nothing of repositories, and its ETags are its own.
 */
final class FileLookup {

    private static final int MOST_REDIRECTS = 10;
    private static final long LARGEST = 50_000_000_000L;

    private final HubAddresses addresses;
    private final HubTransport transport;
    private final HubErrors errors;

    FileLookup(HubAddresses addresses, HubTransport transport, HubErrors errors) {
        this.addresses = addresses;
        this.transport = transport;
        this.errors = errors;
    }

    /**
     * Returns what the hub says a file is.
     *
     * @param patience how long each answer may take
     * @throws IOException if the hub did not answer in time
     * @throws HubHttpException if the answer is an error
     * @throws FileMetadataException if the answer makes no sense
     */
    FileMetadata ask(RepoId repo, String revision, String file, Duration patience) throws IOException {
        String what = what(repo, revision, file);
        URI asked = addresses.file(repo, revision, file);
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            try (Answer answer = transport.send(new Request("HEAD", asked, true, null, patience))) {
                @Nullable String location = answer.header("Location");
                if (!answer.isRedirect()) {
                    if (!answer.isSuccess()) {
                        throw errors.of(answer, repo, what);
                    }
                    return metadata(answer, pinned(asked, repo, file, answer), what);
                }
                if (location == null) {
                    throw new FileMetadataException("The hub's answer for " + what + " is a redirect to nowhere.");
                }
                @Nullable URI target = addresses.parse(asked, location);
                if (target == null) {
                    throw new FileMetadataException("The hub's answer for " + what
                            + " is a redirect to an address that cannot be asked, or only without encryption.");
                }
                if (!HubAddresses.isRelative(location)) {
                    return metadata(answer, target, what);
                }
                asked = target;
            }
        }
        throw new FileMetadataException(
                "The hub's answers for " + what + " redirect without end: " + MOST_REDIRECTS + " were followed.");
    }

    static String what(RepoId repo, String revision, String file) {
        return "the file \"" + file + "\" of " + repo.id() + " at \"" + revision + "\"";
    }

    /** Names the commit instead of a branch that may move between this answer and the transfer. */
    private URI pinned(URI asked, RepoId repo, String file, Answer answer) {
        @Nullable String commit = HubErrors.commit(answer);
        return commit == null || asked.getRawPath().contains(commit) ? asked : addresses.file(repo, commit, file);
    }

    private static FileMetadata metadata(Answer answer, URI source, String what) {
        @Nullable String commit = HubErrors.commit(answer);
        if (commit == null) {
            throw incomplete(what, "does not name a commit (X-Repo-Commit)", answer);
        }
        @Nullable String header = answer.header("X-Linked-Etag");
        if (header == null) {
            header = answer.header("ETag");
        }
        @Nullable String etag = header == null ? null : FileMetadata.normalizedEtag(header);
        if (etag == null) {
            throw incomplete(what, "has no ETag that could be one", answer);
        }
        if (answer.encoding() != null) {
            throw incomplete(what, "is encoded (Content-Encoding), although that was not asked for", answer);
        }
        OptionalLong size = answer.number("X-Linked-Size");
        if (size.isEmpty() && !answer.isRedirect()) {
            size = answer.number("Content-Length");
        }
        if (size.isEmpty()) {
            throw incomplete(what, "does not give the size", answer);
        }
        boolean xet = answer.header("X-Xet-Hash") != null;
        if (size.getAsLong() > LARGEST) {
            throw new FileMetadataException("The hub says that " + what + " has " + Wording.bytes(size.getAsLong())
                    + (xet ? " in Xet storage" : "")
                    + "; over plain HTTP it serves at most " + Wording.bytes(LARGEST)
                    + ". Fetch it with the hf command.");
        }
        return new FileMetadata(commit, etag, size.getAsLong(), source, xet);
    }

    private static FileMetadataException incomplete(String what, String lack, Answer answer) {
        return new FileMetadataException("The answer for " + what + " " + lack + ". Is "
                + answer.asked().getHost() + " a hub, and does no proxy answer in its place?");
    }
}
