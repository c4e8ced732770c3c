package io.github.sae4j.data.activations;

import io.github.sae4j.data.Setting;
import java.util.Iterator;
import java.util.List;

/**
 * The activations of one or several files for a set of layers, {@code [..., tokens, layers, d_in]}: token after token in all
 * layers, as float32.
 *
 * <p>Only the tokens of one batch are ever in memory. Whoever opens them closes them. Not for use by several threads at once.
 *
 * <pre>{@code
 * InputRequirements requirements = InputRequirements.of("the transcoder", set.layer(0).config())
 *         .withLayers(set.layers());
 * try (LayeredActivations activations =
 *                 Activations.from(Path.of("x.safetensors")).openLayersFor(requirements);
 *         FeatureSink output = FeatureSink.to(
 *                 Path.of("features.safetensors"), FeatureStream.of(activations, set.source()))) {
 *     for (LayeredBatch batch : activations.batches(512)) {
 *         output.write(batch.rows(), set.encode(batch.activations()).sideBySide());
 *     }
 *     output.publish();
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class LayeredActivations implements AutoCloseable {

    private static final int MOST_ROWS = Integer.MAX_VALUE / 2;

    private final Activations rows;
    private final InputRequirements requirements;

    LayeredActivations(Activations rows, InputRequirements requirements) {
        this.rows = rows;
        this.requirements = requirements;
    }

    /** Returns the number of tokens. */
    public long tokens() {
        return layout().tokens() / layers();
    }

    /** Returns the number of layers. */
    public int layers() {
        return requirements.layers();
    }

    /** Returns how the rows are arranged, each of one token in one layer; the last axis is that of the layers. */
    public Layout layout() {
        return rows.layout();
    }

    /** Returns what the activations were found to fit. */
    public InputRequirements requirements() {
        return requirements;
    }

    /** Returns how to name the source in a result, for example a file's name. */
    public String sourceName() {
        return rows.sourceName();
    }

    /** Returns the settings that say which numbers of the source are read; empty if that is plain. */
    public List<Setting.Value> selected() {
        return rows.selected();
    }

    /**
     * Returns the tokens that follow in batches, to be gone through once. Its numbers are read into the same memory again and
     * again, so a batch is valid until the next is asked for.
     *
     * @param tokens how many each has at most, at least 1
     * @throws IllegalArgumentException if that is less than 1
     */
    public Iterable<LayeredBatch> batches(int tokens) {
        if (tokens < 1) {
            throw new IllegalArgumentException("A batch has at least 1 token, not " + tokens + ".");
        }
        int layers = layers();
        Iterable<TokenBatch> batches = rows.batches(Math.max(1, Math.min(tokens, MOST_ROWS / layers)) * layers);
        return () -> {
            Iterator<TokenBatch> each = batches.iterator();
            return new Iterator<>() {

                @Override
                public boolean hasNext() {
                    return each.hasNext();
                }

                @Override
                public LayeredBatch next() {
                    return new LayeredBatch(each.next(), layers);
                }
            };
        };
    }

    @Override
    public void close() {
        rows.close();
    }

    @Override
    public String toString() {
        return rows.toString();
    }
}
