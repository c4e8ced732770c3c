package io.github.sae4j.loader.internal.names;

import com.google.gson.JsonObject;
import io.github.sae4j.loader.internal.json.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The releases that came with this version, from two tables: a small one of releases, and a large one of SAEs of which
 * only the part of one release is read at a time.
 */
final class KnownReleases {

    private static final String RELEASES = "releases.tsv";
    private static final String SAES = "saes.tsv";

    private KnownReleases() {}

    /** Returns them, without their SAEs until somebody asks. */
    static List<Release> all() {
        return Holder.ALL;
    }

    private static final class Holder {
        private static final List<Release> ALL = read();
    }

    private static List<Release> read() {
        List<Release> releases = new ArrayList<>();
        for (String line : table(RELEASES).lines().toList()) {
            if (!line.startsWith("#")) {
                releases.add(release(new Row(line)));
            }
        }
        return List.copyOf(releases);
    }

    private static Release release(Row row) {
        String name = row.text(0);
        String repository = row.text(1);
        @Nullable String overrides = row.optional(4);
        return new Release(
                name,
                repository,
                row.optional(2),
                row.optional(3),
                overrides == null
                        ? new JsonObject()
                        : StrictJson.parse(overrides).getAsJsonObject(),
                () -> saes(name, repository));
    }

    private static List<KnownSae> saes(String release, String repository) {
        String table = table(SAES);
        String heading = "\n>" + release + "\n";
        int start = table.indexOf(heading) + heading.length();
        int end = table.indexOf("\n>", start);
        List<KnownSae> saes = new ArrayList<>();
        for (String line :
                table.substring(start, end < 0 ? table.length() : end).lines().toList()) {
            Row row = new Row(line);
            String id = row.text(0);
            @Nullable String folder = row.optional(1);
            saes.add(new KnownSae(
                    release,
                    id,
                    repository,
                    folder == null ? id : folder,
                    row.number(2),
                    Optional.ofNullable(row.optional(3)),
                    row.number(4)));
        }
        return saes;
    }

    /** Returns the releases that have an SAE which is shown on Neuronpedia under an id. */
    static List<Release> shownAs(String id) {
        String table = table(SAES);
        Set<String> names = new LinkedHashSet<>();
        String column = "\t" + id;
        for (int at = table.indexOf(column); at >= 0; at = table.indexOf(column, at + 1)) {
            char next = table.charAt(at + column.length());
            if (next == '\t' || next == '\n') {
                int heading = table.lastIndexOf("\n>", at) + 2;
                names.add(table.substring(heading, table.indexOf('\n', heading)));
            }
        }
        return all().stream().filter(release -> names.contains(release.name())).toList();
    }

    /** Returns the ids under which SAEs are shown on Neuronpedia. */
    static List<String> shown() {
        List<String> ids = new ArrayList<>();
        for (String line : table(SAES).lines().toList()) {
            @Nullable String id = line.startsWith("#") ? null : new Row(line).optional(3);
            if (id != null) {
                ids.add(id);
            }
        }
        return ids;
    }

    private static String table(String name) {
        try (InputStream in = KnownReleases.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from this jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line of a table; columns that are empty to its end are left out. */
    private record Row(List<String> columns) {

        Row(String line) {
            this(List.of(line.split("\t", -1)));
        }

        String text(int column) {
            return columns.get(column);
        }

        @Nullable
        String optional(int column) {
            return column >= columns.size() || columns.get(column).isEmpty() ? null : columns.get(column);
        }

        OptionalDouble number(int column) {
            @Nullable String text = optional(column);
            return text == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(text));
        }
    }
}
