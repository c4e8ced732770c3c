package io.github.sae4j.data;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Settings as the metadata of files has them: {@code --rows 2:6 --skip-first 1}; other words are one {@link Setting#OTHER}. */
final class WrittenSettings {

    private static final Map<String, Setting> BY_NAME = Arrays.stream(Setting.values())
            .filter(setting -> setting.inFiles().isPresent())
            .collect(Collectors.toMap(setting -> setting.inFiles().orElseThrow(), Function.identity()));

    private static final Pattern OPTION = Pattern.compile("(?:^| )" + anyName() + "(?: |$)");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?");

    private WrittenSettings() {}

    /** The longest first, for one may begin with another. */
    private static String anyName() {
        return BY_NAME.keySet().stream()
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
        Matcher next = OPTION.matcher(text);
        if (!next.find() || next.start(1) != 0) {
            return List.of(Setting.OTHER.of(text));
        }
        List<Setting.Value> settings = new ArrayList<>();
        boolean more = true;
        while (more) {
            Setting setting = Objects.requireNonNull(BY_NAME.get(next.group(1)));
            int begin = next.end();
            // The space after an option may be the one before the next.
            more = next.find(next.end(1));
            String value = text.substring(begin, Math.max(begin, more ? next.start() : text.length()));
            settings.add(value.isEmpty() ? setting.named() : setting.of(value));
        }
        return List.copyOf(settings);
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
