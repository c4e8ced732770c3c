package io.github.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Markdown files have no dead link, one sentence on a line, and a front page that is short. */
class MarkdownTest {

    private static final int LONGEST_FRONT_PAGE = 150;
    private static final int LONGEST_LINE = 400;
    private static final Path DOCS = MarkdownPages.ROOT.resolve("docs");

    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*)");
    private static final Pattern SENTENCE_AND_ANOTHER =
            Pattern.compile("[\\p{Ll}\\d)`”\"][.?!] +(\\p{Lu}|`|sae|libtorch)");
    private static final Pattern NUMBER = Pattern.compile("^#* *\\d+\\. ");
    private static final Pattern IN_PARENTHESES = Pattern.compile("\\([^()]*\\)");

    static List<Path> pages() {
        return MarkdownPages.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(Path page) {
        assertThat(links(page)).allSatisfy(link -> {
            if (link.matches("[a-z]+:.*")) {
                assertThat(URI.create(link).getScheme()).isIn("https", "http", "mailto");
            } else {
                Path target = target(page, link);
                assertThat(target).as(link).exists();
                assertThat(target.startsWith(MarkdownPages.ROOT)).as(link).isTrue();
                if (link.contains("#")) {
                    assertThat(anchors(target)).as(link).contains(link.substring(link.indexOf('#') + 1));
                }
            }
        });
    }

    @Test
    void everyPageOfTheManualIsFoundFromItsIndex() {
        Set<Path> found = new TreeSet<>();
        Deque<Path> open = new ArrayDeque<>(List.of(DOCS.resolve("README.md")));
        while (!open.isEmpty()) {
            Path page = open.pop();
            if (found.add(page)) {
                links(page).stream()
                        .filter(link -> !link.matches("[a-z]+:.*"))
                        .map(link -> target(page, link))
                        .filter(target ->
                                target.startsWith(DOCS) && target.toString().endsWith(".md"))
                        .forEach(open::push);
            }
        }

        assertThat(MarkdownPages.under(DOCS)).allMatch(found::contains);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void sentencesHaveLinesOfTheirOwn(Path page) {
        List<String> lines = MarkdownPages.prose(page).stream()
                .filter(line -> !line.startsWith("|") && !line.startsWith("    "))
                .toList();

        assertThat(lines)
                .filteredOn(line -> SENTENCE_AND_ANOTHER.matcher(words(line)).find())
                .isEmpty();
        assertThat(lines).filteredOn(line -> line.length() > LONGEST_LINE).isEmpty();
    }

    /** Returns a line without its number, its code, and what is in parentheses. */
    private static String words(String line) {
        String withoutCode = CODE.matcher(NUMBER.matcher(line).replaceFirst("")).replaceAll("``");
        return IN_PARENTHESES.matcher(withoutCode).replaceAll("");
    }

    @Test
    void frontPageIsShort() {
        assertThat(MarkdownPages.lines(MarkdownPages.ROOT.resolve("README.md")))
                .hasSizeLessThanOrEqualTo(LONGEST_FRONT_PAGE);
    }

    @Test
    void frontPageNamesTheVersionsOfTheBuild() throws IOException {
        String pom = Files.readString(MarkdownPages.ROOT.resolve("pom.xml"));
        List<String> dependencies = MarkdownPages.code(MarkdownPages.ROOT.resolve("README.md"), "xml")
                .get(0)
                .lines();

        assertThat(dependencies)
                .filteredOn(line -> line.contains("<version>"))
                .extracting(String::strip)
                .containsExactly(
                        "<version>" + between(pom, "sae4j-parent</artifactId>\n  <version>", "<") + "</version>",
                        "<version>" + between(pom, "<pytorch.version>", "<") + "</version>");
    }

    private static String between(String text, String before, String after) {
        int from = text.indexOf(before) + before.length();
        return text.substring(from, text.indexOf(after, from));
    }

    private static List<String> links(Path page) {
        return MarkdownPages.prose(page).stream()
                .filter(line -> !line.startsWith("    "))
                .flatMap(line ->
                        LINK.matcher(CODE.matcher(line).replaceAll("``")).results())
                .map(link -> link.group(1))
                .toList();
    }

    private static Path target(Path page, String link) {
        String path = link.replaceFirst("#.*", "");
        return path.isEmpty() ? page : page.resolveSibling(path).normalize();
    }

    /** Returns the anchors that a hosting site gives to a page's headings. */
    private static List<String> anchors(Path page) {
        assertThat(Files.isRegularFile(page)).as("%s is a page", page).isTrue();
        Map<String, Integer> times = new HashMap<>();
        List<String> anchors = new ArrayList<>();
        for (String line : MarkdownPages.prose(page)) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                String anchor = heading.group(1)
                        .strip()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-');
                int before = times.merge(anchor, 1, Integer::sum) - 1;
                anchors.add(before == 0 ? anchor : anchor + "-" + before);
            }
        }
        return anchors;
    }
}
