package io.github.sae4j.loader.format;

import io.github.sae4j.core.SaeArchitecture;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeMetadata;
import io.github.sae4j.core.TopK;
import io.github.sae4j.loader.SaeLoadException;
import java.util.List;
import java.util.OptionalDouble;

/** A layout of a lab that nobody has heard of: {@code sae.json} and {@code sae.safetensors}, linear layers and top-k. */
public final class TinyLabFormat implements SaeFormat {

    private static final String CONFIG = "sae.json";
    private static final String WEIGHTS = "sae.safetensors";

    @Override
    public String label() {
        return "tiny_lab";
    }

    @Override
    public List<String> markers() {
        return List.of(CONFIG, WEIGHTS);
    }

    @Override
    public boolean recognises(FormatFolder folder) {
        return SaeFormat.super.recognises(folder)
                && folder.text(CONFIG).orElse("").contains("\"tiny_lab\"");
    }

    @Override
    public FormatParts read(FormatReading files) {
        FormatFields fields = files.fields(CONFIG, "training")
                .inert("tells the layout", "format")
                .inert("of the training", "training.*", "written_by");
        int dIn = fields.size("width");
        int dSae = fields.size("features");
        int k = fields.size("k");
        String rule = fields.text("rule").orElse("topk");
        if (!rule.equals("topk")) {
            throw new SaeLoadException(
                    SaeLoadException.Reason.UNSUPPORTED,
                    CONFIG + ": rule is " + rule + ", but only topk is known of tiny_lab.");
        }
        FormatTensors tensors = files.tensors(WEIGHTS).inert("of the training", "steps");
        SaeMetadata.Builder metadata = SaeMetadata.builder();
        fields.text("model").ifPresent(metadata::modelName);
        SaeConfig config = SaeConfig.builder(SaeArchitecture.TOPK, dIn, dSae)
                .metadata(metadata.build())
                .build();
        FormatParts parts = FormatParts.of(
                config,
                tensors.transposed("up.weight", dIn, dSae),
                TopK.of(k, tensors.vector("up.bias", dSae)),
                tensors.transposed("down.weight", dSae, dIn),
                tensors.vector("down.bias", dIn));
        OptionalDouble scale = fields.number("scale");
        return scale.isPresent() ? parts.withNormScalingFactor(scale.getAsDouble()) : parts;
    }
}
