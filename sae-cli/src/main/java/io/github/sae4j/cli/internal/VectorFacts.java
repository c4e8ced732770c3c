package io.github.sae4j.cli.internal;

import com.google.gson.JsonObject;
import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.core.VectorShapes;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The pieces in which the vector kernel multiplies, as people and programs read them. */
final class VectorFacts {

    private VectorFacts() {}

    static String line(VectorShapes shapes) {
        return String.format(
                Locale.ROOT,
                "%d registers of %d bits, tiles of %d tokens × %d vectors, panels of %s and %s, caches of %s and %s",
                shapes.registers(),
                shapes.vectorBits(),
                shapes.tileTokens(),
                shapes.tileVectors(),
                size(shapes.flat()),
                size(shapes.deep()),
                size(shapes.firstCache()),
                size(shapes.secondCache()));
    }

    private static String size(VectorShapes.Panel panel) {
        return Quantity.count(panel.features()) + " × " + Quantity.count(panel.rows());
    }

    private static String size(OptionalLong bytes) {
        return bytes.isPresent() ? bytes.getAsLong() / 1024 + " KiB" : "unknown size";
    }

    static JsonObject json(VectorShapes shapes) {
        JsonObject object = new JsonObject();
        object.addProperty("bits", shapes.vectorBits());
        object.addProperty("registers", shapes.registers());
        object.addProperty("tile_tokens", shapes.tileTokens());
        object.addProperty("tile_vectors", shapes.tileVectors());
        object.add("flat_panel", json(shapes.flat()));
        object.add("deep_panel", json(shapes.deep()));
        object.addProperty("first_cache_bytes", orNull(shapes.firstCache()));
        object.addProperty("second_cache_bytes", orNull(shapes.secondCache()));
        return object;
    }

    private static JsonObject json(VectorShapes.Panel panel) {
        JsonObject object = new JsonObject();
        object.addProperty("features", panel.features());
        object.addProperty("rows", panel.rows());
        return object;
    }

    private static @Nullable Long orNull(OptionalLong bytes) {
        return bytes.isPresent() ? bytes.getAsLong() : null;
    }
}
