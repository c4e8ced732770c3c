package io.github.sae4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 20: where the environment puts the cache. */
class CacheLocationTest {

    private static final String HOME = "/home/ann";

    @Test
    void isUnderTheHomeFolderByDefault() {
        assertThat(posix(Map.of())).isEqualTo("/fallback/.cache/huggingface/hub");
        assertThat(posix(Map.of("HOME", HOME))).isEqualTo("/home/ann/.cache/huggingface/hub");
        assertThat(windows(Map.of("USERPROFILE", "C:\\Users\\ann"))).isEqualTo("C:\\Users\\ann/.cache/huggingface/hub");
    }

    @Test
    void takesTheFirstVariableThatIsSet() {
        Map<String, String> all = Map.of(
                "HF_HUB_CACHE", "/1",
                "HUGGINGFACE_HUB_CACHE", "/2",
                "HF_HOME", "/3",
                "XDG_CACHE_HOME", "/4",
                "HOME", HOME);

        assertThat(posix(all)).isEqualTo("/1");
        assertThat(posix(without(all, "HF_HUB_CACHE"))).isEqualTo("/2");
        assertThat(posix(without(all, "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"))).isEqualTo("/3/hub");
        assertThat(posix(Map.of("XDG_CACHE_HOME", "/4", "HOME", HOME))).isEqualTo("/4/huggingface/hub");
    }

    @Test
    void treatsAnEmptyVariableAsUnset() {
        assertThat(posix(Map.of("HF_HUB_CACHE", "", "HF_HOME", "/3"))).isEqualTo("/3/hub");
    }

    @Test
    void expandsTheHomeFolderAtTheBeginningOnly() {
        assertThat(posix(Map.of("HF_HOME", "~/hf", "HOME", HOME))).isEqualTo("/home/ann/hf/hub");
        assertThat(posix(Map.of("HF_HUB_CACHE", "~", "HOME", HOME))).isEqualTo("/home/ann");
        assertThat(posix(Map.of("HF_HUB_CACHE", "/x/~/y", "HOME", HOME))).isEqualTo("/x/~/y");
        assertThat(posix(Map.of("HF_HUB_CACHE", "~bob/y", "HOME", HOME))).isEqualTo("~bob/y");
        assertThat(windows(Map.of("HF_HUB_CACHE", "~\\y", "USERPROFILE", "C:\\ann")))
                .isEqualTo("C:\\ann\\y");
    }

    @Test
    void expandsVariablesAndLeavesUnknownOnes() {
        Map<String, String> environment =
                Map.of("HF_HUB_CACHE", "$BASE/${USER}/$NONE/hub", "BASE", "/data", "USER", "a$b");

        assertThat(posix(environment)).isEqualTo("/data/a$b/$NONE/hub");
    }

    @Test
    void expandsPercentVariablesOnWindowsOnly() {
        Map<String, String> environment = Map.of("HF_HUB_CACHE", "%BASE%/hub", "BASE", "D:/data");

        assertThat(windows(environment)).isEqualTo("D:/data/hub");
        assertThat(posix(environment)).isEqualTo("%BASE%/hub");
    }

    @Test
    void givesTheCacheThatIsThere(@TempDir Path folder) {
        HubCache cache = HubCache.fromEnvironment(Map.of("HF_HUB_CACHE", folder.toString()));

        assertThat(cache.folder()).isEqualTo(folder.toAbsolutePath());
    }

    @Test
    void refusesAnEnvironmentThatNamesNoPath() {
        assertThatExceptionOfType(HubException.class)
                .isThrownBy(() -> HubCache.fromEnvironment(Map.of("HF_HUB_CACHE", "/a\0b")))
                .withMessageContaining("which is no path");
    }

    private static String posix(Map<String, String> environment) {
        return CacheLocation.of(environment, "/fallback", false);
    }

    private static String windows(Map<String, String> environment) {
        return CacheLocation.of(environment, "C:\\fallback", true);
    }

    private static Map<String, String> without(Map<String, String> environment, String... names) {
        Map<String, String> rest = new HashMap<>(environment);
        for (String name : names) {
            rest.remove(name);
        }
        return rest;
    }
}
