package io.github.sae4j.hub;

import static io.github.sae4j.hub.PythonCache.MAIN;
import static io.github.sae4j.hub.PythonCache.PULL_REQUEST;
import static io.github.sae4j.hub.PythonCache.REPO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 3 and 15 to 17: what is found in a cache that Python filled, and that nothing outside of it ever is. */
class HubCacheTest {

    @TempDir
    private Path temporary;

    private FileSystem memory = Jimfs.newFileSystem(Configuration.unix());

    /** The systems on which a cache can lie. */
    enum Place {
        DISK,
        UNIX,
        WINDOWS,
        /** Windows without the privilege to make links: snapshots hold plain files. */
        WINDOWS_WITHOUT_LINKS
    }

    @AfterEach
    void close() throws IOException {
        memory.close();
    }

    @ParameterizedTest
    @EnumSource
    void findsAFileOfABranch(Place place) throws IOException {
        CachedFile found =
                cacheIn(place).open().find(REPO, "main", "layer_19/cfg.json").orElseThrow();

        assertThat(Files.readString(found.path())).isEqualTo("{\"layer\": 19}");
        assertThat(found.commit()).isEqualTo(MAIN);
        assertThat(found.repo()).isEqualTo(REPO);
        assertThat(found.file()).isEqualTo("layer_19/cfg.json");
        assertThat(found.path().toString()).contains("snapshots").contains(MAIN);
    }

    @ParameterizedTest
    @EnumSource
    void findsAFileOfATagAPullRequestAndACommit(Place place) throws IOException {
        HubCache cache = cacheIn(place).open();

        assertThat(cache.find(REPO, "v1.0", "README.md")).isPresent();
        assertThat(cache.find(REPO, MAIN, "README.md")).isPresent();
        CachedFile ofPullRequest =
                cache.find(REPO, "refs/pr/1", "layer_19/cfg.json").orElseThrow();
        assertThat(Files.readString(ofPullRequest.path())).contains("\"pr\": 1");
        assertThat(ofPullRequest.commit()).isEqualTo(PULL_REQUEST);
    }

