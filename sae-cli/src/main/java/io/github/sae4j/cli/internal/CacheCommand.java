package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.hub.CachedRepo;
import io.github.sae4j.hub.CachedRevision;
import io.github.sae4j.hub.FileCheck;
import io.github.sae4j.hub.HubCache;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code sae cache}: shows, checks and empties the Hugging Face cache. */
@Command(
        name = "cache",
        description = "Show what is in the Hugging Face cache, check it, or delete from it; without more, show it.",
        footer = {
            "",
            "Examples:",
            "  sae cache",
            "  sae cache verify",
            "  sae cache delete google/gemma-scope-2b-pt-res --yes"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class CacheCommand implements Runnable {

    private static final int SHORT_COMMIT = 7;
    private static final String ROW = "%-40s %-20s %6s %10s";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "The Hugging Face cache, instead of where HF_HUB_CACHE or HF_HOME say it is.")
    private @Nullable Path folder;

    @Override
    public void run() {
        list();
    }

    @Command(name = "list", description = "Show repositories, revisions, their files and sizes.")
    void list() {
        Terminal terminal = Terminal.of(spec);
        HubCache cache = HubOptions.cache(folder);
        List<CachedRepo> repositories = cache.scan();
        if (repositories.isEmpty()) {
            terminal.print("The Hugging Face cache " + cache.folder() + " is empty.");
            UnpackedLibrary.note().ifPresent(terminal::note);
            return;
        }
        terminal.print(String.format(ROW, "repository", "revision", "files", "size"));
        for (CachedRepo repository : repositories) {
            String name = CachedName.of(repository.repo()).toString();
            for (CachedRevision revision : repository.revisions()) {
                terminal.print(String.format(
                        ROW,
                        name,
                        spoken(revision),
                        Quantity.count(revision.files().size()),
                        Quantity.bytes(revision.bytes())));
            }
            if (repository.unfinishedBytes() > 0) {
                terminal.print(
                        String.format(ROW, name, "unfinished", "", Quantity.bytes(repository.unfinishedBytes())));
            }
        }
        long bytes = repositories.stream().mapToLong(CachedRepo::bytes).sum();
        terminal.print(counted(repositories.size(), "repository", "repositories") + " · " + Quantity.bytes(bytes)
                + " · " + cache.folder());
        UnpackedLibrary.note().ifPresent(terminal::note);
    }

    @Command(name = "verify", description = "Hash files again and compare with what the hub announced.")
    void verify(
            @Parameters(
                            paramLabel = "REPOSITORY",
                            arity = "0..*",
                            description = "owner/name, with @revision or without; all if none is named.")
                    @Nullable
                    List<String> names) {
        Terminal terminal = Terminal.of(spec);
        HubCache cache = HubOptions.cache(folder);
        Map<FileCheck.Result, Integer> counts = new TreeMap<>();
        List<String> damaged = new ArrayList<>();
        for (CachedName name : wanted(cache, names == null ? List.of() : names)) {
            for (String commit : commits(cache, name)) {
                for (FileCheck check : cache.verify(name.repo(), commit)) {
                    counts.merge(check.result(), 1, Integer::sum);
                    if (check.result() == FileCheck.Result.DAMAGED) {
                        damaged.add(check.file().path().toString());
                    }
                }
            }
        }
        damaged.forEach(file -> terminal.print("damaged: " + file));
        terminal.print(Quantity.count(counts.getOrDefault(FileCheck.Result.RIGHT, 0)) + " right, "
                + Quantity.count(damaged.size()) + " damaged, "
                + Quantity.count(counts.getOrDefault(FileCheck.Result.UNKNOWN, 0)) + " without a known hash");
        if (!damaged.isEmpty()) {
            throw new CommandException(counted(damaged.size(), "file is", "files are")
                    + " damaged. Fetch again with: sae download SAE --force.");
        }
    }

    @Command(name = "delete", description = "Delete repositories or single revisions.")
    void delete(
            @Parameters(
                            paramLabel = "REPOSITORY",
                            arity = "1..*",
                            description = "owner/name for all of it, or owner/name@revision.")
                    List<String> names,
            @Option(names = "--yes", description = "Delete; without it the command only says what it would delete.")
                    boolean yes) {
        Terminal terminal = Terminal.of(spec);
        HubCache cache = HubOptions.cache(folder);
        List<CachedName> wanted = wanted(cache, names);
        if (!yes) {
            for (CachedName name : wanted) {
                terminal.print(name + ": " + String.join(", ", commits(cache, name)));
            }
            throw new CommandException("Nothing was deleted: --yes deletes what is listed.");
        }
        long freed = 0;
        for (CachedName name : wanted) {
            freed += cache.delete(name.repo(), commits(cache, name));
        }
        terminal.print("deleted · " + Quantity.bytes(freed));
    }

    private static List<CachedName> wanted(HubCache cache, List<String> names) {
        return names.isEmpty()
                ? cache.scan().stream()
                        .map(found -> CachedName.of(found.repo()))
                        .toList()
                : names.stream().map(CachedName::parse).toList();
    }

    private static List<String> commits(HubCache cache, CachedName name) {
        List<String> present = cache.commits(name.repo());
        @Nullable String revision = name.revision();
        List<String> commits = revision == null
                ? present
                : cache.commit(name.repo(), revision).filter(present::contains).stream()
                        .toList();
        if (commits.isEmpty()) {
            throw new CommandException("The Hugging Face cache " + cache.folder() + " has nothing of " + name
                    + "; sae cache list shows what it has.");
        }
        return commits;
    }

    private static String spoken(CachedRevision revision) {
        String commit = revision.commit().substring(0, SHORT_COMMIT);
        return revision.refs().isEmpty() ? commit : String.join(", ", revision.refs()) + " (" + commit + ")";
    }

    private static String counted(int count, String one, String more) {
        return Quantity.count(count) + " " + (count == 1 ? one : more);
    }
}
