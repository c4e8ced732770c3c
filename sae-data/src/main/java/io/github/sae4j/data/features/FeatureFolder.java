package io.github.sae4j.data.features;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder of latents to be made as delphi reads them; each hook of a model has a folder in it, and only
 * the hook's own is ever replaced.
 *
 * @param path the folder of all hooks, which need not be there
 * @param replace whether the folder of the hook may be replaced
 */
record FeatureFolder(Path path, boolean replace) {

    static final String CONFIG = "config.json";

    private static final Pattern SPLIT = Pattern.compile("[0-9]+_[0-9]+\\.safetensors");

    /**
     * Checks that a folder can be made, before any work is done; that of a hook may not be replaced.
     *
     * @throws DataException if there is a file of that name, or its own folder does not let it be made
     */
    static FeatureFolder of(Path path) {
        if (path.toString().isEmpty()) {
            throw new DataException(
                    Reason.UNWRITABLE,
                    Sentence.of(Setting.DELPHI.named(), " names no folder; delphi:latents, for example, does."));
        }
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new DataException(
                    Reason.EXISTS,
                    Sentence.of(path + ": this is a file, but ", Setting.DELPHI.named(), " names a folder."));
        }
        FeatureFolder folder = new FeatureFolder(path, false);
        Path existing = folder.nearest();
        if (!Files.isDirectory(existing)) {
            throw new DataException(Reason.UNWRITABLE, path + ": its folder does not exist.");
        }
        if (!Files.isWritable(existing)) {
            throw new DataException(Reason.UNWRITABLE, path + ": no file can be written in its folder.");
        }
        return folder;
    }

    /** Returns this folder if it is there, otherwise the one that it will be in. */
    Path nearest() {
        Path parent = path.toAbsolutePath().getParent();
        return Files.exists(path) || parent == null ? path : parent;
    }

    /**
     * Returns the folder of a hook, once it is known to be free or may be replaced.
     *
     * @throws DataException if it is there and may not be replaced, or has something in it that would be lost
     */
    Path free(String hook) {
        Path folder = path.resolve(hook);
        if (!Files.exists(folder)) {
            return folder;
        }
        if (!replace) {
            throw new DataException(
                    Reason.EXISTS,
                    Sentence.of(folder + ": this folder exists already; ", Setting.REPLACE.named(), " replaces it."));
        }
        for (Path file : files(folder)) {
            String name = String.valueOf(file.getFileName());
            if (!Files.isRegularFile(file)
                    || !(name.equals(CONFIG) || SPLIT.matcher(name).matches())) {
                throw new DataException(
                        Reason.EXISTS,
                        Sentence.of(
                                folder + ": it holds " + name + ", which is no part of a delphi folder, so ",
                                Setting.REPLACE.named(),
                                " does not replace it."));
            }
        }
        return folder;
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, folder, "cannot be read", e);
        }
    }
}
