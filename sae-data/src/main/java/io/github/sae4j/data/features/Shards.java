package io.github.sae4j.data.features;

import io.github.sae4j.data.TokenRange;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/**
 * How tokens are divided into files: so many in each, the rest in the last.
 *
 * @param tokens how many there are
 * @param each how many a shard has, at least 1
 */
record Shards(long tokens, long each) {

    /** Returns how many shards there are; one, empty, where there are no tokens. */
    long count() {
        return Math.max(1, (tokens + each - 1) / each);
    }

    /**
     * Returns the tokens of a shard, which is counted from 0; of the empty one, the first that is not there.
     *
     * @throws IndexOutOfBoundsException if there is no such shard
     */
    TokenRange range(long shard) {
        long from = Objects.checkIndex(shard, count()) * each;
        return new TokenRange(from, tokens == 0 ? 1 : from + Math.min(each, tokens - from));
    }

    /** Returns the name of a shard's file, {@code features-00001-of-00004.npz} for {@code features.npz}. */
    String name(Path file, long shard) {
        String whole = String.valueOf(file.getFileName());
        int stem = whole.lastIndexOf('.');
        return String.format(
                Locale.ROOT, "%s-%05d-of-%05d%s", whole.substring(0, stem), shard + 1, count(), whole.substring(stem));
    }
}
