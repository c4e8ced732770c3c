package io.github.sae4j.core;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Frees an SAE that nobody can reach any more and nobody has closed, and says so the first time in a process. */
final class Unclosed implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Unclosed.class);
    private static final Cleaner CLEANER = Cleaner.create();
    private static final AtomicBoolean SAID = new AtomicBoolean();

    private final OpenKernel kernel;
    private final String description;

    private Unclosed(OpenKernel kernel, String description) {
        this.kernel = kernel;
        this.description = description;
    }

    /**
     * Watches over an SAE.
     *
     * @param kernel what is closed with it, which must not refer to it
     */
    static Cleaner.Cleanable watch(SparseAutoencoder sae, OpenKernel kernel) {
        return CLEANER.register(sae, new Unclosed(kernel, sae.source().description()));
    }

    @Override
    public void run() {
        if (kernel.isClosed()) {
            return;
        }
        kernel.close();
        if (SAID.compareAndSet(false, true)) {
            LOG.warn(
                    "An SAE ({}) was never closed; it is freed now that nothing uses it. Close every SAE, for example with"
                            + " try-with-resources, for nobody knows when that would be. This is said once.",
                    description);
        }
    }
}
