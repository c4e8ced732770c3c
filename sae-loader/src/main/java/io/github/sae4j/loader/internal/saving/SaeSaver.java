package io.github.sae4j.loader.internal.saving;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeLensFiles;
import io.github.sae4j.loader.internal.Unwritable;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsException;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes an SAE as a folder in SAELens's layout, which is there as a whole or not at all. */
public final class SaeSaver {

    private static final Logger LOG = LoggerFactory.getLogger(SaeSaver.class);

    private SaeSaver() {}

    /**
     * Writes an SAE.
     *
     * @param folder is not there yet, or is empty
     * @param type the number format of the matrices, or null for the one they have
     * @throws SaeLoadException if the SAE cannot be saved, or the folder cannot be written
     */
    public static void save(SparseAutoencoder sae, Path folder, @Nullable WeightType type) {
        try (NewFolder target = NewFolder.create(folder)) {
            SaeLensParts parts = SaeLensParts.of(sae, type);
            String configuration = parts.configuration();
            sae.sparsity().ifPresent(sparsity -> write(target.file(SaeLensFiles.SPARSITY), sparsity));
            parts.tensors().writeTo(target.file(SaeLensFiles.WEIGHTS));
            write(target.file(SaeLensFiles.CONFIG), configuration);
            target.commit();
        } catch (SaeException e) {
            throw new SaeLoadException(Reason.NOT_SAVABLE, "The SAE cannot be saved: " + e.getMessage(), e);
        } catch (SafetensorsException e) {
            throw new SaeLoadException(Reason.UNWRITABLE, folder + " cannot be written: " + e.getMessage(), e);
        }
        LOG.info("Saved {} to {}", sae.source().description(), folder);
    }

    private static void write(Path file, float[] sparsity) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(sparsity.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(sparsity);
        TensorSpec spec = new TensorSpec("sparsity", Dtype.F32, sparsity.length);
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, List.of(spec), Map.of())) {
            writer.write("sparsity", bytes);
            writer.commit();
        }
    }

    private static void write(Path file, String text) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (IOException e) {
            throw Unwritable.because(file, e);
        }
    }
}
