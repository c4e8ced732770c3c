package io.github.sae4j.loader.internal.format;

import java.util.List;
import java.util.regex.Pattern;

/** What a tensor or a field may be that nothing understands, by what publishers call such things. */
enum Conjecture {
    THRESHOLD("thresh|log_thr", "thresholds, as JumpReLU and batch top-k SAEs have"),
    SKIP("skip|affine_conn", "a skip connection, as transcoders may have"),
    GATE("gate|glu|r_mag|b_mag", "a gate, as gated SAEs and gated linear units have"),
    NORMALISER("norm|scale|rescale|mean|std|rms|center|centre|whiten", "a normalisation or a scale of the activations"),
    LIMIT("^(.*[._])?(top_?)?k(_.*)?$|topk|l0_cap", "how many features stay active, as in top-k SAEs"),
    RULE(
            "activation|act_fn|relu|nonlin|sae_type|arch|dict_class|kind",
            "the rule that decides which features are active"),
    ATTENTION("attn|attention|rotary|ctx|mask|W_[QKVO]$", "attention between tokens"),
    DECODER("dec|decoder", "another decoder, or a part of it"),
    ENCODER("enc|encoder|lora|adapter", "another encoder, or a part of it"),
    BIAS("bias|^b_", "a bias");

    private final Pattern names;
    private final String guess;

    Conjecture(String names, String guess) {
        this.names = Pattern.compile(names, Pattern.CASE_INSENSITIVE);
        this.guess = guess;
    }

    /** Returns a sentence about the first name that resembles something known, with a space behind it, or nothing. */
    static String of(List<String> names) {
        for (Conjecture conjecture : values()) {
            for (String name : names) {
                if (conjecture.names.matcher(name).find()) {
                    return (names.size() == 1 ? "It may be " : name + " may be ") + conjecture.guess + ". ";
                }
            }
        }
        return "";
    }
}
