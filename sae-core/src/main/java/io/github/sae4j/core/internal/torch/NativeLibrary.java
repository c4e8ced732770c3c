package io.github.sae4j.core.internal.torch;

import ai.djl.util.ClassLoaderUtils;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.Properties;

/** Whether DJL would find libtorch's native library on this machine, without a download, and for which devices. */
final class NativeLibrary {

    private static final String BUNDLE = "native/lib/pytorch.properties";
    private static final String FOR_THE_CPU = "cpu";

    private NativeLibrary() {}

    /** Looks where DJL does: at the variable or property that names a folder, and for a bundle on the class path. */
    static boolean isAtHand() {
        return isNamed() || ClassLoaderUtils.getContextClassLoader().getResource(BUNDLE) != null;
    }

    /** Returns whether it may be one that uses CUDA devices: that of a folder, or a bundle that is not for the CPU alone. */
    static boolean mayUseCuda() {
        if (isNamed()) {
            return true;
        }
        try {
            for (URL bundle :
                    Collections.list(ClassLoaderUtils.getContextClassLoader().getResources(BUNDLE))) {
                Properties properties = new Properties();
                try (InputStream in = bundle.openStream()) {
                    properties.load(in);
                }
                if (!properties.getProperty("flavor", "").startsWith(FOR_THE_CPU)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            // Whether it can be read, libtorch says when it starts.
            return true;
        }
    }

    private static boolean isNamed() {
        return Utils.getEnvOrSystemProperty("PYTORCH_LIBRARY_PATH") != null;
    }
}
