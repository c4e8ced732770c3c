package io.github.sae4j.loader.format;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The fields of a configuration, each of which is read or inert when the format is done. A field that is null counts as absent.
 * Every method throws a {@link io.github.sae4j.loader.SaeLoadException} that names the file and the field where the value is of
 * another kind. For one thread.
 *
 * <pre>{@code
 * final class MyFields {
 *
 *     static SaeConfig config(FormatFields fields) {
 *         fields.inert("of the training", "learning_rate", "adam_*");
 *         return SaeConfig.builder(SaeArchitecture.STANDARD, fields.size("width"), fields.size("features"))
 *                 .applyBDecToInput(fields.flag("centred").orElse(false)).build();
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public interface FormatFields {

    /**
     * Returns a whole number from 1 to 2,147,483,647, which must be there.
     *
     * @param name the field, dotted if it is nested
     */
    int size(String name);

    /**
     * Returns a finite number, if the field is there.
     *
     * @param name the field, dotted if it is nested
     */
    OptionalDouble number(String name);

    /**
     * Returns a text, if the field is there.
     *
     * @param name the field, dotted if it is nested
     */
    Optional<String> text(String name);

    /**
     * Returns true or false, if the field is there.
     *
     * @param name the field, dotted if it is nested
     */
    Optional<Boolean> flag(String name);

    /**
     * Says that fields are known and change nothing; those that are not there do not matter.
     *
     * @param reason why, as in {@code of the training}
     * @param names the fields; a name that ends in {@code *} stands for all that begin so
     * @return this
     */
    FormatFields inert(String reason, String... names);
}
