package io.github.sae4j.data.internal.files;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the endings of names tell, whatever the case of their letters. */
public final class Endings {

    private Endings() {}

    /** Returns the first format of which a file's name has the ending. */
    public static <F> Optional<F> told(Path path, F[] formats, Function<F, String> ending) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        return Arrays.stream(formats)
                .filter(format -> name.endsWith(ending.apply(format)))
                .findFirst();
    }

    /** Returns the endings in words. */
    public static <F> String spoken(F[] formats, Function<F, String> ending) {
        return Arrays.stream(formats).map(ending).collect(Collectors.joining(", "));
    }
}
