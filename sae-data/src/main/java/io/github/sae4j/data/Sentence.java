package io.github.sae4j.data;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A sentence that may name settings. {@link #toString} names them as Java programs do.
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * <pre>{@code
 * try (Activations activations = Activations.from(Path.of("x.npz")).openFor(sae)) {
 *     System.out.println(Sentence.of(activations.leftOut()));       // for example skipFirst(1)
 * } catch (DataException e) {
 *     System.err.println(e.sentence().with(value -> "the field " + value.setting()));
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class Sentence {

    private final List<Object> parts;

    private Sentence(List<Object> parts) {
        this.parts = parts;
    }

    /**
     * Returns a sentence of several parts.
     *
     * @param parts the parts in order: {@link Setting.Value}s, lists of them, other sentences, and anything else as its text
     */
    public static Sentence of(Object... parts) {
        return new Sentence(List.of(Objects.requireNonNull(parts, "parts")));
    }

    /**
     * Returns the sentence with other names of the settings.
     *
     * @param names how the program's users know a setting, for example {@code --skip-first 1}
     */
    public String with(Function<Setting.Value, String> names) {
        Objects.requireNonNull(names, "names");
        return parts.stream().map(part -> text(part, names)).collect(Collectors.joining());
    }

    private static String text(Object part, Function<Setting.Value, String> names) {
        if (part instanceof Setting.Value setting) {
            return names.apply(setting);
        }
        if (part instanceof Sentence sentence) {
            return sentence.with(names);
        }
        if (part instanceof List<?> settings) {
            return settings.stream().map(one -> text(one, names)).collect(Collectors.joining(" "));
        }
        return String.valueOf(part);
    }

    @Override
    public String toString() {
        return with(Setting.Value::toString);
    }
}
