package io.github.sae4j.hub;

/**
 * What a repository on the hub holds.
 *
 * <pre>{@code
 * RepoId texts = new RepoId(RepoType.DATASET, "owner/name");
 * Path card = hub.download(texts, "README.md");
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum RepoType {
    /** A model's files; SAEs are published as models. */
    MODEL("models"),
    /** A data set. */
    DATASET("datasets"),
    /** An application. */
    SPACE("spaces");

    private final String plural;

    RepoType(String plural) {
        this.plural = plural;
    }

    /** Returns the word that the hub's addresses and the cache's folders begin with, for example {@code models}. */
    public String plural() {
        return plural;
    }
}
