package io.github.sae4j.loader.internal.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The fields of a layout's configuration that change nothing at inference, each with the reason. A name that ends in
 * {@code *} stands for all fields that begin so.
 */
final class Inert {

    /** Why a field of the training does not matter: it is over. */
    static final String TRAINING = "not needed: of the training";

    /** Why a field that describes the SAE does not matter. */
    static final String DESCRIPTION = "not needed: describes the SAE";

    /** Why a field about the machine does not matter. */
    static final String MACHINE = "not needed: of the machine that trained it";

    private final List<Rule> rules;

    private Inert(List<Rule> rules) {
        this.rules = rules;
    }

    private record Rule(String name, String reason) {

        boolean matches(String field) {
            return name.endsWith("*") ? field.startsWith(name.substring(0, name.length() - 1)) : field.equals(name);
        }
    }

    /** Returns a list without fields. */
    static Inert none() {
        return new Inert(List.of());
    }

    /** Returns a list of all fields whatever they are called. */
    static Inert all(String reason) {
        return none().and(reason, "*");
    }

    /** Returns this list with more fields that are inert for one reason. */
    Inert and(String reason, String... names) {
        List<Rule> more = new ArrayList<>(rules);
        for (String name : names) {
            more.add(new Rule(name, reason));
        }
        return new Inert(List.copyOf(more));
    }

    /** Returns why a field changes nothing, or nothing if it is none of these. */
    Optional<String> reason(String field) {
        return rules.stream().filter(rule -> rule.matches(field)).findFirst().map(Rule::reason);
    }
}
