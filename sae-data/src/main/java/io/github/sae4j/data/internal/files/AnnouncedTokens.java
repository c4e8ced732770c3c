package io.github.sae4j.data.internal.files;

/** How many tokens an output is to have, and how many it has: with fewer or more, shapes in the file would not be true. */
public final class AnnouncedTokens {

    private final long announced;
    private long written;

    public AnnouncedTokens(long announced) {
        this.announced = announced;
    }

    /**
     * Counts tokens that are about to be written.
     *
     * @throws IllegalArgumentException if they are more than are missing
     */
    public void add(int tokens) {
        if (tokens > announced - written) {
            throw new IllegalArgumentException(tokens + " tokens were to be written after " + written + ", but only "
                    + announced + " were announced.");
        }
        written += tokens;
    }

    /**
     * Checks that none is missing.
     *
     * @throws IllegalStateException if one is
     */
    public void requireAll() {
        if (written < announced) {
            throw new IllegalStateException("Only " + written + " of the " + announced
                    + " tokens that were announced have been written, so the output is not put in place.");
        }
    }
}
