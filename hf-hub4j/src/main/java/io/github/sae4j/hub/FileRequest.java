package io.github.sae4j.hub;

/**
 * The file that somebody wants; names are checked.
 *
 * @param repo the repository
 * @param revision a branch, a tag, a reference or a commit
 * @param file the file's name in the repository, with {@code /}
 */
record FileRequest(RepoId repo, String revision, String file) {

    FileRequest {
        HubException.requirePresent(repo, "repo");
        SafePath.requireRevision(revision);
        SafePath.requireFile(file);
    }

    /** Returns the file as a part of a sentence. */
    String what() {
        return FileLookup.what(repo, revision, file);
    }
}
