package io.github.sae4j.cli.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.analysis.survey.DecoderDirections;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeCapabilities;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeMetadata;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.VectorShapes;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.loader.PublishedSae;
import io.github.sae4j.loader.SaeDescription;
import io.github.sae4j.loader.SaeRelease;
import io.github.sae4j.loader.SaeSet;
import io.github.sae4j.loader.SetLayer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What there is to tell of SAEs, for programs; null stands for what is not known. */
final class SaeJson {

    private SaeJson() {}

    /** Returns the object of a release. */
    static JsonObject of(SaeRelease release) {
        JsonObject object = new JsonObject();
        object.addProperty("release", release.name());
        object.addProperty("saes", release.saes().size());
        object.addProperty("model", release.model().orElse(null));
        object.addProperty("repository", release.repository());
        object.addProperty("format", release.format().orElse(null));
        return object;
    }

    /** Returns the object of a published SAE. */
    static JsonObject of(Candidate candidate) {
        PublishedSae sae = candidate.sae();
        JsonObject object = new JsonObject();
        object.addProperty("sae", sae.name());
        object.addProperty("release", sae.release());
        object.addProperty("id", sae.id());
        object.addProperty("model", candidate.release().model().orElse(null));
        object.addProperty("layer", number(sae.layer().stream().asDoubleStream().boxed()));
        object.addProperty("width", number(sae.width().stream().boxed()));
        object.addProperty("l0", number(sae.likelyL0().stream().boxed()));
        object.addProperty("repository", sae.repository());
        object.addProperty("folder", sae.folder());
        object.addProperty("neuronpedia_id", sae.neuronpediaId().orElse(null));
        return object;
    }

    private static @Nullable Double number(Stream<Double> known) {
        return known.findFirst().orElse(null);
    }

    /** Returns the object of an SAE that is open. */
    static JsonObject of(OpenSae open, @Nullable PublishedSae published, @Nullable SaeDescription description) {
        SparseAutoencoder sae = open.sae();
        JsonObject object = new JsonObject();
        object.addProperty("sae", open.lastingName());
        object.addProperty("sae_options", open.options());
        object.addProperty("release", published == null ? null : published.name());
        add(object, sae.config(), sae.capabilities(), sae.normScalingFactor());
        object.addProperty("dtype", sae.weightType().label());
        object.addProperty("in_memory", sae.weightLayout());
        object.add("decoder_norms", norms(sae));
        object.addProperty("folded_decoder_norms", sae.hasFoldedDecoderNorms());
        object.addProperty("repository", sae.source().repository().orElse(null));
        object.addProperty("commit", sae.source().commit().orElse(null));
        object.add("files", array(sae.source().files()));
        object.addProperty("has_sparsity", sae.sparsity().isPresent());
        object.addProperty("device", DeviceChoice.spell(sae.device()));
        object.addProperty("kernel", sae.kernel().label());
        object.add(
                "vectors",
                sae.kernel() == Kernel.VECTOR
                        ? VectorShapes.here().map(VectorFacts::json).orElse(null)
                        : null);
        object.add("uses", uses(description));
        addOthers(object, sae.config());
        return object;
    }

    /** Returns the object of an SAE whose weights are not on this machine. */
    static JsonObject of(SaeDescription sae) {
        JsonObject object = new JsonObject();
        object.addProperty("sae", sae.name());
        object.addProperty("release", sae.published().map(PublishedSae::name).orElse(null));
        add(object, sae.config(), sae.capabilities(), sae.normScalingFactor());
        object.addProperty("repository", sae.repository().orElse(null));
        object.addProperty("commit", sae.commit().orElse(null));
        JsonArray tensors = new JsonArray();
        for (SaeDescription.Tensor tensor : sae.tensors()) {
            JsonObject stored = new JsonObject();
            stored.addProperty("name", tensor.name());
            stored.addProperty("dtype", tensor.dtype());
            JsonArray shape = new JsonArray();
            tensor.shape().forEach(shape::add);
            stored.add("shape", shape);
            tensors.add(stored);
        }
        object.add("tensors", tensors);
        object.add(
                "files",
                array(sae.files().stream().map(SaeDescription.File::name).toList()));
        object.addProperty(
                "bytes_to_fetch",
                sae.files().stream()
                        .filter(file -> !file.isHere())
                        .mapToLong(SaeDescription.File::bytes)
                        .sum());
        object.add("uses", uses(sae));
        addOthers(object, sae.config());
        return object;
    }

