package io.github.sae4j.data.tokens;

import java.util.List;

/**
 * The text around a token.
 *
 * @param before the tokens before it in the same text, the nearest last
 * @param token its own text
 * @param after the tokens after it, the nearest first
 * @since 0.1
 */
public record TokenContext(List<String> before, String token, List<String> after) {

    /** Copies the lists. */
    public TokenContext {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }
}