    @ParameterizedTest
    @EnumSource
    void doesNotFindWhatASnapshotLacks(Place place) {
        HubCache cache = cacheIn(place).open();

        assertThat(cache.find(REPO, "main", "layer_21/cfg.json")).isEmpty();
        assertThat(cache.find(REPO, "main", "layer_19")).isEmpty();
        assertThat(cache.find(REPO, "main", "layer_19/sparsity.safetensors")).isEmpty();
        assertThat(cache.find(REPO, "refs/pr/1", "README.md")).isEmpty();
        assertThat(cache.find(REPO, "nope", "README.md")).isEmpty();
        assertThat(cache.find(REPO, "refs", "README.md")).isEmpty();
        assertThat(cache.find(REPO, "0".repeat(40), "README.md")).isEmpty();
        assertThat(cache.find(RepoId.model("no/such"), "main", "README.md")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void listsTheFilesOfACommit(Place place) {
        HubCache cache = cacheIn(place).open();

        assertThat(cache.files(REPO, MAIN))
                .containsExactly("README.md", "layer_19/cfg.json", "layer_19/sae_weights.safetensors");
        assertThat(cache.files(REPO, PULL_REQUEST)).containsExactly("layer_19/cfg.json");
        assertThat(cache.files(REPO, "0".repeat(40))).isEmpty();
    }

    @Test
    void listsTheCommitsOfWhichItHasSomething() {
        PythonCache cache = cacheIn(Place.DISK);
        cache.text(REPO.cacheFolderName() + "/snapshots/.DS_Store", "");

        assertThat(cache.open().commits(REPO)).containsExactly(MAIN, PULL_REQUEST);
        assertThat(cache.open().commits(RepoId.model("no/such"))).isEmpty();
    }

    @Test
    void knowsACommitWhoseFilesAreNotThere() {
        PythonCache cache = cacheIn(Place.DISK);
        String later = "3".repeat(40);
        cache.ref("later", later);

        assertThat(cache.open().commit(REPO, "later")).contains(later);
        assertThat(cache.open().find(REPO, "later", "README.md")).isEmpty();
    }

    @Test
    void doesNotFindAFileWhoseBlobIsGone() throws IOException {
        PythonCache cache = cacheIn(Place.DISK);
        Files.delete(cache.folder.resolve(REPO.cacheFolderName() + "/blobs/b1cf7538cf80d01e"));

        assertThat(cache.open().find(REPO, "main", "layer_19/sae_weights.safetensors"))
                .isEmpty();
        assertThat(cache.open().files(REPO, MAIN)).containsExactly("README.md", "layer_19/cfg.json");
    }

    @Test
    void readsARefThatEndsWithALineBreak() {
        PythonCache cache = cacheIn(Place.DISK);
        cache.ref("main", MAIN + "\n");

        assertThat(cache.open().commit(REPO, "main")).contains(MAIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "main", "../../../../etc", "1F0E3DAD99908345F7439F8FFABDFFC40A1B2C3D"})
    void refusesARefThatHoldsNoCommit(String content) {
        PythonCache cache = cacheIn(Place.DISK);
        cache.ref("main", content);

        assertThatExceptionOfType(HubException.class)
                .isThrownBy(() -> cache.open().find(REPO, "main", "README.md"))
                .withMessageContaining("refs")
                .withMessageContaining("should hold a commit of 40 hexadecimal digits, but holds \"" + content + "\"");
    }

    @Test
    void refusesARefOfManyBytesWithoutReadingIt() {
        PythonCache cache = cacheIn(Place.DISK);
        cache.ref("main", "0".repeat(2000));

        assertThatExceptionOfType(HubException.class)
                .isThrownBy(() -> cache.open().commit(REPO, "main"))
                .withMessageContaining("has 2000 bytes");
    }

    static Stream<String> namesThatLeadElsewhere() {
        return Stream.of(
                "",
                "/",
                "/etc/passwd",
                "\\etc\\passwd",
                "//server/share",
                "\\\\server\\share\\x",
                "\\\\?\\C:\\x",
                "C:",
                "C:x",
                "C:/x",
                "c:\\x",
                "a/C:/x",
                "a\\D:x",
                "..",
                "../x",
                "..\\x",
                "a/../../x",
                "a\\..\\..\\x",
                "a/..",
                "a\\..",
                ".. /x",
                "a/.. /x",
                "... /x",
                "a/.",
                "./a",
                "a//b",
                "a/",
                "a/ /b",
                "a\0b",
                "a\nb");
    }

    @ParameterizedTest
    @MethodSource("namesThatLeadElsewhere")
    void refusesAFileThatCouldLieElsewhereOnEverySystem(String name) {
        for (Place place : Place.values()) {
            HubCache cache = cacheIn(place).open();
            assertThatExceptionOfType(HubException.class)
                    .as("%s", place)
                    .isThrownBy(() -> cache.find(REPO, "main", name));
        }
    }

    @ParameterizedTest
    @MethodSource("namesThatLeadElsewhere")
    void refusesARevisionThatCouldLieElsewhereOnEverySystem(String name) {
        for (Place place : Place.values()) {
            HubCache cache = cacheIn(place).open();
            assertThatExceptionOfType(HubException.class)
                    .as("%s", place)
                    .isThrownBy(() -> cache.find(REPO, name, "README.md"));
        }
    }

    @Test
    @SuppressWarnings("NullAway") // What users without the checker can do.
    void refusesNull() {
        HubCache cache = cacheIn(Place.DISK).open();
        assertThatNullPointerException().isThrownBy(() -> cache.find(REPO, "main", null));
        assertThatNullPointerException().isThrownBy(() -> cache.find(REPO, null, "README.md"));
        assertThatNullPointerException().isThrownBy(() -> HubCache.of(null));
    }

    @Test
    void acceptsNamesThatOnlyLookOdd() {
        PythonCache cache = cacheIn(Place.DISK);
        cache.file(MAIN, "..hidden/a..b/...c", "odd", "x");

        assertThat(cache.open().find(REPO, "main", "..hidden/a..b/...c"))
                .map(CachedFile::file)
                .contains("..hidden/a..b/...c");
        assertThat(cache.open().files(REPO, MAIN)).contains("..hidden/a..b/...c");
    }

    @Test
    void refusesAListingOfSomethingOtherThanACommit() {
        HubCache cache = cacheIn(Place.DISK).open();

        assertThatExceptionOfType(HubException.class).isThrownBy(() -> cache.files(REPO, "../.."));
        assertThatExceptionOfType(HubException.class).isThrownBy(() -> cache.files(REPO, "main"));
    }

    @Test
    void isEmptyWhereNothingWasEverCached() {
        HubCache cache = HubCache.of(temporary.resolve("not").resolve("there"));

        assertThat(cache.find(REPO, "main", "README.md")).isEqualTo(Optional.empty());
        assertThat(cache.files(REPO, MAIN)).isEmpty();
    }

    private PythonCache cacheIn(Place place) {
        return switch (place) {
            case DISK -> PythonCache.in(newFolder(), true);
            case UNIX -> inMemory(Configuration.unix(), "/home/ann/hub", true);
            case WINDOWS -> inMemory(Configuration.windows(), "C:\\Users\\ann\\hub", true);
            case WINDOWS_WITHOUT_LINKS ->
                inMemory(
                        Configuration.windows().toBuilder()
                                .setSupportedFeatures(Feature.FILE_CHANNEL)
                                .build(),
                        "C:\\Users\\ann\\hub",
                        false);
        };
    }

    private Path newFolder() {
        try {
            return Files.createTempDirectory(temporary, "cache");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PythonCache inMemory(Configuration configuration, String folder, boolean links) {
        try {
            memory.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        memory = Jimfs.newFileSystem(configuration);
        return PythonCache.in(memory.getPath(folder), links);
    }
}
