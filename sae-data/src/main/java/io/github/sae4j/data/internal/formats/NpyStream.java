package io.github.sae4j.data.internal.formats;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.internal.tensors.ForwardBytes;
import io.github.sae4j.data.internal.tensors.InputArray;
import io.github.sae4j.data.internal.tensors.LibraryMessage;
import io.github.sae4j.data.internal.tensors.OpenInput;
import io.github.sae4j.tensors.NpyHeader;
import io.github.sae4j.tensors.TensorFileException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * An npy file that comes from standard input, and so can be read once only.
 *
 * @param tensor its array
 */
public record NpyStream(InputArray tensor) implements OpenInput {

    /** How standard input is called in sentences. */
    public static final String NAME = "standard input";

    /**
     * Reads the header.
     *
     * @param in is read to the end of the array, and not closed
     * @throws DataException if no npy file comes, or it cannot be read
     */
    public static NpyStream open(InputStream in) {
        InputStream buffered = new BufferedInputStream(in);
        try {
            NpyHeader header = NpyHeader.read(NAME, buffered);
            NpyRules.requireActivations(NAME, header);
            return new NpyStream(new InputArray(
                    null,
                    header.descr(),
                    header.type().orElseThrow(),
                    header.order(),
                    header.shape(),
                    new ForwardBytes(NAME, buffered)));
        } catch (TensorFileException e) {
            throw TensorFault.of(e);
        } catch (IOException e) {
            throw new DataException(Reason.UNREADABLE, NAME + " cannot be read (" + LibraryMessage.of(e) + ").", e);
        }
    }

    @Override
    public List<InputArray> tensors() {
        return List.of(tensor);
    }

    @Override
    public void close() {
        // Standard input belongs to the process.
    }
}
