package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.format.SaeFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** The layouts that there are: those that come with this library, and those that others provide. */
final class FileLayouts {

    /** In the order in which they are tried: the ones with more markers before those with fewer of the same. */
    private static final List<FileLayout> OWN = List.of(
            new LlamascopiumFormat("llamascopium"),
            new LlamascopiumFormat("llama_scope_r1_distill"),
            new SaeLensFormat(),
            GemmaScopeFormat.sae(),
            GemmaScopeFormat.transcoder(),
            new GemmaScope2Format(),
            new LlamaScopeFormat(),
            new TemporalFormat(),
            new DictionaryLearningFormat(),
            new DictionaryCrosscoderFormat(),
            new ModelDiffCrosscoderFormat(),
            new InterPlmFormat(),
            new SparsifyFormat(),
            new HookZFormat(),
            new QwenScopeFormat(),
            new OpenAiFormat(),
            LinearFormat.deepSeek(),
            LinearFormat.goodfire(),
            new MwhannaFormat(),
            new CrossLayerFormat());

    private FileLayouts() {}

    /**
     * Returns all layouts in the order in which they are tried.
     *
     * @throws SaeLoadException if one that others provide cannot be used
     */
    static List<FileLayout> all() {
        List<FileLayout> all = new ArrayList<>(OWN);
        Map<String, String> owners = new HashMap<>();
        OWN.forEach(layout -> owners.put(layout.label(), "this library"));
        try {
            for (SaeFormat format : ServiceLoader.load(SaeFormat.class)) {
                String provider = format.getClass().getName();
                @Nullable String other = owners.put(format.label(), provider);
                if (other != null) {
                    throw new SaeLoadException(
                            Reason.INCOMPATIBLE_LIBRARY,
                            "Two formats are called \"" + format.label() + "\": one of " + other + ", one of "
                                    + provider + ". Rename one of them, or leave it off the class path.");
                }
                all.add(new ProvidedFormat(format));
            }
        } catch (ServiceConfigurationError e) {
            throw new SaeLoadException(
                    Reason.INCOMPATIBLE_LIBRARY,
                    "A format of SAEs on the class path cannot be used: " + e.getMessage() + ".",
                    e);
        }
        return all;
    }
}
