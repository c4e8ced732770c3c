package io.github.sae4j.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Unpacks the archives as a user does, into a folder whose name has a space in it, and runs what is in them. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher there is another one")
class DistributionIT {

    private static final String ARCHIVES = System.getProperty("dist.archives");

    /** Code between fences or within a line, in which nothing is a link. */
    private static final Pattern CODE = Pattern.compile("(?s)```.*?```|`[^`\n]*`");

    private static final Pattern LICENCE = Pattern.compile("licences/[a-z0-9-]+\\.txt");
    private static final String OURS = "(sae|hf-hub4j|safetensors-java|tensor-files).*";
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)[^)\\s]*\\)");

    @TempDir
    private static Path temporary;

    private static Path home;

    /** What a program printed, and how it ended. */
    private record Run(int exitCode, String out, String err) {}

    @BeforeAll
    static void unpack() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("My Programs"));
        Run tar = run(folder, Map.of(), "tar", "-xzf", ARCHIVES + ".tar.gz");
        assertThat(tar.exitCode()).as(tar.err()).isZero();
        home = folder.resolve(Path.of(ARCHIVES).getFileName().toString());
    }

    private static Run run(Path folder, Map<String, String> environment, String... command) {
        try {
            Path out = Files.createTempFile(temporary, "out", "");
            Path err = Files.createTempFile(temporary, "err", "");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().putAll(environment);
            Process process = builder.start();
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
            return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Run sae(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin").resolve("sae").toString()));
        command.addAll(List.of(arguments));
        return run(temporary, Map.of("XDG_CACHE_HOME", cache().toString()), command.toArray(String[]::new));
    }

    private static Path cache() {
        return temporary.resolve("cache");
    }

    @Test
    void theDemoRuns() throws IOException {
        Run run = sae("demo", "--keep", "demo folder");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("explained variance");
        assertThat(temporary.resolve("demo folder")).isDirectoryRecursivelyContaining("glob:**.safetensors");
        assertThat(run.err()).doesNotContain("WARNING");
    }

    @Test
    void nothingIsWrittenIntoTheFolder() {
        Map<String, Long> before = files(home);

        assertThat(sae("info", "demo").exitCode()).isZero();

        assertThat(files(home)).isEqualTo(before);
    }

    @Test
    void javaKeepsItsClassesInTheUsersCache() {
        Run first = sae("info", "demo");
        Run second = sae("info", "demo");

        assertThat(first.exitCode() + second.exitCode()).isZero();
        assertThat(first.err() + second.err()).isEmpty();
        assertThat(second.out()).startsWith("SAE ").doesNotContain("warning");
        assertThat(files(cache()))
                .hasSize(1)
                .allSatisfy((name, size) ->
                        assertThat(name).startsWith("sae4j/classes-").endsWith(".jsa"))
                .allSatisfy((name, size) -> assertThat(size).isGreaterThan(1_000_000));
    }

    private static Map<String, Long> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            Map<String, Long> sizes = new TreeMap<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sizes.put(folder.relativize(file).toString(), Files.size(file));
            }
            return sizes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aLinkOnThePathLeadsToIt() throws IOException {
        Path bin = Files.createDirectories(temporary.resolve("usr").resolve("bin"));
        Files.createSymbolicLink(bin.resolve("sae"), home.resolve("bin").resolve("sae"));

        Run run = run(temporary, Map.of("PATH", bin + ":" + System.getenv("PATH")), "sh", "-c", "sae --version");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(home.getFileName().toString()).contains(run.out().strip().replace("sae4j ", ""));
    }

    @Test
    void aWrongJavaHomeIsNamed() {
        String sae = home.resolve("bin").resolve("sae").toString();

        Run run = run(temporary, Map.of("JAVA_HOME", "/no/java"), sae, "list");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("sae: JAVA_HOME is /no/java, but there is no bin/java in it.\n");
    }

    @Test
    void shellsAndManFindWhatTheCommandPrints() throws IOException {
        Path share = home.resolve("share");

        assertThat(share.resolve("completion/bash/sae"))
                .content()
                .isEqualTo(sae("completion", "bash").out());
        assertThat(share.resolve("completion/zsh/_sae"))
                .content()
                .isEqualTo(sae("completion", "zsh").out());
        assertThat(share.resolve("completion/fish/sae.fish"))
                .content()
                .isEqualTo(sae("completion", "fish").out());
        assertThat(share.resolve("man/man1/sae.1"))
                .content()
                .isEqualTo(sae("man").out());
        assertThat(sae("man").out()).contains(".TH");
    }

    @Test
    void everyJarHasItsLicenceAndEveryLicenceItsText() throws IOException {
        String thirdParty = Files.readString(home.resolve("THIRD-PARTY.txt"));

        assertThat(jars().stream().filter(name -> !name.matches(OURS)))
                .allSatisfy(name -> assertThat(thirdParty)
                        .contains(System.lineSeparator()
                                + name.replaceFirst("-([0-9].*?)(-[a-z]+-[a-z0-9_]+)?\\.jar", " $1")
                                + System.lineSeparator()));
        assertThat(thirdParty)
                .containsPattern(
                        "pytorch-native-cpu .*\\R +BSD-3-Clause: .*libgomp, GPL-3.0-or-later WITH GCC-exception-3.1")
                .containsPattern("zstd-jni .*\\R +BSD-2-Clause")
                .containsPattern("jline-terminal .*\\R +BSD-3-Clause")
                .containsPattern("jts-core .*\\R +EPL-2.0 OR EDL-1.0");
        Set<String> texts = licences();
        assertThat(texts).hasSizeGreaterThan(5);
        assertThat(texts).allSatisfy(text -> assertThat(home.resolve(text)).isNotEmptyFile());
        assertThat(home.resolve("licences/libgomp.txt"))
                .content()
                .contains("GCC RUNTIME LIBRARY EXCEPTION")
                .contains("GNU GENERAL PUBLIC LICENSE");
    }

    private static List<String> jars() {
        return List.copyOf(files(home.resolve("lib")).keySet());
    }

    private static Set<String> licences() throws IOException {
        return LICENCE.matcher(Files.readString(home.resolve("THIRD-PARTY.txt")))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void linksOfThePagesLeadToFilesOfTheArchive() throws IOException {
        List<String> pages = files(home).keySet().stream()
                .filter(name -> name.endsWith(".md"))
                .toList();
        assertThat(pages).contains("README.md", "docs/README.md", "CHANGELOG.md");
        for (String name : pages) {
            assertThat(linkedFrom(home.resolve(name)))
                    .as(name)
                    .allSatisfy(file -> assertThat(file).startsWith(home).exists());
        }
    }

    private static List<Path> linkedFrom(Path page) throws IOException {
        return LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll(""))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.matches("[a-z]+:.*"))
                .map(link -> page.resolveSibling(link).normalize())
                .toList();
    }

    /** A draft beside the pages, or a jar of the tests, would be found by nobody before it is published. */
    @Test
    void nothingElseIsInIt() throws IOException {
        Set<String> expected = new TreeSet<>(Set.of(
                "bin/sae",
                "bin/sae.cmd",
                "THIRD-PARTY.txt",
                "share/completion/bash/sae",
                "share/completion/fish/sae.fish",
                "share/completion/zsh/_sae",
                "share/man/man1/sae.1"));
        expected.addAll(licences());
        expected.addAll(reachedFromTheReadme());

        assertThat(files(home).keySet())
                .filteredOn(name -> !name.matches("lib/[^/]+\\.jar"))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(jars().stream().filter(name -> name.matches(OURS)).map(name -> name.replaceFirst("-[0-9].*", "")))
                .containsExactly(
                        "hf-hub4j",
                        "sae-analysis",
                        "sae-cli",
                        "sae-core",
                        "sae-data",
                        "sae-loader",
                        "safetensors-java",
                        "tensor-files");
    }

    private static Set<String> reachedFromTheReadme() throws IOException {
        Set<String> reached = new TreeSet<>();
        Deque<Path> left = new ArrayDeque<>(List.of(home.resolve("README.md")));
        while (!left.isEmpty()) {
            Path file = left.remove();
            boolean isNew = Files.isRegularFile(file)
                    && reached.add(home.relativize(file).toString());
            if (isNew && file.toString().endsWith(".md")) {
                left.addAll(linkedFrom(file));
            }
        }
        return reached;
    }

    @Test
    void theZipHasTheSameFiles() throws IOException {
        Map<String, Long> zipped = new TreeMap<>();
        String root = home.getFileName() + "/";
        try (ZipFile zip = new ZipFile(ARCHIVES + ".zip")) {
            zip.stream().filter(entry -> !entry.isDirectory()).forEach(entry -> {
                assertThat(entry.getName()).startsWith(root);
                zipped.put(entry.getName().substring(root.length()), entry.getSize());
            });
            ZipEntry launcher = zip.getEntry(root + "bin/sae.cmd");
            try (InputStream in = zip.getInputStream(launcher)) {
                String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
                assertThat(text.lines().count())
                        .isEqualTo(text.chars().filter(c -> c == '\r').count());
            }
        }

        assertThat(zipped).isEqualTo(files(home));
        assertThat(zipped.keySet())
                .contains("README.md", "LICENSE", "THIRD-PARTY.txt", "docs/formats-in.md", "bin/sae", "bin/sae.cmd")
                .anyMatch(name -> name.startsWith("lib/sae-cli-"))
                .noneMatch(name -> name.contains("junit") || name.contains("fixtures"));
    }
}
