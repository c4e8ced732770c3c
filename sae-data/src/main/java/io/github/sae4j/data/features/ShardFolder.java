package io.github.sae4j.data.features;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.internal.files.GuardedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The hidden folder beside the target in which finished shards wait for the others, so that a run that was killed can go on.
 *
 * <p>It has a description of the run, and a file named {@code complete} once every shard is there; then the shards are
 * moved to where they belong, and the folder disappears. A lock, which ends with the process, keeps a second run out.
 */
final class ShardFolder implements AutoCloseable {

    private static final String LOCK = "lock";
    private static final String RUN = "run.json";
    private static final String COMPLETE = "complete";
    private static final Set<String> OURS = Set.of(LOCK, RUN, COMPLETE);

    private final FeatureTarget.InFile target;
    private final Shards shards;
    private final Path folder;
    private final FileChannel channel;
    private final boolean replace;

    private ShardFolder(FeatureTarget.InFile target, Shards shards, boolean replace, Path folder, FileChannel channel) {
        this.target = target;
        this.shards = shards;
        this.replace = replace;
        this.folder = folder;
        this.channel = channel;
    }

    private static Path of(FeatureTarget.InFile target) {
        return target.file().path().resolveSibling("." + target.file().fileName() + ".sae-work");
    }

    /** Returns whether a run has put all shards in place and described no other since. */
    static boolean isDone(FeatureTarget.InFile target, Shards shards) {
        return !Files.exists(of(target).resolve(RUN))
                && LongStream.range(0, shards.count()).allMatch(shard -> Files.exists(place(target, shards, shard)));
    }

