package io.github.sae4j.loader.internal.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.sae4j.loader.SaeLoadException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of published SAEs: what they mean, and what is none. */
class SaeAddressTest {

    @ParameterizedTest
    @CsvSource({
        "layer_19, analist/ministral-3b-sae:layer_19",
        "' layer_21 ', analist/ministral-3b-sae:layer_21",
        "layer_19@v1, analist/ministral-3b-sae:layer_19@v1",
        "layer_19@refs/pr/1, analist/ministral-3b-sae:layer_19@refs/pr/1",
        "ministral-3b-sae:layer_19, analist/ministral-3b-sae:layer_19",
        "ministral-3b-sae@refs/pr/1:layer_19, analist/ministral-3b-sae:layer_19@refs/pr/1",
        "owner/name, owner/name",
        "owner/name@v1, owner/name@v1",
        "owner/name:, owner/name",
        "owner/name:a/b/c, owner/name:a/b/c",
        "owner/name:./a/, owner/name:a",
        "owner/name:., owner/name",
        "owner/name:a@refs/pr/1, owner/name:a@refs/pr/1",
        "owner/name@refs/pr/1:a, owner/name:a@refs/pr/1",
        "owner/name:a@b@v1, owner/name:a@b@v1",
        "owner/name:a:b, owner/name:a:b"
    })
    void readsEveryForm(String name, String canonical) {
        assertThat(SaeAddress.parse(name)).hasToString(canonical);
        assertThat(SaeAddress.parse(canonical)).isEqualTo(SaeAddress.parse(name));
    }

    @Test
    void takesTheLastAtSignForTheRevisions() {
        assertThat(SaeAddress.parse("owner/name:a@b@v1").folder()).isEqualTo("a@b");
        assertThat(SaeAddress.parse("owner/name:a@b@v1").revision()).isEqualTo("v1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"./layer_19", "../x", ".", "/data/layer_19", "~/x", "C:\\x", "C:/x", "a\\b"})
    void pointsPathsToTheirOwnMethod(String path) {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SaeAddress.parse(path))
                .withMessage("\"" + path + "\" looks like a path. Open a folder of this machine with"
                        + " SAE.fromDisk(Path.of(...)).");
    }

    @Test
    void namesTheNearest() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SaeAddress.parse("layer19"))
                .withMessageStartingWith(
                        "There is no SAE or release called \"layer19\". The nearest names are: layer_19, ")
                .withMessageEndingWith("Any SAE on the hub is written owner/name:folder.");
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SaeAddress.parse(" "))
                .withMessage("The name of an SAE must not be empty. Any SAE on the hub is written owner/name:folder.");
    }

    @Test
    void refusesAReleaseThatIsUnknown() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SaeAddress.parse("gemma:layer_1"))
                .withMessageStartingWith("\"gemma\" is neither a repository (owner/name) nor a release that is known."
                        + " The nearest releases are: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"owner/name@v1:a@v2", "owner/name@v1:a@v1"})
    void refusesTwoRevisions(String name) {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SaeAddress.parse(name))
                .withMessage("\"" + name + "\" names two revisions. Name one, as in owner/name:folder@main.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"layer_19@", "owner/name@", "owner/name:a@", "owner/name@:a"})
    void refusesAnEmptyRevision(String name) {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SaeAddress.parse(name))
                .withMessageContaining("no revision follows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"own--er/name:a", "owner/na me", "owner/name/more:a", "owner/:a"})
    void refusesWhatCannotBeARepository(String name) {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SaeAddress.parse(name))
                .withMessageContaining("is not the name of a repository");
    }
}
