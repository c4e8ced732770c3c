package io.github.sae4j.data.internal.files;

import io.github.sae4j.data.OutputFile;

/** A file of text, put in place whole or not at all. */
public final class TextOutput {

    private TextOutput() {}

    /**
     * Writes a file in UTF-8.
     *
     * @param target the file to be
     * @param text what is in it
     * @throws io.github.sae4j.data.DataException if it cannot be written
     */
    public static void write(OutputFile target, String text) {
        try (GuardedFile file = GuardedFile.beside(target)) {
            file.append(text);
            file.finish();
            file.commit();
        }
    }
}
