package io.github.sae4j.data;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Settings as the metadata of files has them: {@code --rows 2:6 --skip-first 1}. What programs of before wrote is understood as
 * well, {@code tokens(2:6) skipFirst(1)}; other words are one {@link Setting#OTHER}.
 */
final class WrittenSettings {

    private static final String OPTION = "--";
    private static final Pattern OPTIONS =
            Pattern.compile("(?:^| )" + anyOf(setting -> setting.inFiles().orElse("")) + "(?: |$)");
    private static final Pattern CALLS = Pattern.compile("(?:^| )" + anyOf(Setting::method) + "(?:\\(|(?= )|$)");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?");

    private WrittenSettings() {}

    /** The longest first, for one may begin with another. */
    private static String anyOf(Function<Setting, String> name) {
        return Arrays.stream(Setting.values())
                .filter(setting -> setting.inFiles().isPresent())
                .map(name)
                .sorted(Comparator.comparing(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|", "(", ")"));
    }

    /** Returns the settings as one text, empty if there are none. */
    static String text(List<Setting.Value> settings) {
        return Sentence.of(settings).with(Setting.Value::inFiles);
    }

    /** Returns the settings that a text tells of, none if it is empty. */
    static List<Setting.Value> parse(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        boolean options = text.startsWith(OPTION);
        Matcher next = (options ? OPTIONS : CALLS).matcher(text);
        List<Setting.Value> settings = new ArrayList<>();
        if (!next.find() || next.start() != 0) {
            return List.of(Setting.OTHER.of(text));
        }
        boolean more = true;
        while (more) {
            Setting setting = named(next.group(1));
            int begin = next.end();
            // The space after an option may be the one before the next.
            more = next.find(Math.max(next.end(1), 1));
            String value = begin > text.length()
                    ? ""
                    : text.substring(begin, Math.max(begin, more ? next.start() : text.length()));
            String inside = options || !value.endsWith(")") ? value : value.substring(0, value.length() - 1);
            settings.add(inside.isEmpty() ? setting.named() : setting.of(inside));
        }
        return List.copyOf(settings);
    }

    private static Setting named(String name) {
        return Arrays.stream(Setting.values())
                .filter(setting -> setting.inFiles().isPresent())
                .filter(setting -> setting.inFiles().orElse("").equals(name)
                        || setting.method().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Returns whether settings mean the same, however their numbers are written. */
    static boolean same(List<Setting.Value> some, List<Setting.Value> others) {
        return comparable(some).equals(comparable(others));
    }

    private static List<Setting.Value> comparable(List<Setting.Value> settings) {
        return settings.stream()
                .map(setting ->
                        new Setting.Value(setting.setting(), setting.value().map(WrittenSettings::plain)))
                .toList();
    }

    /** Returns a value, or a field and its value, or several numbers, with each number in one form. */
    private static String plain(String value) {
        int begin = value.indexOf('=') + 1;
        return value.substring(0, begin)
                + Arrays.stream(value.substring(begin).split(",", -1))
                        .map(part -> NUMBER.matcher(part).matches()
                                ? new BigDecimal(part).stripTrailingZeros().toPlainString()
                                : part)
                        .collect(Collectors.joining(","));
    }
}
