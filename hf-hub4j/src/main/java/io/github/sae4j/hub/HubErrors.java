package io.github.sae4j.hub;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.github.sae4j.hub.HubException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns an answer that is an error into the exception that says what to do about it. */
final class HubErrors {

    private static final int LONGEST_BODY = 64 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Pattern RATE_LIMIT = Pattern.compile("(?:^|[;,\\s])t=([0-9]{1,9})(?:$|[;,\\s])");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");
    private static final String WRONG_TOKEN = "Invalid credentials in Authorization header";
    private static final String DISABLED = "Access to this resource is disabled.";

    private final HubAddresses addresses;
    private final Redaction redaction;
    private final boolean hasToken;

    HubErrors(HubAddresses addresses, Redaction redaction, boolean hasToken) {
        this.addresses = addresses;
        this.redaction = redaction;
        this.hasToken = hasToken;
    }

    /**
     * Returns the exception for an answer, whose body it takes.
     *
     * @param answer an answer with an error's status
     * @param repo the repository that was asked for
     * @param what what was asked for, to be put into a sentence: {@code the file "x" of "a/b" at "main"}
     */
    HubHttpException of(Answer answer, RepoId repo, String what) {
        if (!addresses.isHub(answer.asked())) {
            return elsewhere(answer, what);
        }
        int status = answer.status();
        String code = redaction.text(answer.header("X-Error-Code"));
        String said = said(answer);
        @Nullable String id = requestId(answer);
        String details = " (HTTP status " + status + (said.isEmpty() ? "" : ", the hub says: " + said)
                + (id == null ? "" : ", request " + id) + ")";
        if (code.equals("RevisionNotFound")) {
            return new RevisionNotFoundException(
                    "The hub does not have " + what + ": there is no such revision. Look at " + addresses.page(repo)
                            + " for its branches and tags." + details,
                    status,
                    id);
        }
        if (code.equals("EntryNotFound")) {
            return new RemoteEntryNotFoundException(
                    "The hub does not have " + what + ": the revision has no such file. Look at " + addresses.page(repo)
                            + "/tree/main for its files." + details,
                    status,
                    id,
                    commit(answer));
        }
        if (code.equals("GatedRepo")) {
            return new GatedRepositoryException(
                    "Access to " + what + " is restricted: accept the terms at " + addresses.page(repo)
                            + (hasToken
                                    ? ", with the account that the token belongs to."
                                    : " and set HF_TOKEN to a token of the account that did.")
                            + details,
                    status,
                    id);
        }
        if (said.equals(DISABLED)) {
            return new DisabledRepositoryException(
                    "The hub has disabled " + repo.id() + "; see " + addresses.page(repo) + "." + details, status, id);
        }
        if (code.equals("RepoNotFound") || (status == 401 && !said.equals(WRONG_TOKEN))) {
            return new RepositoryNotFoundException(
                    "The hub has no " + repo.type().plural() + " repository " + repo.id()
                            + ", or it is private. Check the name"
                            + (hasToken
                                    ? ", and that the token's account may see it."
                                    : "; if it is private, set HF_TOKEN to a token that may read it.")
                            + details,
                    status,
                    id);
        }
        if (status == 400) {
            return new BadRequestException(
                    "The hub rejected the request for " + what + " as malformed." + details, 400, id);
        }
        return new HubHttpException(other(status, what) + details, status, id, retryAfter(answer));
    }

    /** A server behind the hub saw no token and knows no repositories: what it says is about the transfer alone. */
    private HubHttpException elsewhere(Answer answer, String what) {
        String said = said(answer);
        @Nullable String id = requestId(answer);
        return new HubHttpException(
                Reason.BUSY,
                "The server " + redaction.text(answer.asked().getHost()) + ", to which the hub redirects for " + what
                        + ", did not send it. Try again later. (HTTP status " + answer.status()
                        + (said.isEmpty() ? "" : ", it says: " + said) + (id == null ? "" : ", request " + id) + ")",
                answer.status(),
                id,
                retryAfter(answer));
    }

    private String other(int status, String what) {
        String failed = "The hub did not send " + what;
        if (status == 401) {
            return failed + ": it rejected the token. Check HF_TOKEN, or log in again.";
        }
        if (status == 403) {
            return failed + ": the token has no permission for it. Give it read access, or use another.";
        }
        if (status == 416) {
            return failed + ": the requested range is not in the file.";
        }
        if (status == 429) {
            return failed + ": there were too many requests. Wait, then try again"
                    + (hasToken ? "." : "; with a token (HF_TOKEN) more are allowed.");
        }
        if (status >= 500) {
            return failed + ": its server reported an error. Try again later.";
        }
        return failed + ".";
    }

    /** Returns the commit that an answer names, or null if it names none. */
    static @Nullable String commit(Answer answer) {
        @Nullable String commit = answer.header("X-Repo-Commit");
        return commit != null && HubCache.isCommit(commit) ? commit : null;
    }

    /** Returns how long a server asks to wait, one second to spare, or null if it does not. */
    static @Nullable Duration retryAfter(Answer answer) {
        @Nullable String limit = answer.header("RateLimit");
        Matcher wait = RATE_LIMIT.matcher(limit == null ? "" : limit);
        if (wait.find()) {
            return Duration.ofSeconds(Long.parseLong(wait.group(1)) + 1);
        }
        @Nullable String seconds = answer.header("Retry-After");
        return seconds != null && SECONDS.matcher(seconds.strip()).matches()
                ? Duration.ofSeconds(Long.parseLong(seconds.strip()) + 1)
                : null;
    }

    /** Returns whether a status is one that passes by itself. */
    static boolean isPassing(int status) {
        return switch (status) {
            case 408, 429, 500, 502, 503, 504 -> true;
            default -> false;
        };
    }

    private @Nullable String requestId(Answer answer) {
        for (String name : List.of("x-request-id", "X-Amzn-Trace-Id", "x-amz-cf-id")) {
            String id = redaction.text(answer.header(name));
            if (!id.isEmpty()) {
                return id;
            }
        }
        return null;
    }

    private String said(Answer answer) {
        @Nullable String message = answer.header("X-Error-Message");
        if (message != null) {
            return redaction.text(message);
        }
        try {
            return redaction.text(String.join(" ", messages(answer)));
        } catch (IOException | JsonParseException e) {
            return "";
        } catch (InterruptedException e) {
            throw HubTransport.interrupted(e);
        }
    }

    /** Returns the messages in a body like {@code {"error": "…"}} or {@code {"errors": [{"message": "…"}]}}. */
    private static List<String> messages(Answer answer) throws IOException, InterruptedException {
        if (answer.encoding() != null) {
            return List.of();
        }
        String body = new String(answer.body().all(LONGEST_BODY, PATIENCE, PATIENCE), StandardCharsets.UTF_8);
        if (!body.stripLeading().startsWith("{")) {
            return List.of();
        }
        List<String> messages = new ArrayList<>();
        JsonObject json = Json.object(Json.parse(body));
        addTexts(json.get("error"), messages);
        if (json.get("errors") instanceof JsonArray errors) {
            for (JsonElement error : errors) {
                if (error instanceof JsonObject object) {
                    addTexts(object.get("message"), messages);
                }
            }
        }
        return messages;
    }

    private static void addTexts(@Nullable JsonElement element, List<String> messages) {
        if (element instanceof JsonArray list) {
            list.forEach(each -> addTexts(each, messages));
        } else if (element != null && element.isJsonPrimitive()) {
            messages.add(element.getAsString());
        }
    }
}
