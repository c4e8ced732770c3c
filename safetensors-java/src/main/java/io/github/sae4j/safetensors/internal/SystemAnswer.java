package io.github.sae4j.safetensors.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/** What the operating system gave as its reason, for a sentence that names the file itself. */
public final class SystemAnswer {

    private SystemAnswer() {}

    /** Returns the reason, without the file's name where that can be told. */
    public static String of(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "access is denied";
        }
        String reason = e instanceof FileSystemException answer ? answer.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
