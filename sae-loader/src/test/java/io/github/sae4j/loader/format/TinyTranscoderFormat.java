package io.github.sae4j.loader.format;

import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeArchitecture;
import io.github.sae4j.core.SaeConfig;
import java.util.List;

/** Transcoders of the same lab, in the same files: with a skip matrix or published for their features only. */
public final class TinyTranscoderFormat implements SaeFormat {

    private static final String CONFIG = "sae.json";
    private static final String WEIGHTS = "sae.safetensors";

    @Override
    public String label() {
        return "tiny_transcoder";
    }

    @Override
    public List<String> markers() {
        return List.of(CONFIG, WEIGHTS);
    }

    @Override
    public boolean recognises(FormatFolder folder) {
        return SaeFormat.super.recognises(folder)
                && folder.text(CONFIG).orElse("").contains("\"" + label() + "\"");
    }

    @Override
    public FormatParts read(FormatReading files) {
        FormatFields fields = files.fields(CONFIG).inert("tells the layout", "format");
        int dIn = fields.size("width");
        int dSae = fields.size("features");
        FormatTensors tensors = files.tensors(WEIGHTS);
        Relu rule = Relu.of(tensors.vector("up.bias", dSae));
        if (!tensors.names().contains("down.weight")) {
            SaeConfig config = SaeConfig.builder(SaeArchitecture.STANDARD, dIn, dSae)
                    .applyBDecToInput(false)
                    .build();
            return FormatParts.encoderOnly(
                    config, tensors.transposed("up.weight", dIn, dSae), rule, "This lab has published no decoder.");
        }
        SaeConfig config = SaeConfig.builder(SaeArchitecture.SKIP_TRANSCODER, dIn, dSae)
                .applyBDecToInput(false)
                .build();
        return FormatParts.of(
                        config,
                        tensors.transposed("up.weight", dIn, dSae),
                        rule,
                        tensors.transposed("down.weight", dSae, dIn),
                        tensors.vector("down.bias", dIn))
                .withSkip(tensors.matrix("skip.weight", dIn, dIn))
                .withSparsity(tensors.vector("log_sparsity", dSae));
    }
}
