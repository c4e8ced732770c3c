package io.github.sae4j.core.internal.torch;

import ai.djl.util.ClassLoaderUtils;
import ai.djl.util.Utils;

/** Whether DJL would find libtorch's native library on this machine, without a download. */
final class NativeLibrary {

    private static final String BUNDLE = "native/lib/pytorch.properties";

    private NativeLibrary() {}

    /** Looks where DJL does: at the variable or property that names a folder, and for a bundle on the class path. */
    static boolean isAtHand() {
        return Utils.getEnvOrSystemProperty("PYTORCH_LIBRARY_PATH") != null
                || ClassLoaderUtils.getContextClassLoader().getResource(BUNDLE) != null;
    }
}
