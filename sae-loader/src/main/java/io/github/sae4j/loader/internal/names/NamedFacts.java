package io.github.sae4j.loader.internal.names;

import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the names of a published SAE tell beside what the registry says. */
public final class NamedFacts {

    private static final Pattern LAYER =
            Pattern.compile("layers?[._]?(\\d{1,6})|blocks\\.(\\d{1,6})\\.|(?<![a-z0-9])l(\\d{1,6})(?=[ram]_|$|[-./])");
    private static final Pattern WIDTH = Pattern.compile(
            "width[_-]2pow(\\d{1,2})|(?:width[_-]?|(?<![a-z0-9])w-?|(?<=[-_]))(\\d+(?:\\.\\d+)?)([km])(?![a-z0-9])");
    private static final Pattern L0 = Pattern.compile("l0[_-](\\d+)");
    private static final Pattern RESIDUAL = Pattern.compile("(?<![a-z])res(?![a-z])|resid|lxr|(?<![a-z])l\\d+r_");
    private static final Pattern ATTENTION = Pattern.compile("(?<![a-z])attn?(?![a-z])|hook_z|lxa|(?<![a-z])l\\d+a_");
    private static final Pattern MLP = Pattern.compile("lxm|(?<![a-z])l\\d+m_");

    private NamedFacts() {}

    /** Returns all that words are looked for in, in small letters: names, and words for the hook that publishers shorten. */
    public static String text(Release release, KnownSae sae) {
        String names = String.join(
                        " ",
                        sae.name(),
                        sae.repository(),
                        sae.folder(),
                        Objects.requireNonNullElse(release.model(), ""),
                        Objects.requireNonNullElse(release.format(), ""),
                        sae.neuronpediaId().orElse(""))
                .toLowerCase(Locale.ROOT);
        return names
                + (RESIDUAL.matcher(names).find() ? " resid residual" : "")
                + (ATTENTION.matcher(names).find() ? " attn attention" : "")
                + (MLP.matcher(names).find() ? " mlp" : "");
    }

    /** Returns how many features are active per token on average, as the names tell. */
    public static OptionalDouble l0(KnownSae sae) {
        Matcher matcher = L0.matcher((sae.id() + " " + sae.folder()).toLowerCase(Locale.ROOT));
        return matcher.find() ? OptionalDouble.of(Double.parseDouble(matcher.group(1))) : OptionalDouble.empty();
    }

    /** Returns the layer of the model that the names tell. */
    public static OptionalInt layer(KnownSae sae) {
        for (String name : new String[] {sae.id(), sae.folder(), sae.repository()}) {
            Matcher matcher = LAYER.matcher(name.toLowerCase(Locale.ROOT));
            if (matcher.find()) {
                for (int group = 1; group <= matcher.groupCount(); group++) {
                    if (matcher.group(group) != null) {
                        return OptionalInt.of(Integer.parseInt(matcher.group(group)));
                    }
                }
            }
        }
        return OptionalInt.empty();
    }

    /** Returns about how many features the SAE has, as its names tell. */
    public static OptionalDouble width(KnownSae sae) {
        for (String name : new String[] {
            sae.id(),
            sae.folder(),
            sae.release(),
            sae.repository(),
            sae.neuronpediaId().orElse("")
        }) {
            Matcher matcher = WIDTH.matcher(name.toLowerCase(Locale.ROOT));
            if (matcher.find()) {
                return OptionalDouble.of(
                        matcher.group(1) != null
                                ? Math.pow(2, Integer.parseInt(matcher.group(1)))
                                : Double.parseDouble(matcher.group(2))
                                        * (matcher.group(3).equals("k") ? 1e3 : 1e6));
            }
        }
        return OptionalDouble.empty();
    }
}
