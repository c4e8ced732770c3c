package io.github.sae4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An SAE of 4 dimensions and 6 features whose results can be worked out by hand. */
final class SmallSae {

    static final int D_IN = 4;
    static final int D_SAE = 6;

    private SmallSae() {}

    /**
     * Writes the SAE: features 0 to 3 are the dimensions, features 4 and 5 the first two turned around; decoding turns
     * them back. The biases are 0.
     */
    static Path write(Path folder, String moreConfiguration) {
        return write(folder, "blocks.2.attn.hook_z", "small", moreConfiguration);
    }

    /** Writes the files of one that reads elsewhere. */
    static Path reading(Path folder, String hook, String model) {
        return write(folder, hook, model, "");
    }

    private static Path write(Path folder, String hook, String model, String moreConfiguration) {
        float[] encoder = new float[D_IN * D_SAE];
        float[] decoder = new float[D_SAE * D_IN];
        for (int feature = 0; feature < D_SAE; feature++) {
            int column = feature % D_IN;
            float sign = feature < D_IN ? 1 : -1;
            encoder[column * D_SAE + feature] = sign;
            decoder[feature * D_IN + column] = sign;
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve("cfg.json"),
                    "{\"architecture\": \"standard\", \"d_in\": 4, \"d_sae\": 6, \"dtype\": \"float32\","
                            + " \"apply_b_dec_to_input\": false, \"metadata\": {\"sae_lens_version\": \"6.18.0\","
                            + " \"hook_name\": \"" + hook + "\", \"model_name\": \"" + model + "\"}"
                            + moreConfiguration + "}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        InputFiles.safetensors()
                .floats("W_enc", new long[] {D_IN, D_SAE}, encoder)
                .floats("W_dec", new long[] {D_SAE, D_IN}, decoder)
                .floats("b_enc", new long[] {D_SAE}, new float[D_SAE])
                .floats("b_dec", new long[] {D_IN}, new float[D_IN])
                .write(folder.resolve("sae_weights.safetensors"));
        return folder;
    }

    static Path write(Path folder) {
        return write(folder, "");
    }
}
