package io.github.sae4j.cli.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * An option that a command does not have, and those of which it might be a misspelling.
 *
 * @param written how the user wrote it, without a value
 * @param near the names of the command's own options that come near, the nearest first
 */
record UnknownOption(String written, List<String> near) {

    private static final int MOST_NAMED = 3;
    private static final Pattern OPTION = Pattern.compile("-{1,2}[A-Za-z][^=]*");

    /**
     * Finds the first option among a command's arguments that it does not have.
     *
     * @param command the command
     * @param arguments all that the user typed, the command's name and those of the commands above it included
     */
    static Optional<UnknownOption> among(String[] arguments, CommandSpec command) {
        for (int at = afterNames(arguments, command); at < arguments.length && !arguments[at].equals("--"); at++) {
            String written = arguments[at].split("=", 2)[0];
            if (!OPTION.matcher(written).matches()) {
                continue;
            }
            @Nullable OptionSpec option = command.findOption(written);
            if (option == null) {
                return Optional.of(new UnknownOption(written, near(written, command)));
            }
            if (option.arity().min() > 0 && !arguments[at].contains("=")) {
                at++;
            }
        }
        return Optional.empty();
    }

    private static int afterNames(String[] arguments, CommandSpec command) {
        List<String> names = List.of(command.qualifiedName().split(" ", -1));
        int next = 1;
        int at = 0;
        while (at < arguments.length && next < names.size()) {
            next += arguments[at++].equals(names.get(next)) ? 1 : 0;
        }
        return at;
    }

    private static List<String> near(String written, CommandSpec command) {
        String bare = written.replaceFirst("^-+", "").toLowerCase(Locale.ROOT);
        List<OptionSpec> options =
                command.options().stream().filter(option -> !option.hidden()).toList();
        Stream<Predicate<OptionSpec>> closeness = bare.length() == 1
                ? Stream.of(
                        option -> words(option).contains(bare),
                        option -> option.required() && name(option).startsWith(bare),
                        option -> name(option).startsWith(bare))
                : Stream.of(
                        option -> name(option).replace("-", "").equals(bare.replaceAll("[-_]", "")),
                        option -> name(option).startsWith(bare) || bare.startsWith(name(option)),
                        option -> edits(name(option), bare) <= Math.max(1, bare.length() / 5),
                        option -> words(option).get(0).equals(bare.split("[-_]", -1)[0]),
                        option -> edits(name(option), bare) <= bare.length() / 3);
        return closeness
                .map(near -> options.stream()
                        .filter(near)
                        .sorted(Comparator.comparingInt(option -> edits(name(option), bare)))
                        .map(OptionSpec::longestName)
                        .limit(MOST_NAMED)
                        .toList())
                .filter(names -> !names.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static String name(OptionSpec option) {
        return option.longestName().replaceFirst("^-+", "");
    }

    private static List<String> words(OptionSpec option) {
        return List.of(name(option).split("-", -1));
    }

    /** Returns how many letters have to be put in, left out or replaced to make one word of the other. */
    private static int edits(String from, String to) {
        int[] before = new int[to.length() + 1];
        Arrays.setAll(before, column -> column);
        for (int row = 1; row <= from.length(); row++) {
            int[] now = new int[to.length() + 1];
            now[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int replaced = before[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                now[column] = Math.min(replaced, 1 + Math.min(before[column], now[column - 1]));
            }
            before = now;
        }
        return before[to.length()];
    }

    /** Returns what to say of it, the beginning of a sentence. */
    String message() {
        List<String> all = new ArrayList<>(near);
        String last = all.isEmpty() ? "" : all.remove(all.size() - 1);
        String like = all.isEmpty() ? last : String.join(", ", all) + " or " + last;
        return "Unknown option: '" + written + "'" + (like.isEmpty() ? "" : " (did you mean " + like + "?)");
    }
}
