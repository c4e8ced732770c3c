package io.github.sae4j.analysis;

/**
 * Is told how passes over activations get on.
 *
 * <pre>{@code
 * PassListener listener = (task, tokens) -> done -> System.err.println(task + ": " + done + " more of " + tokens);
 * }</pre>
 *
 * <p>Passes call it from the thread that runs them, and its progress from another.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PassListener {

    /** Takes no notice. */
    PassListener NONE = (task, tokens) -> done -> {};

    /**
     * A pass begins.
     *
     * @param task what is done, a word such as {@code encoding}
     * @param tokens how many tokens there are
     * @return is told of the tokens that are done, and closed when the pass ends, also by a failure
     */
    Progress begin(String task, long tokens);

    /**
     * Is told how one pass gets on, in one thread at a time.
     *
     * <pre>{@code
     * PassListener listener = (task, tokens) -> new PassListener.Progress() {
     *
     *     private long done;
     *
     *     @Override
     *     public void advance(int more) {
     *         done += more;
     *         System.err.printf("\r%s: %,d of %,d tokens", task, done, tokens);
     *     }
     *
     *     @Override
     *     public void close() {
     *         System.err.println();
     *     }
     * };
     * }</pre>
     *
     * @since 0.1
     */
    @FunctionalInterface
    interface Progress extends AutoCloseable {

        /** Takes how many more tokens are done. */
        void advance(int tokens);

        @Override
        default void close() {}
    }
}
