package io.github.sae4j.core.internal.torch;

import ai.djl.util.Utils;
import io.github.sae4j.core.SaeException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Says why DJL's PyTorch engine did not start: what to do differs from one reason to the next. */
final class EngineFailure {

    private EngineFailure() {}

    static SaeException sentence(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof UnsatisfiedLinkError && message.contains("already loaded in another classloader")) {
                return new SaeException(
                        SaeException.Reason.UNAVAILABLE,
                        "libtorch is loaded already, by another class loader of this process: a native library can have one"
                                + " only. Put DJL and sae4j where all applications share them, or use Java arrays on the CPU,"
                                + " which need no libtorch.",
                        failure);
            }
            if (cause instanceof FileSystemException file) {
                Path cache = Utils.getEngineCacheDir("pytorch");
                return new SaeException(
                        SaeException.Reason.UNAVAILABLE,
                        "libtorch could not be unpacked: " + reason(file) + ". DJL unpacks it below " + cache
                                + "; where that cannot be written, the environment variable DJL_CACHE_DIR names another"
                                + " folder.",
                        failure);
            }
        }
        if (!NativeLibrary.isAtHand()) {
            return new SaeException(
                    SaeException.Reason.UNAVAILABLE,
                    "There is no libtorch for DJL's PyTorch engine (" + failure.getMessage()
                            + "). Add a native library for"
                            + " this platform to the class path, for example ai.djl.pytorch:pytorch-native-cpu with the"
                            + " classifier of this platform. Java arrays on the CPU need none.",
                    failure);
        }
        return new SaeException(
                SaeException.Reason.UNAVAILABLE, "DJL's PyTorch engine did not start: " + innermost(failure), failure);
    }

    private static String reason(FileSystemException failure) {
        String reason = failure.getReason();
        return failure.getFile() + ": " + (reason == null ? failure.getClass().getSimpleName() : reason);
    }

    private static String innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
