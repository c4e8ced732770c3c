package io.github.sae4j.hub;

import io.github.sae4j.hub.HubTransport.Request;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the bytes of one file come from: follows redirects, leaves the token behind with the hub, and asks the hub for a
 * new address when a signed one has expired.
 *
 * <p>For one thread.
 */
final class FileSource {

    private static final Logger LOG = LoggerFactory.getLogger(FileSource.class);
    private static final int MOST_REDIRECTS = 10;
    private static final int FOUND = 302;

    private final HubServices hub;
    private final FileRequest wanted;
    private FileMetadata metadata;

    FileSource(HubServices hub, FileRequest wanted, FileMetadata metadata) {
        this.hub = hub;
        this.wanted = wanted;
        this.metadata = metadata;
    }

    /**
     * Asks for bytes and returns the answer: status 200 with all of them, or 206 with some.
     *
     * @param range the {@code Range} header, or null to ask for everything
     * @throws IOException if the server did not answer in time
     * @throws HubException if the answer is an error
     */
    Answer open(@Nullable String range) throws IOException {
        URI asked = metadata.source();
        boolean withToken = true;
        boolean lookedUpAgain = false;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; ) {
            Answer answer = hub.transport()
                    .send(new Request(
                            "GET", asked, withToken, range, hub.config().downloadTimeout()));
            if (answer.status() == 200 || answer.status() == 206) {
                return requirePlain(answer);
            }
            try (answer) {
                if (answer.isRedirect()) {
                    URI target = redirect(asked, answer);
                    withToken &= HubAddresses.sameServer(asked, target);
                    asked = target;
                    redirects++;
                } else if (isExpired(answer) && !lookedUpAgain) {
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
                "The servers' answers for " + wanted.what() + " redirect without end: " + MOST_REDIRECTS
                        + " were followed.",
                FOUND,
                null,
                null);
    }

    private Answer requirePlain(Answer answer) {
        @Nullable String encoding = answer.encoding();
        if (encoding != null) {
            answer.close();
            throw new IntegrityException("What was sent for " + wanted.what() + " is encoded ("
                    + hub.redaction().text(encoding)
                    + "), although that was not asked for. A proxy between here and the hub is at fault.");
        }
        return answer;
    }

    private boolean isExpired(Answer answer) {
        return answer.status() == 403
                && !HubAddresses.sameServer(answer.asked(), hub.config().endpoint());
    }

    private URI redirect(URI asked, Answer answer) {
        @Nullable String location = answer.header("Location");
        @Nullable URI target = location == null ? null : hub.addresses().parse(asked, location);
        if (target == null) {
            throw new HubHttpException(
                    "The answer for " + wanted.what()
                            + " is a redirect to an address that cannot be asked, or only without encryption.",
                    answer.status(),
                    null,
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
            throw new FileMetadataException(
                    "While " + wanted.what() + " was being fetched, it changed on the hub: its ETag was "
                            + metadata.etag() + " and is now " + again.etag() + ". Try again.");
        }
        metadata = again;
    }

    private HubHttpException error(Answer answer, @Nullable String range) {
        if (answer.status() == 416) {
            return new HubHttpException(
                    "The server does not have the requested range (" + range + ") of " + wanted.what()
                            + "; it reports \"" + hub.redaction().text(answer.header("Content-Range"))
                            + "\". Fetch the file again with force.",
                    416,
                    null,
                    null);
        }
        return hub.errors().of(answer, wanted.repo(), wanted.what());
    }
}
