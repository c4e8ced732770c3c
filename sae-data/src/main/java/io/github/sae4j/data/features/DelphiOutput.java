package io.github.sae4j.data.features;

import com.google.gson.JsonObject;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.internal.files.GuardedFolder;
import io.github.sae4j.data.internal.files.Json;
import io.github.sae4j.data.internal.files.Numbers;
import io.github.sae4j.data.internal.files.Spool;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Features as the automatic interpretation of
 * <a href="https://github.com/EleutherAI/delphi">delphi</a> reads its cache of latents: a folder for the hook, in it five
 * files, each of a range of features, with {@code locations [active, 3]} (sequence, position, feature from the first of the
 * range), {@code activations [active]} float16 and {@code tokens [sequences, context]}, the ids of all tokens.
 */
final class DelphiOutput implements FeatureSink {

    private static final int SPLITS = 5;

    /** delphi keeps no weaker activation. */
    private static final float WEAKEST = 1e-5f;

    private final GuardedFolder folder;
    private final Path place;
    private final String hook;
    private final long sequence;
    private final long[] shape;
    private final SaeConfig config;
    private final Supplier<Provenance> provenance;
    private final List<DelphiSplit> splits = new ArrayList<>();
    private final Spool tokens;
    private final Numbers numbers = new Numbers();
    private long next;
    private long clamped;

    private DelphiOutput(FeatureFolder target, FeatureStream stream) {
        Layout layout = stream.layout();
        this.config = stream.config();
        this.provenance = stream.provenance();
        this.hook = config.metadata().hookName().orElse("latents");
        if (hook.isBlank() || hook.startsWith(".") || hook.contains("/") || hook.contains("\\")) {
            throw new DataException(
                    Reason.UNWRITABLE,
                    Sentence.of(
                            Setting.DELPHI.named(), " no folder can have the name of the SAE's hook, " + hook + "."));
        }
        this.sequence = layout.sequence();
        this.shape = new long[] {sequence == 0 ? 0 : layout.tokens() / sequence, sequence};
        if (shape[0] > Integer.MAX_VALUE || shape[1] > Integer.MAX_VALUE) {
            throw new DataException(
                    Reason.UNSUPPORTED,
                    Sentence.of(
                            Setting.DELPHI.named(),
                            " " + shape[0] + " sequences of " + shape[1]
                                    + " tokens are more than its files can count."));
        }
        this.place = target.free(hook);
        this.folder = GuardedFolder.in(target.nearest(), () -> target.free(hook));
        try {
            this.tokens = Spool.in(folder.path(), place);
            for (int split = 0; split < SPLITS; split++) {
                int first = bound(split);
                int last = bound(split + 1) - 1;
                if (last >= first) {
                    splits.add(new DelphiSplit(folder.path(), place, first, last));
                }
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Returns the first feature of a split, a whole number of {@code linspace(0, d_sae, 6)}. */
    private int bound(int split) {
        return (int) ((long) config.dSae() * split / SPLITS);
    }

    /**
     * Starts a folder.
     *
     * @param target the folder of all hooks
     * @param stream what is written; its tokens are in sequences, or else one
     * @throws DataException if the tokens are of several sequences without an axis for them, their ids are not known, or the hook's
     *     folder is there and may not be replaced
     */
    static DelphiOutput create(FeatureFolder target, FeatureStream stream) {
        stream.requireSequences(Setting.DELPHI);
        if (!stream.hasIds()) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(Setting.DELPHI.named(), " needs the ids of the tokens, but they are not known."));
        }
        return new DelphiOutput(target, stream);
    }

    @Override
    public void write(TokenBatch batch, SparseFeatures features) {
        IntBuffer indices = features.indices();
        FloatBuffer values = features.values();
        for (int token = 0; token < features.tokens(); token++, next++) {
            int row = (int) (next / sequence);
            int position = (int) (next % sequence);
            int split = 0;
            for (int left = features.activeCount(token); left > 0; left--) {
                int feature = indices.get();
                float value = values.get();
                if (!(Math.abs(value) > WEAKEST)) {
                    continue;
                }
                while (feature > splits.get(split).last()) {
                    split++;
                }
                clamped += Math.abs(value) > DelphiSplit.LARGEST_HALF ? 1 : 0;
                splits.get(split).add(row, position, feature, value);
            }
        }
        numbers.longs(batch.ids(), tokens::append);
    }

    @Override
    public void finish() {
        Provenance origin = provenance.get();
        Map<String, String> metadata = origin.metadata(new long[] {shape[0], shape[1], config.dSae()});
        splits.forEach(split -> split.write(folder.path(), tokens, shape, metadata));
        closeSpools();
        try {
            Files.writeString(folder.path().resolve(FeatureFolder.CONFIG), json(metadata));
        } catch (IOException e) {
            throw DataException.of(Reason.UNWRITABLE, place, "cannot be written", e);
        }
    }

    /** What delphi wants to know; of the texts nothing is known here. */
    private String json(Map<String, String> metadata) {
        JsonObject json = new JsonObject();
        for (String unknown : List.of("dataset_repo", "dataset_split", "dataset_name", "dataset_column")) {
            json.add(unknown, null);
        }
        json.addProperty("batch_size", 1);
        json.addProperty("cache_ctx_len", sequence);
        json.addProperty("n_tokens", shape[0] * shape[1]);
        json.addProperty("n_splits", SPLITS);
        json.addProperty("model_name", config.metadata().modelName().orElse(null));
        JsonObject origin = new JsonObject();
        metadata.forEach(origin::addProperty);
        json.add("provenance", origin);
        return Json.indented(json) + "\n";
    }

    @Override
    public void commit() {
        folder.commit();
    }

    @Override
    public List<WrittenFile> made() {
        try (Stream<Path> files = Files.list(place)) {
            long bytes = files.mapToLong(file -> file.toFile().length()).sum();
            return List.of(WrittenFile.of(place.toString(), bytes));
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, place, "cannot be read", e);
        }
    }

    @Override
    public List<String> remarks() {
        return clamped == 0
                ? List.of()
                : List.of(String.format(
                        "%,d activations above 65,504, the largest number of float16, are kept as that in %s",
                        clamped, place));
    }

    private void closeSpools() {
        splits.forEach(DelphiSplit::close);
        splits.clear();
        tokens.close();
    }

    @Override
    @SuppressWarnings("NullAway") // called when the constructor fails, too
    public void close() {
        try {
            splits.forEach(DelphiSplit::close);
            if (tokens != null) {
                tokens.close();
            }
        } finally {
            folder.close();
        }
    }
}
