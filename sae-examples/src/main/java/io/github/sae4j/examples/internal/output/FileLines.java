package io.github.sae4j.examples.internal.output;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Lines that become a file in UTF-8.
 *
 * @param file the file, closed with this
 */
record FileLines(StagedFile file) implements LineSink {

    @Override
    public void append(CharSequence lines) {
        try {
            file.stream().write(lines.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw file.failed(e);
        }
    }

    @Override
    public void finish() {
        file.finish();
    }

    @Override
    public void commit() {
        file.commit();
    }

    @Override
    public Optional<Made> made() {
        return Optional.of(file.made());
    }

    @Override
    public void close() {
        file.close();
    }
}
