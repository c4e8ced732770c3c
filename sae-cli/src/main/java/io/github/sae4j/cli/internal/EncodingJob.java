package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.EncodingPass;
import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.TokenRange;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.data.features.FeatureTarget;
import io.github.sae4j.data.features.Selection;
import io.github.sae4j.data.features.ShardedOutputs;
import io.github.sae4j.data.features.Sharding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** From activations to files of features, a batch of tokens at a time. */
final class EncodingJob {

    private final Activations activations;
    private final OpenSae sae;
    private final Selection selection;
    private final Terminal terminal;
    private final EncodingPass batches;
    private final Summary summary = Summary.start();
    private long active;
    private long encoded;
    private long written;
    private final List<String> remarks = new ArrayList<>();

    /**
     * Prepares the work.
     *
     * @param activations what to encode
     * @param sae encodes
     * @param batchTokens how many tokens are in memory at a time
     * @param selection which features are written
     * @param terminal shows progress and the summary
     */
    EncodingJob(Activations activations, OpenSae sae, int batchTokens, Selection selection, Terminal terminal) {
        this.activations = activations;
        this.sae = sae;
        this.selection = selection;
        this.terminal = terminal;
        this.batches = EncodingPass.of(activations, sae.sae(), batchTokens);
    }

    /**
     * Encodes all tokens and prints the summary.
     *
     * @param targets the files to make, all in one pass
     */
    void run(List<FeatureTarget> targets) {
        List<WrittenFile> made;
        try (FeatureSink output = FeatureSink.to(targets, stream(), selection);
                Progress progress = progress()) {
            write(Long.MAX_VALUE, output, progress);
            output.publish();
            made = output.made();
            remarks.addAll(output.remarks());
        }
        note(made);
    }

    /**
     * Encodes all tokens, or those that an interrupted run has not, and prints the summary.
     *
     * @param out the files to make, all in one pass
     * @param sharding how each is divided
     */
    void run(List<Path> out, Sharding sharding) {
        List<WrittenFile> files;
        try (ShardedOutputs outputs = ShardedOutputs.open(out, stream(), selection, sharding)) {
            List<Long> missing = outputs.missing();
            if (missing.size() < outputs.count()) {
                terminal.note(Quantity.count(outputs.count() - missing.size()) + " of "
                        + Quantity.count(outputs.count()) + " shards are there already");
            }
            try (Progress progress = progress()) {
                write(missing, outputs, progress);
            }
            files = outputs.commit();
        }
        note(files);
    }

    private void write(List<Long> shards, ShardedOutputs outputs, Progress progress) {
        long next = 0;
        for (long shard : shards) {
            TokenRange range = outputs.range(shard);
            batches.skip(range.from() - next);
            progress.reach(range.from());
            try (FeatureSink output = outputs.start(shard)) {
                write(range.to() - range.from(), output, progress);
                output.publish();
            }
            next = range.to();
        }
    }

    private void write(long tokens, FeatureSink output, Progress progress) {
        batches.encodeNext(tokens, progress::advance, (batch, features) -> {
            output.write(batch, features);
            count(batch, features);
        });
    }

    private void count(TokenBatch batch, SparseFeatures features) {
        active += Summary.written(features, selection);
        encoded += batch.keptCount();
        written += batch.count();
    }

    private FeatureStream stream() {
        return FeatureStream.of(activations, sae.sae()).withProvenance(() -> sae.provenance(activations));
    }

    private Progress progress() {
        return Progress.start(terminal, "encoding", activations.layout().tokens());
    }

    private void note(List<WrittenFile> files) {
        remarks.forEach(terminal::note);
        summary.leftOut(activations);
        if (written > 0) {
            summary.l0(active, encoded);
        }
        terminal.note(summary.line(written, sae.sae(), files));
    }
}
