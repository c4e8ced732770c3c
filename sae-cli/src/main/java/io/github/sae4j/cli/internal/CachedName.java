package io.github.sae4j.cli.internal;

import io.github.sae4j.hub.RepoId;
import io.github.sae4j.hub.RepoType;
import org.jspecify.annotations.Nullable;

/**
 * A repository as users write it: {@code owner/name}, for other than models with {@code datasets/} or {@code spaces/}
 * before, and with {@code @revision} after it or without.
 *
 * @param repo the repository
 * @param revision a branch, a tag, a reference or a commit, or null for all that there are
 */
record CachedName(RepoId repo, @Nullable String revision) {

    static CachedName of(RepoId repo) {
        return new CachedName(repo, null);
    }

    /**
     * Reads a name.
     *
     * @throws io.github.sae4j.hub.HubException if no repository can have that name
     */
    static CachedName parse(String text) {
        int at = text.indexOf('@');
        String name = at < 0 ? text : text.substring(0, at);
        RepoType type = RepoType.MODEL;
        for (RepoType candidate : RepoType.values()) {
            String prefix = candidate.plural() + "/";
            if (name.startsWith(prefix) && name.indexOf('/', prefix.length()) > 0) {
                type = candidate;
                name = name.substring(prefix.length());
                break;
            }
        }
        return new CachedName(new RepoId(type, name), at < 0 ? null : text.substring(at + 1));
    }

    @Override
    public String toString() {
        return (repo.type() == RepoType.MODEL ? "" : repo.type().plural() + "/")
                + repo.id()
                + (revision == null ? "" : "@" + revision);
    }
}
