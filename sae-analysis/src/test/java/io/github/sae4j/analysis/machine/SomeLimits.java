package io.github.sae4j.analysis.machine;

/** Limits of no machine, where only their being there matters. */
public final class SomeLimits {

    private SomeLimits() {}

    /** Returns them. */
    public static Limits get() {
        return new Limits(1, 1, "nothing", 1);
    }
}