    /** Returns the object of a set of layers that is open. */
    static JsonObject of(SaeSet set) {
        SaeConfig config = set.layer(0).config();
        JsonObject object = new JsonObject();
        object.addProperty("set", set.source().description());
        object.addProperty("architecture", config.architecture().label());
        object.addProperty("d_in", set.d());
        object.addProperty("d_sae", set.dSae());
        object.addProperty("skip_term", !set.capabilities().has(SaeCapability.DECODE_WHOLLY));
        object.addProperty("model_name", config.metadata().modelName().orElse(null));
        object.addProperty("repository", set.source().repository().orElse(null));
        object.addProperty("commit", set.source().commit().orElse(null));
        object.add("files", array(set.source().files()));
        JsonArray layers = new JsonArray();
        for (int i = 0; i < set.layers(); i++) {
            SetLayer of = set.layer(i);
            JsonObject layer = new JsonObject();
            layer.addProperty("layer", i);
            layer.addProperty("sae", of.name());
            layer.addProperty("hook_name", of.readHook().orElse(null));
            layer.addProperty("hook_name_out", of.writtenHook().orElse(null));
            layers.add(layer);
        }
        object.add("layers", layers);
        return object;
    }

    /** Returns what became of each tensor and field of the files. */
    private static JsonArray uses(@Nullable SaeDescription description) {
        JsonArray uses = new JsonArray();
        if (description != null) {
            for (SaeDescription.Use use : description.uses()) {
                JsonObject object = new JsonObject();
                object.addProperty("file", use.file());
                object.addProperty("name", use.name());
                object.addProperty("purpose", use.purpose());
                uses.add(object);
            }
        }
        return uses;
    }

    private static void add(
            JsonObject object, SaeConfig config, SaeCapabilities capabilities, double normScalingFactor) {
        object.addProperty("architecture", config.architecture().label());
        object.addProperty("d_in", config.dIn());
        object.addProperty("d_sae", config.dSae());
        object.addProperty("d_out", capabilities.has(SaeCapability.DECODE) ? config.dOut() : null);
        object.addProperty("normalize_activations", config.normalization().label());
        object.addProperty("norm_scaling_factor", normScalingFactor);
        object.addProperty("reshape_activations", config.reshape().label());
        object.addProperty("apply_b_dec_to_input", config.applyBDecToInput());
        SaeMetadata metadata = config.metadata();
        object.addProperty("hook_name", metadata.hookName().orElse(null));
        object.addProperty("hook_head_index", orNull(metadata.hookHeadIndex()));
        object.addProperty("model_name", metadata.modelName().orElse(null));
        object.addProperty("context_size", orNull(metadata.contextSize()));
        object.addProperty("prepend_bos", metadata.prependBos().orElse(null));
        object.addProperty("dataset_path", metadata.datasetPath().orElse(null));
        object.addProperty("neuronpedia_id", metadata.neuronpediaId().orElse(null));
        object.addProperty("sae_lens_version", metadata.saeLensVersion().orElse(null));
    }

    private static @Nullable Integer orNull(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }

    private static void addOthers(JsonObject object, SaeConfig config) {
        JsonObject others = new JsonObject();
        config.otherFields().forEach((field, json) -> others.add(field, JsonParser.parseString(json)));
        object.add("other_fields", others);
    }

    private static @Nullable JsonObject norms(SparseAutoencoder sae) {
        WeightMatrix decoder = sae.parts().decoder().orElse(null);
        if (decoder == null) {
            return null;
        }
        double[] norms = DecoderDirections.of(decoder).norms();
        Arrays.sort(norms);
        JsonObject object = new JsonObject();
        object.addProperty("min", norms[0]);
        object.addProperty("median", norms[norms.length / 2]);
        object.addProperty("max", norms[norms.length - 1]);
        return object;
    }

    private static JsonArray array(List<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }
}
