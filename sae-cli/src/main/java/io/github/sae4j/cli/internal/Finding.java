package io.github.sae4j.cli.internal;

/**
 * A fact about this machine that matters to those who run SAEs on it.
 *
 * @param label what it is about, in a word or two
 * @param text what was found
 * @param fails whether no SAE can run because of it
 */
record Finding(String label, String text, boolean fails) {

    /** Returns what was found where nothing is in the way of an SAE. */
    static Finding of(String label, String text) {
        return new Finding(label, text, false);
    }

    /** Returns what is in the way of any SAE. */
    static Finding failure(String label, String text) {
        return new Finding(label, text, true);
    }
}