    /**
     * Opens the folder, and makes it if there is none.
     *
     * @param target the file as the user named it
     * @param shards how its tokens are divided
     * @param run describes the run; one with another description does not go on with it
     * @param resume whether to go on with what a run has left
     * @param replace whether files that are in the way may be replaced
     * @throws DataException if another run has it now, or has left shards in it that are neither to be used nor replaced
     */
    static ShardFolder open(
            FeatureTarget.InFile target, Shards shards, JsonObject run, boolean resume, boolean replace) {
        Path folder = of(target);
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            requireAlone(target, channel);
            ShardFolder opened = new ShardFolder(target, shards, replace, folder, channel);
            try {
                opened.prepare(run, resume);
                return opened;
            } catch (RuntimeException | IOException e) {
                opened.close();
                throw e;
            }
        } catch (IOException e) {
            throw DataException.of(Reason.UNWRITABLE, folder, "cannot be used", e);
        }
    }

    private static void requireAlone(FeatureTarget.InFile target, FileChannel channel) throws IOException {
        @Nullable FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new DataException(
                    Reason.UNWRITABLE, target.file().path() + ": another run is at work on its shards.");
        }
    }

    private void prepare(JsonObject run, boolean resume) throws IOException {
        long finished = finished();
        if (finished > 0 || Files.exists(folder.resolve(COMPLETE))) {
            if (resume) {
                requireSame(run);
            } else if (!replace) {
                throw new DataException(
                        Reason.EXISTS,
                        Sentence.of(
                                target.file().path() + ": a run was interrupted that has finished " + finished
                                        + (finished == 1 ? " shard" : " shards") + "; ",
                                Setting.RESUME.named(),
                                " goes on with it, ",
                                Setting.REPLACE.named(),
                                " begins anew."));
            }
        }
        Set<String> kept = new HashSet<>(Set.of(LOCK));
        if (resume) {
            kept.addAll(List.of(RUN, COMPLETE));
            LongStream.range(0, shards.count()).forEach(shard -> kept.add(shards.name(path(), target.format(), shard)));
        }
        for (Path file : files()) {
            if (!kept.contains(String.valueOf(file.getFileName()))) {
                Files.delete(file);
            }
        }
        if (!Files.exists(folder.resolve(RUN)) || finished == 0) {
            Files.writeString(folder.resolve(RUN), run.toString());
        }
        if (!isComplete()) {
            for (long shard = 0; shard < shards.count(); shard++) {
                OutputFile.of(place(target, shards, shard), replace);
            }
        }
    }

    /** Returns how many shards there are, also of a run that divided the tokens in another way. */
    private long finished() throws IOException {
        return files().stream()
                .map(file -> String.valueOf(file.getFileName()))
                .filter(name -> !name.startsWith(".") && !OURS.contains(name))
                .count();
    }

    private void requireSame(JsonObject run) throws IOException {
        JsonObject before;
        try {
            before = JsonParser.parseString(Files.readString(folder.resolve(RUN)))
                    .getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new DataException(Reason.MALFORMED, folder.resolve(RUN) + ": this is no description of a run.", e);
        }
        for (String field : run.keySet()) {
            if (!run.get(field).equals(before.get(field))) {
                throw new DataException(
                        Reason.MISMATCH,
                        Sentence.of(
                                target.file().path() + ": ",
                                Setting.RESUME.named(),
                                " cannot go on, for \"",
                                spoken(field),
                                "\" was " + before.get(field) + " and is now " + run.get(field) + "; ",
                                Setting.REPLACE.named(),
                                " without ",
                                Setting.RESUME.named(),
                                " begins anew."));
            }
        }
    }

    /** Fields of the description are settings, or what files say of their origin. */
    private static Object spoken(String field) {
        return Stream.of(Setting.values())
                .filter(setting -> setting.name().equals(field))
                .<Object>map(Setting::named)
                .findFirst()
                .orElse(field);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private Path path() {
        return target.file().path();
    }

    private static Path place(FeatureTarget.InFile target, Shards shards, long shard) {
        Path path = target.file().path();
        return path.resolveSibling(shards.name(path, target.format(), shard));
    }

    private Path finished(long shard) {
        return folder.resolve(shards.name(path(), target.format(), shard));
    }

    boolean has(long shard) {
        return Files.exists(finished(shard));
    }

    /** Returns whether every shard has been made, and some may have been moved already. */
    boolean isComplete() {
        return Files.exists(folder.resolve(COMPLETE));
    }

    /** Returns where a shard is to be made. */
    FeatureTarget.InFile target(long shard) {
        return new FeatureTarget.InFile(OutputFile.of(finished(shard), true), target.format());
    }

    /** Says that every shard is made. */
    void complete() {
        try {
            Files.writeString(folder.resolve(COMPLETE), "");
        } catch (IOException e) {
            throw DataException.of(Reason.UNWRITABLE, folder, "cannot be used", e);
        }
    }

    /**
     * Moves every shard to where it belongs and returns them; to be called after {@link #complete}.
     *
     * @throws DataException if somebody else has made a file of a shard's name meanwhile
     */
    List<OutputFile> publish() {
        for (long shard = 0; shard < shards.count(); shard++) {
            if (has(shard)) {
                OutputFile.of(place(target, shards, shard), replace);
                GuardedFile.move(finished(shard), place(target, shards, shard));
            }
        }
        discard();
        return places(target, shards);
    }

    /** Returns where all shards are in the end. */
    static List<OutputFile> places(FeatureTarget.InFile target, Shards shards) {
        return LongStream.range(0, shards.count())
                .mapToObj(shard -> OutputFile.of(place(target, shards, shard), true))
                .toList();
    }

    /** Whoever ends here is done once the description is gone, and the mark goes after it. */
    private void discard() {
        try {
            channel.close();
            for (Path file : files()) {
                if (!file.endsWith(RUN) && !file.endsWith(COMPLETE)) {
                    Files.delete(file);
                }
            }
            Files.deleteIfExists(folder.resolve(RUN));
            Files.deleteIfExists(folder.resolve(COMPLETE));
            Files.delete(folder);
        } catch (IOException e) {
            throw DataException.of(Reason.UNWRITABLE, folder, "cannot be deleted", e);
        }
    }

    /** Lets go of the folder, and removes it if nothing in it would be used again. */
    @Override
    public void close() {
        try {
            if (Files.exists(folder) && !isComplete() && finished() == 0) {
                discard();
            }
            channel.close();
        } catch (IOException e) {
            throw DataException.of(Reason.UNWRITABLE, folder, "cannot be closed", e);
        }
    }
}
