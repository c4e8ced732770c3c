package io.github.sae4j.hub;

import io.github.sae4j.hub.HubException.Reason;
import java.util.regex.Pattern;

/**
 * The name of a repository on the hub, checked to be one.
 *
 * <pre>{@code
 * RepoId repo = RepoId.model("analist/ministral-3b-sae");
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param type what the repository holds
 * @param id {@code owner/name}, or {@code name} alone for the few that have no owner. Each part is made of ASCII
 *     letters, digits, {@code _}, {@code -} and {@code .}, begins and ends with a letter, a digit or {@code _}, and the
 *     name has at most 96 of them; the id has neither {@code --} nor {@code ..}, and does not end with {@code .git}
 * @since 0.1
 */
public record RepoId(RepoType type, String id) {

    private static final int MAX_PART = 96;
    private static final Pattern PART = Pattern.compile("\\w(?:[\\w.-]*\\w)?");

    /**
     * Checks the id.
     *
     * @throws HubException if {@code id} cannot be the name of a repository
     */
    public RepoId {
        HubException.requirePresent(type, "type");
        HubException.requirePresent(id, "id");
        String[] parts = id.split("/", -1);
        if (parts.length > 2) {
            throw refused(id, "it has more than one \"/\"");
        }
        for (String part : parts) {
            if (part.length() > MAX_PART) {
                throw refused(id, "a part has " + part.length() + " characters, and " + MAX_PART + " are allowed");
            }
            if (!PART.matcher(part).matches()) {
                throw refused(
                        id,
                        "each part is made of letters, digits, \"_\", \"-\" and \".\", and begins and ends with a"
                                + " letter, a digit or \"_\"");
            }
        }
        if (id.contains("--") || id.contains("..")) {
            throw refused(id, "\"--\" and \"..\" are not allowed");
        }
        if (id.endsWith(".git")) {
            throw refused(id, "it ends with \".git\"");
        }
    }

    /**
     * Returns the name of a model's repository.
     *
     * @param id for example {@code analist/ministral-3b-sae}
     * @throws HubException if {@code id} cannot be the name of a repository
     */
    public static RepoId model(String id) {
        return new RepoId(RepoType.MODEL, id);
    }

    /** Returns the name of the repository's folder in the cache, for example {@code models--owner--name}. */
    public String cacheFolderName() {
        return type.plural() + "--" + id.replace("/", "--");
    }

    private static HubException refused(String id, String why) {
        return new HubException(
                Reason.INVALID_ARGUMENT, "\"" + id + "\" is not the name of a repository (owner/name): " + why + ".");
    }
}
