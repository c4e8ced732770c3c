package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import java.util.ArrayList;
import java.util.List;

/** Rows of words under each other. */
final class Table {

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        this.headings = List.of(headings);
    }

    void add(String... cells) {
        rows.add(List.of(cells));
    }

    /** Prints headings and all rows. */
    void printAll(Terminal terminal) {
        List<List<String>> shown = new ArrayList<>(List.of(headings));
        shown.addAll(rows);
        print(shown, terminal);
    }

    /**
     * Prints the rows: on a terminal the first of them under headings, and a line that says how many more there are;
     * elsewhere all of them and nothing else.
     */
    void print(Terminal terminal, int mostOnATerminal) {
        List<List<String>> shown = new ArrayList<>();
        if (terminal.watched()) {
            shown.add(headings);
        }
        int rest = terminal.watched() ? Math.max(0, rows.size() - mostOnATerminal) : 0;
        shown.addAll(rows.subList(0, rows.size() - rest));
        print(shown, terminal);
        if (rest > 0) {
            terminal.note(
                    "… and " + Quantity.count(rest) + " more; more words find fewer, and a pipe (| less) gets all");
        }
    }

    private void print(List<List<String>> shown, Terminal terminal) {
        int[] widths = new int[headings.size()];
        for (List<String> row : shown) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        for (List<String> row : shown) {
            terminal.print(line(row, widths));
        }
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = row.get(column);
            line.append(cell);
            if (column < widths.length - 1) {
                line.append(" ".repeat(widths[column] - cell.length() + 2));
            }
        }
        return line.toString();
    }
}
