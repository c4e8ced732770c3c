package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.Listing;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What became of every tensor and every field of an SAE's files: what it is used for, or why it changes nothing. Whatever
 * is neither is refused, for it may be what makes the SAE compute something else.
 */
final class Accounts {

    private final Set<String> allowed;
    private final Set<String> set;
    private final Set<String> unmet;
    private final Set<Described.Use> uses = new LinkedHashSet<>();

    /**
     * Begins.
     *
     * @param allowed the names of tensors and fields that the user lets through although nothing understands them
     * @param set the fields that the user set
     */
    Accounts(Set<String> allowed, Set<String> set) {
        this.allowed = allowed;
        this.set = set;
        this.unmet = new LinkedHashSet<>(allowed);
    }

    /** Something that nothing understands: its name and what it holds, {@code "foo" = 1} or {@code foo [8]}. */
    record Stranger(String name, String shown) {}

    /** Returns the fields of SAELens's configuration that the user set, of which {@link Reading#requireOverridesRead} judges. */
    Set<String> set() {
        return set;
    }

    /** Says what a tensor or a field is for. */
    void use(String file, String name, String purpose) {
        uses.add(new Described.Use(file, name, purpose));
    }

    /**
     * Refuses what nothing understands, unless the user lets it through.
     *
     * @param file the file that holds it
     * @param kind {@code field} or {@code tensor}
     * @param of what the file is of, for example {@code a jumprelu SAE}
     * @throws SaeLoadException if there is any that the user did not allow
     */
    void refuse(String file, String kind, String of, List<Stranger> strangers) {
        List<Stranger> refused = new ArrayList<>();
        for (Stranger stranger : strangers) {
            if (allowed.contains(stranger.name())) {
                unmet.remove(stranger.name());
                use(file, stranger.name(), "not understood, and let through by the user");
            } else {
                refused.add(stranger);
            }
        }
        if (refused.isEmpty()) {
            return;
        }
        boolean one = refused.size() == 1;
        String name = refused.get(0).name();
        throw new SaeLoadException(
                Reason.NOT_UNDERSTOOD,
                file + " has " + (one ? "a " + kind : kind + "s")
                        + " that nothing here understands in "
                        + of + ": "
                        + Listing.of(refused.stream().map(Stranger::shown).toList()) + ". "
                        + Conjecture.of(refused.stream().map(Stranger::name).toList())
                        + "If it changes nothing, open the SAE with allowUnknown(\"" + name + "\")"
                        + (one ? "." : ", and so for each."));
    }

    /** Returns the names that the user let through and that were met. */
    List<String> letThrough() {
        return allowed.stream().filter(name -> !unmet.contains(name)).toList();
    }

    /**
     * Checks that the user allowed nothing in vain.
     *
     * @throws SaeLoadException if a name that was allowed is none that had to be
     */
    void requireAllMet(String place) {
        if (!unmet.isEmpty()) {
            String name = unmet.iterator().next();
            throw new SaeLoadException(
                    Reason.SETTING_REFUSED,
                    "allowUnknown(\"" + name + "\") has no effect: " + place
                            + " has no tensor or field of this name that is not understood.");
        }
    }

    /** Returns what became of each, in the order in which that was known. */
    List<Described.Use> uses() {
        return List.copyOf(uses);
    }
}
