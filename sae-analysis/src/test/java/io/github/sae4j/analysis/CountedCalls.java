package io.github.sae4j.analysis;

import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeParts;
import io.github.sae4j.core.SaeSource;
import io.github.sae4j.core.SparseAutoencoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts the calls of an SAE by the names of its methods: it asks the source of its weights before and after each. */
final class CountedCalls implements SaeSource {

    private static final int ASKED_IN_A_CALL = 2;

    private final List<String> asked = new ArrayList<>();

    /** Returns an SAE on the same weights whose calls are counted; the caller closes it, and then the other. */
    SparseAutoencoder of(SparseAutoencoder sae) {
        SaeParts parts = sae.parts();
        SaeBuilder builder = SparseAutoencoder.builder(sae.config())
                .encoder(parts.encoder().orElseThrow())
                .decoder(parts.decoder().orElseThrow())
                .decoderBias(parts.decoderBias())
                .activation(parts.activation())
                .normScalingFactor(sae.normScalingFactor())
                .source(this);
        parts.skip().ifPresent(builder::skip);
        parts.prediction().ifPresent(builder::prediction);
        SparseAutoencoder counted = builder.build();
        forget();
        return counted;
    }

    private synchronized void forget() {
        asked.clear();
    }

    /** Returns how often each method was called, by its name. */
    synchronized Map<String, Long> byMethod() {
        Map<String, Long> counts =
                asked.stream().collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
        counts.replaceAll((name, count) -> count / ASKED_IN_A_CALL);
        return counts;
    }

    @Override
    public synchronized void requireUnchanged() {
        StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> frame.getClassName().equals(SparseAutoencoder.class.getName()))
                        .map(StackWalker.StackFrame::getMethodName)
                        .reduce((inner, outer) -> outer))
                .ifPresent(asked::add);
    }

    @Override
    public String description() {
        return "counted";
    }
}
