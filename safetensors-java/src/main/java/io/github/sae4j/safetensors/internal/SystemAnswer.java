package io.github.sae4j.safetensors.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/** What the operating system gave as its reason, for a sentence that names the file itself. */
final class SystemAnswer {

    private SystemAnswer() {}

    static String of(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "access is denied";
        }
        String reason = e instanceof FileSystemException answer ? answer.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
