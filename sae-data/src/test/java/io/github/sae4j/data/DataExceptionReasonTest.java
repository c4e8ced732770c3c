package io.github.sae4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.activations.ActivationSource;
import io.github.sae4j.data.internal.Inputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs can tell apart what went wrong with data. */
class DataExceptionReasonTest {

    @TempDir
    private Path folder;

    private static Reason reason(ThrowingCallable work) {
        return catchThrowableOfType(DataException.class, work).reason();
    }

    private Path file(String name, String content) throws IOException {
        return Files.write(folder.resolve(name), content.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Path npy(String header) throws IOException {
        return file("x.npy", "\u0093NUMPY\1\0" + (char) header.length() + "\0" + header);
    }

    @Test
    void ofInputs() throws IOException {
        Path text = file("text.npy", "1 2 3 4");
        Path notes = file("notes.txt", "none");
        Path columns = npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 4)}");

        assertThat(reason(() -> ActivationSource.of(folder.resolve("none.npy").toString())))
                .isEqualTo(Reason.NO_SUCH_FILE);
        assertThat(reason(() -> ActivationSource.of(folder + "/none-*.npy"))).isEqualTo(Reason.NO_SUCH_FILE);
        assertThat(reason(() -> Inputs.open(folder))).isEqualTo(Reason.UNREADABLE);
        assertThat(reason(() -> Inputs.open(text))).isEqualTo(Reason.MALFORMED);
        assertThat(reason(() -> Inputs.open(notes))).isEqualTo(Reason.UNSUPPORTED);
        assertThat(reason(() -> Inputs.open(columns))).isEqualTo(Reason.UNSUPPORTED);
        Path cut = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4)}");
        assertThat(reason(() -> Inputs.open(cut))).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void ofOutputs() throws IOException {
        Path there = file("there.npz", "precious");

        assertThat(reason(() -> OutputFile.of(there))).isEqualTo(Reason.EXISTS);
        assertThat(reason(() -> OutputFile.replacing(folder))).isEqualTo(Reason.EXISTS);
        assertThat(reason(() -> OutputFile.of(folder.resolve("none").resolve("x.npz"))))
                .isEqualTo(Reason.UNWRITABLE);
    }
}
