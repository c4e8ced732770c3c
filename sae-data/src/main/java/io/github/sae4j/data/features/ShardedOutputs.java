package io.github.sae4j.data.features;

import com.google.gson.JsonObject;
import io.github.sae4j.core.SaeArchitecture;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.TokenRange;
import io.github.sae4j.data.WrittenFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Files of features in shards. Finished shards outlast the process, so that a run that was killed can be resumed, and all are
 * put in place at the end. Not for use by several threads at once.
 *
 * <pre>{@code
 * List<Path> files = List.of(Path.of("features.npz"));
 * try (ShardedOutputs outputs = ShardedOutputs.open(
 *         files, FeatureStream.of(reader, sae), Selection.ALL, Sharding.of(1_000_000).resuming())) {
 *     EncodingPass pass = EncodingPass.of(reader, sae, 1024);
 *     long next = 0;
 *     for (long shard : outputs.missing()) {
 *         TokenRange range = outputs.range(shard);
 *         pass.skip(range.from() - next);
 *         try (FeatureSink sink = outputs.start(shard)) {
 *             pass.encodeNext(range.to() - range.from(), done -> {}, sink::write);
 *             sink.publish();
 *         }
 *         next = range.to();
 *     }
 *     outputs.commit();
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class ShardedOutputs implements AutoCloseable {

    private final Shards shards;
    private final Selection selection;
    private final FeatureStream stream;
    private final List<ShardFolder> folders = new ArrayList<>();
    private final List<Path> done = new ArrayList<>();

    private ShardedOutputs(Shards shards, Selection selection, FeatureStream stream) {
        this.shards = shards;
        this.selection = selection;
        this.stream = stream;
    }

    /**
     * Starts the files, or goes on with them.
     *
     * @param files the files, of the kinds that the endings of their names tell; none gets its own name: {@code features.npz}
     *     stands for {@code features-00001-of-00004.npz} and so on
     * @param stream what is written in all
     * @param selection which features, and in which form
     * @param sharding how the files are divided, and whether shards that are there already may be replaced
     * @throws DataException if a shard is there and may not be replaced, or cannot be made, or another run is
     *     at work on one of the files, has left shards that are neither to be used nor replaced, or wrote with other settings
     *     than this one that resumes it; if a shard would cut a sequence of a temporal SAE, or the selection {@linkplain
     *     FeatureSink#to(List, FeatureStream, Selection) leaves nothing out or changes nothing}
     * @throws IllegalArgumentException if the ending of a name tells no kind, or the features have an axis of layers
     */
    public static ShardedOutputs open(List<Path> files, FeatureStream stream, Selection selection, Sharding sharding) {
        if (stream.layout().layers() > 0) {
            throw new IllegalArgumentException(
                    "Files of features with an axis of layers cannot be divided into shards.");
        }
        selection.requireUse(
                files.stream()
                        .map(file -> FeatureTarget.file(OutputFile.replacing(file)))
                        .toList(),
                stream);
        requireWholeSequences(stream, sharding);
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
            for (Path file : files) {
                if (sharding.resumes() && ShardFolder.isDone(file, shards)) {
                    outputs.done.add(file);
                    continue;
                }
                outputs.folders.add(ShardFolder.open(file, shards, run, sharding));
            }
            return outputs;
        } catch (RuntimeException e) {
            outputs.close();
            throw e;
        }
    }

    private static void requireWholeSequences(FeatureStream stream, Sharding sharding) {
        long sequence = stream.layout().sequence();
        if (stream.config().architecture() == SaeArchitecture.TEMPORAL
                && sharding.tokens() < stream.layout().tokens()
                && sharding.tokens() % sequence != 0) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            Setting.SHARD_TOKENS.of(sharding.tokens()),
                            " cuts sequences of " + sequence + " tokens, but a temporal SAE takes whole ones."));
        }
    }

    /** Returns the numbers of the shards that are still to be made, ascending. */
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

    /**
     * Returns the tokens of a shard.
     *
     * @param shard its number, from 0
     * @throws IndexOutOfBoundsException if there is no such shard
     */
    public TokenRange range(long shard) {
        return shards.range(shard);
    }

    /**
     * Starts a shard of every file. Whoever starts it publishes and closes it.
     *
     * @param shard its number, from 0
     * @throws IndexOutOfBoundsException if there is no such shard
     */
    public FeatureSink start(long shard) {
        TokenRange range = shards.range(shard);
        return FeatureSink.to(
                folders.stream().map(folder -> folder.target(shard)).toList(), stream.slice(range), selection);
    }

    /**
     * Puts all shards in place, and returns them, those of each file together; to be called once none is missing.
     *
     * @throws IllegalStateException if one is missing
     * @throws DataException if somebody else has made a file of a shard's name meanwhile
     */
    public List<WrittenFile> commit() {
        if (!missing().isEmpty()) {
            throw new IllegalStateException("Shards are still missing: " + missing() + ".");
        }
        folders.forEach(ShardFolder::complete);
        List<WrittenFile> made = new ArrayList<>();
        folders.forEach(folder -> made.add(together(folder.publish())));
        done.forEach(file -> made.add(together(ShardFolder.places(file, shards))));
        return made;
    }

    private static WrittenFile together(List<OutputFile> files) {
        WrittenFile first = files.get(0).made();
        WrittenFile last = files.get(files.size() - 1).made();
        long bytes = files.stream().mapToLong(file -> file.made().bytes()).sum();
        return files.size() == 1 ? first : WrittenFile.of(first.name() + " to " + last.name(), bytes);
    }

    @Override
    public void close() {
        folders.forEach(ShardFolder::close);
    }
}
