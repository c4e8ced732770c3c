package io.github.sae4j.spark.internal.worker;

import io.github.sae4j.loader.SaeLoader;
import java.io.Serializable;
import java.util.List;
import java.util.SortedMap;

/**
 * What an SAE's files mean, where they do not say it themselves.
 *
 * @param format the layout of the files; empty where they show it
 * @param overrides fields of the configuration, as texts
 * @param normScalingFactor what activations are multiplied by; empty for what is published
 * @param allowUnknown tensors and fields that are passed over
 * @param foldDecoderNorms whether features are rescaled to decoder rows of norm 1
 */
public record SaeMeaning(
        String format,
        SortedMap<String, String> overrides,
        List<Double> normScalingFactor,
        List<String> allowUnknown,
        boolean foldDecoderNorms)
        implements Serializable {

    void apply(SaeLoader loader) {
        if (!format.isEmpty()) {
            loader.format(format);
        }
        overrides.forEach(loader::overrideFromText);
        if (!normScalingFactor.isEmpty()) {
            loader.normScalingFactor(
                    normScalingFactor.stream().mapToDouble(Double::doubleValue).toArray());
        }
        loader.allowUnknown(allowUnknown.toArray(String[]::new)).foldDecoderNorms(foldDecoderNorms);
    }
}
