package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One layer of a {@linkplain CircuitTracerSet cross-layer transcoder}, which encodes: {@code W_enc_N.safetensors} in the
 * place's parent. The place is called {@code N}.
 */
final class CrossLayerFormat implements Format {

    private static final Pattern LAYER = Pattern.compile("(?:layer_)?(\\d+)");

    @Override
    public String label() {
        return "mntss_clt_layer_transcoder";
    }

    @Override
    public List<String> markers() {
        return List.of();
    }

    @Override
    public boolean fits(SaeFolder place) {
        @Nullable Integer layer = layer(place);
        return layer != null && place.parent().has(CircuitTracerSet.encoderFile(layer));
    }

    private static @Nullable Integer layer(SaeFolder place) {
        return LAYER.matcher(place.name()).matches() ? Reading.number(LAYER, place.name()) : null;
    }

    @Override
    public Parts read(Reading reading) {
        SaeFolder set = reading.place().parent();
        @Nullable Integer layer = layer(reading.place());
        if (layer == null) {
            throw new SaeLoadException(
                    Reason.NOT_RECOGNISED,
                    reading.place().label() + " should be named by the number of a layer, as in " + set.label()
                            + "/0.");
        }
        Weights weights =
                CircuitTracerSet.encoder(reading, set, layer).unneeded("one layer alone is not decoded", "b_dec");
        Config written = CircuitTracerSet.config(reading, set, weights, layer);
        return Parts.of(written.json(), CircuitTracerSet.encoderFile(layer), weights)
                .withRule(rule -> rule instanceof JumpRelu jumpRelu ? MwhannaFormat.keepingNegative(jumpRelu) : rule)
                .withoutDecoder(LayerSet.noDecoder(set));
    }
}
