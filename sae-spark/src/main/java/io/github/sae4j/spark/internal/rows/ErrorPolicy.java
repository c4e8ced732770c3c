package io.github.sae4j.spark.internal.rows;

import java.io.Serializable;

/**
 * What happens to a row that cannot be used.
 *
 * @param column the name of the column that says what is wrong with it; empty if such a row ends the job
 * @param nullForNull whether a row that is null gives null, as SQL has it, and nothing is wrong with it
 */
public record ErrorPolicy(String column, boolean nullForNull) implements Serializable {

    /** Returns whether such rows are set aside. */
    boolean setsAside() {
        return !column.isEmpty();
    }

    /** Returns whether a row may give null. */
    boolean givesNull() {
        return setsAside() || nullForNull;
    }
}
