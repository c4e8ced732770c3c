package io.github.sae4j.cli.internal;

import io.github.sae4j.loader.PublishedSae;
import io.github.sae4j.loader.SaeRelease;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A published SAE, and what its names tell beside what the registry says.
 *
 * @param release the release that it is of
 * @param sae the SAE
 */
record Candidate(SaeRelease release, PublishedSae sae) {

    private static final Pattern LAYER =
            Pattern.compile("layers?[._]?(\\d+)|blocks\\.(\\d+)\\.|(?<![a-z0-9])l(\\d+)(?=[ram]_|$|[-./])");
    private static final Pattern WIDTH = Pattern.compile(
            "width[_-]2pow(\\d+)|(?:width[_-]?|(?<![a-z0-9])w-?|(?<=[-_]))(\\d+(?:\\.\\d+)?)([km])(?![a-z0-9])");
    private static final Pattern L0 = Pattern.compile("l0[_-](\\d+)");
    private static final Pattern RESIDUAL = Pattern.compile("(?<![a-z])res(?![a-z])|resid|lxr|(?<![a-z])l\\d+r_");
    private static final Pattern ATTENTION = Pattern.compile("(?<![a-z])attn?(?![a-z])|hook_z|lxa|(?<![a-z])l\\d+a_");
    private static final Pattern MLP = Pattern.compile("lxm|(?<![a-z])l\\d+m_");

    /** Returns all that words are looked for in, in small letters: names, and words for the hook that publishers shorten. */
    String text() {
        String names = String.join(
                        " ",
                        sae.name(),
                        sae.repository(),
                        sae.folder(),
                        release.model().orElse(""),
                        release.format().orElse(""),
                        sae.neuronpediaId().orElse(""))
                .toLowerCase(Locale.ROOT);
        return names
                + (RESIDUAL.matcher(names).find() ? " resid residual" : "")
                + (ATTENTION.matcher(names).find() ? " attn attention" : "")
                + (MLP.matcher(names).find() ? " mlp" : "");
    }

    /** Returns how many features are active per token on average, as was published or as the names tell, or null. */
    @Nullable
    Double l0() {
        if (sae.l0().isPresent()) {
            return sae.l0().getAsDouble();
        }
        Matcher matcher = L0.matcher((sae.id() + " " + sae.folder()).toLowerCase(Locale.ROOT));
        return matcher.find() ? Double.valueOf(matcher.group(1)) : null;
    }

    /** Returns the layer of the model that the SAE's names tell, or null if they tell none. */
    @Nullable
    Double layer() {
        for (String name : new String[] {sae.id(), sae.folder(), sae.repository()}) {
            Matcher matcher = LAYER.matcher(name.toLowerCase(Locale.ROOT));
            if (matcher.find()) {
                for (int group = 1; group <= matcher.groupCount(); group++) {
                    if (matcher.group(group) != null) {
                        return Double.valueOf(matcher.group(group));
                    }
                }
            }
        }
        return null;
    }

    /** Returns about how many features the SAE has, as its names tell, or null if they do not. */
    @Nullable
    Double width() {
        for (String name : new String[] {
            sae.id(),
            sae.folder(),
            sae.release(),
            sae.repository(),
            sae.neuronpediaId().orElse("")
        }) {
            Matcher matcher = WIDTH.matcher(name.toLowerCase(Locale.ROOT));
            if (matcher.find()) {
                return matcher.group(1) != null
                        ? Math.pow(2, Integer.parseInt(matcher.group(1)))
                        : Double.parseDouble(matcher.group(2))
                                * (matcher.group(3).equals("k") ? 1e3 : 1e6);
            }
        }
        return null;
    }
}
