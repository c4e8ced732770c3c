package io.github.sae4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of repositories: what the hub allows, and nothing else. */
class RepoIdTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "analist/ministral-3b-sae",
                "gpt2",
                "google/gemma-scope-2b-pt-res",
                "a/b",
                "_owner_/_name_",
                "Owner.With-Dots/1.0_x"
            })
    void acceptsWhatTheHubAllows(String id) {
        assertThat(RepoId.model(id).id()).isEqualTo(id);
    }

    @Test
    void acceptsANameOf96CharactersAndNotOf97() {
        String longest = "n".repeat(96);

        assertThat(RepoId.model("owner/" + longest).id()).endsWith(longest);
        assertThatExceptionOfType(HubException.class)
                .isThrownBy(() -> RepoId.model("owner/" + longest + "n"))
                .withMessageContaining("97");
    }

    @Test
    @SuppressWarnings("NullAway") // What users without the checker can do.
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> RepoId.model(null)).withMessage("id must not be null.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "owner/",
                "/name",
                "owner/name/more",
                "-owner/name",
                "owner/name-",
                "owner/.name",
                "owner./name",
                "owner/na--me",
                "owner/na..me",
                "..",
                "../..",
                "owner/..",
                "owner/name.git",
                "owner\\name",
                "C:/name",
                "owner/na me",
                "owner/name\n",
                "ówner/name",
                "owner/name:folder",
                "owner/name\0"
            })
    void refusesWhatCannotBeARepository(String id) {
        assertThatExceptionOfType(HubException.class).isThrownBy(() -> RepoId.model(id));
    }

    @Test
    void saysWhatWasGivenAndWhy() {
        assertThatExceptionOfType(HubException.class)
                .isThrownBy(() -> RepoId.model("owner/na--me"))
                .withMessage(
                        "\"owner/na--me\" is not the name of a repository (owner/name): \"--\" and \"..\" are not allowed.");
    }

    @Test
    void namesTheFolderInTheCacheAfterItsType() {
        assertThat(RepoId.model("analist/ministral-3b-sae").cacheFolderName())
                .isEqualTo("models--analist--ministral-3b-sae");
        assertThat(new RepoId(RepoType.DATASET, "owner/name").cacheFolderName()).isEqualTo("datasets--owner--name");
        assertThat(new RepoId(RepoType.SPACE, "name").cacheFolderName()).isEqualTo("spaces--name");
    }
}
