package io.github.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.cli.MarkdownPages.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a {@code diff} block of a Markdown file adds is what stands in the sources. */
class DocumentedDiffsTest {

    private static final String FILE = "+++ b/";
    private static final String LEFT_OUT = "…";

    /** Lines that follow one another in a file. */
    private record Piece(String file, List<String> lines) {}

    @Test
    void addedLinesStandInTheirFiles() throws IOException {
        List<Piece> pieces = new ArrayList<>();
        for (Path page : MarkdownPages.all()) {
            for (Block block : MarkdownPages.code(page, "diff")) {
                pieces.addAll(pieces(block));
            }
        }

        assertThat(pieces).hasSizeGreaterThan(10);
        for (Piece piece : pieces) {
            Path file = MarkdownPages.ROOT.resolve(piece.file());
            assertThat(file).isRegularFile();
            assertThat(text(Files.readAllLines(file))).as(piece.file()).contains(text(piece.lines()));
        }
    }

    private static List<Piece> pieces(Block block) {
        List<Piece> pieces = new ArrayList<>();
        String file = "";
        List<String> lines = new ArrayList<>();
        for (String line : block.lines()) {
            if (line.startsWith(FILE)) {
                file = line.substring(FILE.length());
            } else if (line.startsWith("+")) {
                lines.add(line.substring(1));
            } else {
                assertThat(line).matches(other -> other.startsWith("---") || other.equals(LEFT_OUT));
                add(pieces, file, lines);
            }
        }
        add(pieces, file, lines);
        return pieces;
    }

    private static void add(List<Piece> pieces, String file, List<String> lines) {
        if (!lines.isEmpty()) {
            pieces.add(new Piece(file, List.copyOf(lines)));
            lines.clear();
        }
    }

    private static String text(List<String> lines) {
        return lines.stream().collect(Collectors.joining("\n", "\n", "\n"));
    }
}
