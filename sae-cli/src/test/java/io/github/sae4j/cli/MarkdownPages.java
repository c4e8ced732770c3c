package io.github.sae4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** The project's Markdown files, and what is in them. */
final class MarkdownPages {

    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Set<String> NOT_SOURCES = Set.of("target", ".git", ".idea", ".vscode", "node_modules");
    private static final String FENCE = "```";

    private MarkdownPages() {}

    /** Code between two fences: where it is, its language, and its lines. */
    record Block(Path page, int line, String language, List<String> lines) {

        @Override
        public String toString() {
            return ROOT.relativize(page) + ":" + line;
        }
    }

    /** Returns all Markdown files of the project. */
    static List<Path> all() {
        return under(ROOT);
    }

    /** Returns all Markdown files in a folder and those below. */
    static List<Path> under(Path folder) {
        List<Path> pages = new ArrayList<>();
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path entered, BasicFileAttributes attributes) {
                    return NOT_SOURCES.contains(entered.getFileName().toString())
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (file.toString().endsWith(".md")) {
                        pages.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Collections.sort(pages);
        return pages;
    }

    /** Returns a page's lines. */
    static List<String> lines(Path page) {
        try {
            return Files.readAllLines(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a page's lines, with empty ones in place of those that are fenced code. */
    static List<String> prose(Path page) {
        List<String> prose = new ArrayList<>();
        boolean fenced = false;
        for (String line : lines(page)) {
            boolean fence = line.strip().startsWith(FENCE);
            prose.add(fenced || fence ? "" : line);
            fenced ^= fence;
        }
        return prose;
    }

    /** Returns the fenced code of a page in one language. */
    static List<Block> code(Path page, String language) {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = lines(page);
        for (int begin = 0; begin < lines.size(); begin++) {
            if (lines.get(begin).startsWith(FENCE)) {
                int end = begin + 1;
                while (!lines.get(end).startsWith(FENCE)) {
                    end++;
                }
                if (lines.get(begin).equals(FENCE + language)) {
                    blocks.add(new Block(page, begin + 1, language, List.copyOf(lines.subList(begin + 1, end))));
                }
                begin = end;
            }
        }
        return blocks;
    }
}
