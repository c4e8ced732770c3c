package io.github.sae4j.arrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The tables of ARCHITECTURE.md.
 *
 * @param modules the modules, in the order of the document
 * @param shared the internal packages that other modules may see
 */
record House(List<Module> modules, List<Shared> shared) {

    private static final Path DOCUMENT = Path.of("..", "ARCHITECTURE.md");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final Pattern ARROW = Pattern.compile(" (\\S+) ─+▶ +(.+)");
    private static final String ONCE = "## What exists once";
    private static final int MODULE_COLUMNS = 5;
    private static final int SHARED_COLUMNS = 3;

    /**
     * An internal package that other modules may see.
     *
     * @param name the package
     * @param by the modules
     */
    record Shared(String name, List<String> by) {}

    static House documented() {
        List<Module> modules = new ArrayList<>();
        List<Shared> shared = new ArrayList<>();
        for (String line : lines()) {
            if (!line.startsWith("| `")) {
                continue;
            }
            String[] cells = line.substring(1, line.lastIndexOf('|')).split("\\|", -1);
            String first = names(cells[0]).get(0);
            switch (cells.length) {
                case MODULE_COLUMNS ->
                    modules.add(new Module(
                            first, names(cells[1]).stream().findFirst().orElse(""), names(cells[3]), names(cells[4])));
                case SHARED_COLUMNS -> shared.add(new Shared(first, names(cells[1])));
                default -> throw new IllegalStateException("ARCHITECTURE.md: what does this row say? " + line);
            }
        }
        return new House(modules, shared);
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(DOCUMENT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(String cell) {
        return NAME.matcher(cell).results().map(found -> found.group(1)).toList();
    }

    /** Returns what each module uses that the drawing has an arrow from. */
    static Map<String, List<String>> drawn() {
        return lines().stream()
                .map(ARROW::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(
                        arrow -> arrow.group(1), arrow -> List.of(arrow.group(2).split(" +"))));
    }

    /** Returns the simple names of the classes that do what is done in one place only. */
    static List<String> once() {
        return lines().stream()
                .dropWhile(line -> !line.equals(ONCE))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| "))
                .flatMap(line -> names(line).stream())
                .distinct()
                .toList();
    }

    Module module(String name) {
        return modules.stream()
                .filter(module -> module.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("ARCHITECTURE.md has no module " + name));
    }

    /** Returns whether an internal package may be seen from another. */
    boolean isShared(String internal, String from) {
        return shared.stream()
                .filter(one -> one.name().equals(internal))
                .flatMap(one -> one.by().stream())
                .anyMatch(by -> (from + ".").startsWith(module(by).root() + "."));
    }
}
