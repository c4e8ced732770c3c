package io.github.sae4j.cli.internal;

import io.github.sae4j.loader.SaeLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what an SAE's files mean, where they do not say it themselves. */
final class FormatOptions {

    @Option(
            names = "--format",
            paramLabel = "NAME",
            description = "The layout of the SAE's files, where they do not show it; gemma_2_transcoder, for example.")
    private @Nullable String format;

    @Option(
            names = "--set",
            paramLabel = "FIELD=VALUE",
            description =
                    "A field of the SAE's configuration instead of what its files say, k=50 for example; repeatable.")
    private @Nullable Map<String, String> fields;

    @Option(
            names = "--norm-scaling-factor",
            split = ",",
            paramLabel = "S",
            description = "Multiply activations by S before encoding and divide reconstructions by it, instead of what"
                    + " is published; of a crosscoder S,S gives each of its models or layers one.")
    private double @Nullable [] normScalingFactor;

    @Option(
            names = "--allow-unknown",
            paramLabel = "NAME",
            description =
                    "Open the SAE although nothing here knows what this tensor or field of its files does, which is then"
                            + " passed over; repeatable.")
    private @Nullable List<String> unknown;

    /** Sets what the user asked for. */
    SaeLoader apply(SaeLoader loader) {
        if (format != null) {
            loader.format(format);
        }
        if (normScalingFactor != null) {
            loader.normScalingFactor(normScalingFactor);
        }
        sorted().forEach(loader::overrideFromText);
        if (unknown != null) {
            loader.allowUnknown(unknown.toArray(String[]::new));
        }
        return loader;
    }

    /** Returns the options as the user could write them again, none of those that were left out. */
    List<String> written() {
        List<String> options = new ArrayList<>();
        if (format != null) {
            options.add("--format " + format);
        }
        if (normScalingFactor != null) {
            options.add("--norm-scaling-factor "
                    + DoubleStream.of(normScalingFactor)
                            .mapToObj(String::valueOf)
                            .collect(Collectors.joining(",")));
        }
        sorted().forEach((field, value) -> options.add("--set " + field + "=" + value));
        options.addAll(unknown());
        return options;
    }

    /** Returns those of the options that let something through. */
    List<String> unknown() {
        return unknown == null
                ? List.of()
                : unknown.stream()
                        .sorted()
                        .distinct()
                        .map(name -> "--allow-unknown " + name)
                        .toList();
    }

    private Map<String, String> sorted() {
        return fields == null ? Map.of() : new TreeMap<>(fields);
    }
}
