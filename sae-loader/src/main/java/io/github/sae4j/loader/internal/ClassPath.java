package io.github.sae4j.loader.internal;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import java.util.function.Supplier;

/** What other libraries on the class path have to be there for. */
public final class ClassPath {

    private ClassPath() {}

    /**
     * Does what needs other libraries.
     *
     * @throws SaeLoadException if one of them is missing, or of a version that does not go with this one
     */
    public static <T> T whole(Supplier<T> work) {
        try {
            return work.get();
        } catch (LinkageError e) {
            throw new SaeLoadException(
                    Reason.INCOMPATIBLE_LIBRARY,
                    "A library on the class path is missing, or of a version that this one does not go with (" + e
                            + "). mvn dependency:tree shows which versions there are.",
                    e);
        }
    }

    /**
     * Does what needs other libraries.
     *
     * @throws SaeLoadException as the other does
     */
    public static void whole(Runnable work) {
        whole(() -> {
            work.run();
            return true;
        });
    }
}
