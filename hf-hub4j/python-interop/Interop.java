import io.github.sae4j.hub.CachedRepo;
import io.github.sae4j.hub.FileCheck;
import io.github.sae4j.hub.HubClient;
import io.github.sae4j.hub.HubConfig;
import io.github.sae4j.hub.HubException;
import io.github.sae4j.hub.RemoteEntryNotFoundException;
import io.github.sae4j.hub.RepoFile;
import io.github.sae4j.hub.RepoId;
import io.github.sae4j.hub.RepoType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Java's side: fills a cache from the hub, or checks offline what is in one. See ./run. */
final class Interop {

    private static final RepoId SAE = RepoId.model("org/sae");
    private static final RepoId DATA = new RepoId(RepoType.DATASET, "org/data");
    private static final String REF = "refs/pr/1";
    private static final String MISSING = "layer_19/sparsity.safetensors";
    private static final HubClient HUB = HubClient.create(HubConfig.fromEnvironment());

    public static void main(String[] arguments) throws IOException {
        if (arguments[0].equals("fill")) {
            fill();
        } else {
            read();
        }
    }

    private static void fill() {
        HUB.download(SAE, "layer_19/sae_weights.safetensors");
        HUB.download(SAE, REF, "layer_19/cfg.json");
        HUB.download(SAE, REF, "layer_19/sae_weights.safetensors");
        expect(isMissing(RemoteEntryNotFoundException.class), true, "a missing file is refused");
        HUB.snapshot(SAE, "main", List.of(), List.of());
        HUB.snapshot(DATA, "main", List.of(), List.of());
    }

    private static void read() throws IOException {
        Path files = Path.of(System.getenv("INTEROP_FILES"));
        Map<String, ByteBuffer> main = tree(files.resolve("main"));
        Map<String, ByteBuffer> other = tree(files.resolve("other"));
        Map<String, ByteBuffer> data = tree(files.resolve("data"));
        for (String file : main.keySet()) {
            expect(bytes(HUB.download(SAE, file)), main.get(file), file);
        }
        for (String file : other.keySet()) {
            expect(bytes(HUB.download(SAE, REF, file).path()), other.get(file), file);
        }
        expect(HUB.exists(SAE, "main", MISSING), false, "the marker of a missing file");
        expect(isMissing(RemoteEntryNotFoundException.class), true, "the marker is believed offline");
        expect(tree(HUB.snapshot(SAE, "main", List.of(), List.of())), main, "the snapshot");
        String commit = HUB.cache().commit(SAE, "main").orElseThrow();
        expect(tree(HUB.snapshot(SAE, commit, List.of(), List.of())), main, "the commit");
        expect(
                HUB.list(SAE, commit).stream().map(RepoFile::path).collect(Collectors.toSet()),
                main.keySet(),
                "the kept listing");
        expect(tree(HUB.snapshot(DATA, "main", List.of(), List.of())), data, "the dataset");
        expect(
                HUB.cache().verify(SAE, "main").stream().map(FileCheck::result).collect(Collectors.toSet()),
                Set.of(FileCheck.Result.RIGHT),
                "the hashes");
        List<CachedRepo> repos = HUB.cache().scan();
        expect(repos.stream().mapToLong(CachedRepo::unfinishedBytes).sum(), 0L, "unfinished downloads");
        expect(
                repos.stream().collect(Collectors.toMap(CachedRepo::repo, Interop::refs)),
                Map.of(SAE, Set.of("main", REF), DATA, Set.of("main")),
                "the scan");
    }

    private static boolean isMissing(Class<? extends HubException> expected) {
        try {
            HUB.download(SAE, MISSING);
            return false;
        } catch (HubException e) {
            return expected.isInstance(e);
        }
    }

    private static Set<String> refs(CachedRepo repo) {
        return repo.revisions().stream()
                .flatMap(revision -> revision.refs().stream())
                .collect(Collectors.toSet());
    }

    private static Map<String, ByteBuffer> tree(Path folder) throws IOException {
        Map<String, ByteBuffer> tree = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                tree.put(folder.relativize(path).toString().replace('\\', '/'), bytes(path));
            }
        }
        return tree;
    }

    private static ByteBuffer bytes(Path path) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path));
    }

    private static void expect(Object found, Object expected, String what) {
        if (!found.equals(expected)) {
            System.err.println(what + ": " + found + " instead of " + expected);
            System.exit(1);
        }
    }
}
