package io.github.sae4j.hub;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.github.sae4j.hub.HubTransport.Request;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Asks the hub about repositories: which commit a revision is, and which files it has. */
final class HubApi {

    private static final int MOST_REDIRECTS = 10;
    private static final int MOST_PAGES = 10_000;
    private static final int LONGEST_ANSWER = 32 << 20;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Pattern NEXT =
            Pattern.compile("<([^<>]*)>\\s*;\\s*rel\\s*=\\s*\"?next\"?\\s*(?:[,;]|$)", Pattern.CASE_INSENSITIVE);
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    private final HubServices hub;

    HubApi(HubServices hub) {
        this.hub = hub;
    }

    /** One answer: what it says, and where it goes on. */
    private record Page(JsonElement json, @Nullable URI next) {}

    /** Returns what the hub says of a revision, asking once. */
    RepoInfo info(RepoId repo, String revision) throws IOException {
        String what = "the revision \"" + revision + "\" of " + repo.id();
        hub.requireOnline(what);
        Page page = get(hub.addresses().info(repo, revision), repo, what);
        try {
            JsonObject info = Json.object(page.json());
            String commit = Json.text(info, "sha");
            if (!HubCache.isCommit(commit)) {
                throw new JsonParseException("\"sha\" should be a commit");
            }
            List<String> files = new ArrayList<>();
            if (info.has("siblings")) {
                for (JsonElement sibling : Json.list(info.get("siblings"))) {
                    files.add(SafePath.requireFile(Json.text(Json.object(sibling), "rfilename")));
                }
            }
            return new RepoInfo(repo, commit, files);
        } catch (JsonParseException e) {
            throw nonsense(what, e);
        }
    }

    /** Returns what the hub says of a revision, asking until it answers. */
    RepoInfo infoWithPatience(RepoId repo, String revision) {
        HubException.requirePresent(repo, "repo");
        SafePath.requireRevision(revision);
        try {
            return hub.retry().run(repo.id(), () -> info(repo, revision), null);
        } catch (IOException e) {
            throw Downloads.unreachable(repo.id(), e);
        }
    }

    /** Returns the files of a revision, through all pages, asking for each until it comes. */
    List<RepoFile> list(RepoId repo, String revision) throws IOException {
        String what = "the list of files of " + repo.id() + " at \"" + revision + "\"";
        hub.requireOnline(what);
        List<RepoFile> files = new ArrayList<>();
        Set<URI> seen = new HashSet<>();
        @Nullable URI next = hub.addresses().tree(repo, revision);
        while (next != null) {
            if (!seen.add(next) || seen.size() > MOST_PAGES) {
                throw new FileMetadataException("The hub's pages for " + what + " have no end: after " + seen.size()
                        + " of them it names one that was there before, or more than " + MOST_PAGES + ".");
            }
            URI asked = next;
            Page page = hub.retry().run(what, () -> get(asked, repo, what), null);
            try {
                for (JsonElement entry : Json.list(page.json())) {
                    addFile(Json.object(entry), files);
                }
            } catch (JsonParseException e) {
                throw nonsense(what, e);
            }
            next = page.next();
        }
        return List.copyOf(files);
    }

    private static void addFile(JsonObject entry, List<RepoFile> files) {
        if (!Json.text(entry, "type").equals("file")) {
            return;
        }
        @Nullable JsonElement lfs = entry.get("lfs");
        Optional<String> sha256 =
                lfs == null || lfs.isJsonNull() ? Optional.empty() : Optional.of(hash(Json.object(lfs), "oid"));
        files.add(new RepoFile(
                SafePath.requireFile(Json.text(entry, "path")), Json.size(entry, "size"), hash(entry, "oid"), sha256));
    }

    private static String hash(JsonObject object, String field) {
        String hash = Json.text(object, field);
        if (!HASH.matcher(hash).matches()) {
            throw new JsonParseException("\"" + field + "\" should be a hash");
        }
        return hash;
    }

    private Page get(URI first, RepoId repo, String what) throws IOException {
        URI asked = first;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            try (Answer answer = hub.transport()
                    .send(new Request("GET", asked, true, null, hub.config().etagTimeout()))) {
                if (answer.isSuccess()) {
                    return new Page(body(answer, what), next(answer, what));
                }
                if (!answer.isRedirect()) {
                    throw hub.errors().of(answer, repo, what);
                }
                asked = atHub(asked, answer.header("Location"), what);
            }
        }
        throw new FileMetadataException(
                "The hub's answers for " + what + " redirect without end: " + MOST_REDIRECTS + " were followed.");
    }

    private JsonElement body(Answer answer, String what) throws IOException {
        if (answer.encoding() != null) {
            throw new FileMetadataException("The hub's answer for " + what
                    + " is encoded, although that was not asked for. A proxy between here and the hub is at fault.");
        }
        try {
            byte[] bytes = answer.body().all(LONGEST_ANSWER, hub.config().downloadTimeout(), LONGEST_WAIT);
            return Json.parse(new String(bytes, StandardCharsets.UTF_8));
        } catch (JsonParseException e) {
            throw nonsense(what, e);
        } catch (InterruptedException e) {
            throw HubTransport.interrupted(e);
        }
    }

    private @Nullable URI next(Answer answer, String what) {
        for (String link : answer.headers().allValues("Link")) {
            Matcher next = NEXT.matcher(link);
            if (next.find()) {
                return atHub(answer.asked(), next.group(1), what);
            }
        }
        return null;
    }

    /** Only the hub itself is asked about repositories. */
    private URI atHub(URI asked, @Nullable String answer, String what) {
        @Nullable URI target = answer == null ? null : hub.addresses().parse(asked, answer);
        if (target == null || !HubAddresses.sameServer(target, hub.config().endpoint())) {
            throw new FileMetadataException("The hub's answer for " + what + " redirects to "
                    + (target == null
                            ? "an address that cannot be asked"
                            : hub.redaction().text(target.getHost()) + ", which is not the hub")
                    + ".");
        }
        return target;
    }

    private FileMetadataException nonsense(String what, JsonParseException cause) {
        return new FileMetadataException("The hub's answer for " + what + " is not what it should be: "
                + hub.redaction().text(cause.getMessage()) + ". Is "
                + hub.config().endpoint()
                + " a hub, and does no proxy answer in its place?");
    }
}
