package io.github.sae4j.data.features;

import com.google.gson.JsonObject;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.TokenRange;
import io.github.sae4j.data.WrittenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Files of features in shards; what is finished of them outlasts the process, and all are put in place at the end.
 * Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class ShardedOutputs implements AutoCloseable {

    private final Shards shards;
    private final Selection selection;
    private final FeatureStream stream;
    private final List<ShardFolder> folders = new ArrayList<>();
    private final List<FeatureTarget.InFile> done = new ArrayList<>();

    private ShardedOutputs(Shards shards, Selection selection, FeatureStream stream) {
        this.shards = shards;
        this.selection = selection;
        this.stream = stream;
    }

    /**
     * Starts the files, or goes on with them.
     *
     * @param targets the files as the caller named them
     * @param sharding how they are divided
     * @param selection what else decides which features are written
     * @param stream what is written in all
     */
    public static ShardedOutputs open(
            List<FeatureTarget.InFile> targets, Sharding sharding, Selection selection, FeatureStream stream) {
        Shards shards = new Shards(stream.layout().tokens(), sharding.tokens());
        JsonObject run = new JsonObject();
        stream.metadata().forEach(run::addProperty);
        run.addProperty(Setting.SHARD_TOKENS.name(), sharding.tokens());
        run.addProperty(Setting.DENSE.name(), selection.dense());
        run.addProperty(
                Setting.TOP_K.name(),
                selection.topK().isPresent() ? selection.topK().getAsInt() : null);
        run.addProperty(Setting.LONG_FORM.name(), selection.longForm());
        run.addProperty(Setting.METADATA.name(), selection.metadata());
        ShardedOutputs outputs = new ShardedOutputs(shards, selection, stream);
        try {
            for (FeatureTarget.InFile target : targets) {
                if (sharding.resume() && ShardFolder.isDone(target, shards)) {
                    outputs.done.add(target);
                    continue;
                }
                outputs.folders.add(ShardFolder.open(target, shards, run, sharding.resume(), sharding.replace()));
            }
            return outputs;
        } catch (RuntimeException e) {
            outputs.close();
            throw e;
        }
    }

    /** Returns the shards that are still to be made, ascending. */
    public List<Long> missing() {
        if (folders.stream().anyMatch(ShardFolder::isComplete)) {
            return List.of();
        }
        return LongStream.range(0, shards.count())
                .filter(shard -> !folders.stream().allMatch(folder -> folder.has(shard)))
                .boxed()
                .toList();
    }

    /** Returns how many shards there are of each file. */
    public long count() {
        return shards.count();
    }

    /** Returns the tokens of a shard. */
    public TokenRange range(long shard) {
        return shards.range(shard);
    }

    /** Starts a shard of every file. */
    public FeatureOutputs start(long shard) {
        TokenRange range = shards.range(shard);
        return FeatureOutputs.create(
                folders.stream().map(folder -> folder.target(shard)).toList(),
                selection,
                new FeatureStream(
                        stream.layout().slice(range),
                        stream.config(),
                        stream.hasIds(),
                        () -> stream.provenance().get().ofShard(range),
                        range.from()));
    }

    /** Puts all shards in place once they are all made, and returns those of each file. */
    public List<WrittenFile> commit() {
        folders.forEach(ShardFolder::complete);
        List<WrittenFile> made = new ArrayList<>();
        folders.forEach(folder -> made.add(together(folder.publish())));
        done.forEach(target -> made.add(together(ShardFolder.places(target, shards))));
        return made;
    }

    private static WrittenFile together(List<OutputFile> files) {
        WrittenFile first = files.get(0).made();
        WrittenFile last = files.get(files.size() - 1).made();
        long bytes = files.stream().mapToLong(file -> file.made().bytes()).sum();
        return files.size() == 1 ? first : new WrittenFile(first.name() + " to " + last.name(), bytes);
    }

    @Override
    public void close() {
        folders.forEach(ShardFolder::close);
    }
}
