package io.github.sae4j.data.features;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.internal.files.GuardedFile;
import io.github.sae4j.data.internal.files.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

    private final Path file;
    private final Shards shards;
    private final Path folder;
    private final FileChannel channel;
    private final boolean replace;

    private ShardFolder(Path file, Shards shards, boolean replace, Path folder, FileChannel channel) {
        this.file = file;
        this.shards = shards;
        this.replace = replace;
        this.folder = folder;
        this.channel = channel;
    }

    private static Path of(Path file) {
        return file.resolveSibling("." + file.getFileName() + ".sae-work");
    }

    /** Returns whether a run has put all shards in place and described no other since. */
    static boolean isDone(Path file, Shards shards) {
        return !Files.exists(of(file).resolve(RUN))
                && LongStream.range(0, shards.count()).allMatch(shard -> Files.exists(place(file, shards, shard)));
    }

    /**
     * Opens the folder, and makes it if there is none.
     *
     * @param file the file as the user named it
     * @param shards how its tokens are divided
     * @param run describes the run; one with another description does not go on with it
     * @param sharding whether to go on with what a run has left, and whether files that are in the way may be replaced
     * @throws DataException if another run has it now, or has left shards in it that are neither to be used nor replaced
     */
    static ShardFolder open(Path file, Shards shards, JsonObject run, Sharding sharding) {
        Path folder = of(file);
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            requireAlone(file, channel);
            ShardFolder opened = new ShardFolder(file, shards, sharding.replaces(), folder, channel);
            try {
                opened.prepare(run, sharding.resumes());
                return opened;
            } catch (RuntimeException | IOException e) {
                opened.close();
                throw e;
            }
        } catch (IOException e) {
            throw DataException.of(Reason.UNWRITABLE, folder, "cannot be used", e);
        }
    }

    private static void requireAlone(Path file, FileChannel channel) throws IOException {
        @Nullable FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new DataException(Reason.UNWRITABLE, file + ": another run is at work on its shards.");
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
                                file + ": a run was interrupted that has finished " + finished
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
            LongStream.range(0, shards.count()).forEach(shard -> kept.add(shards.name(file, shard)));
        }
        for (Path left : files()) {
            if (!kept.contains(String.valueOf(left.getFileName()))) {
                Files.delete(left);
            }
        }
        if (!Files.exists(folder.resolve(RUN)) || finished == 0) {
            Files.writeString(folder.resolve(RUN), run.toString());
        }
        if (!isComplete()) {
            for (long shard = 0; shard < shards.count(); shard++) {
                requireFree(shard);
            }
        }
    }

    private void requireFree(long shard) {
        Path place = place(file, shards, shard);
        if (replace) {
            OutputFile.replacing(place);
        } else {
            OutputFile.of(place);
        }
    }

    /** Returns how many shards there are, also of a run that divided the tokens in another way. */
    private long finished() throws IOException {
        return files().stream()
                .map(left -> String.valueOf(left.getFileName()))
                .filter(name -> !name.startsWith(".") && !OURS.contains(name))
                .count();
    }

    private void requireSame(JsonObject run) throws IOException {
        JsonObject before;
        try {
            before = Json.parse(Files.readString(folder.resolve(RUN))).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new DataException(Reason.MALFORMED, folder.resolve(RUN) + ": this is no description of a run.", e);
        }
        for (Map.Entry<String, JsonElement> now : run.entrySet()) {
            String field = now.getKey();
            if (!now.getValue().equals(before.get(field))) {
                throw new DataException(
                        Reason.MISMATCH,
                        Sentence.of(
                                file + ": ",
                                Setting.RESUME.named(),
                                " cannot go on, for \"",
                                spoken(field),
                                "\" was " + before.get(field) + " and is now " + now.getValue() + "; ",
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

    private static Path place(Path file, Shards shards, long shard) {
        return file.resolveSibling(shards.name(file, shard));
    }

    private Path finished(long shard) {
        return folder.resolve(shards.name(file, shard));
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
        return FeatureTarget.file(OutputFile.replacing(finished(shard)));
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
                requireFree(shard);
                GuardedFile.move(finished(shard), place(file, shards, shard));
            }
        }
        discard();
        return places(file, shards);
    }

    /** Returns where all shards are in the end. */
    static List<OutputFile> places(Path file, Shards shards) {
        return LongStream.range(0, shards.count())
                .mapToObj(shard -> OutputFile.replacing(place(file, shards, shard)))
                .toList();
    }

    /** Whoever ends here is done once the description is gone, and the mark goes after it. */
    private void discard() {
        try {
            channel.close();
            for (Path left : files()) {
                if (!left.endsWith(RUN) && !left.endsWith(COMPLETE)) {
                    Files.delete(left);
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
