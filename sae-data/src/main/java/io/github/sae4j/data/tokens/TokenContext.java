package io.github.sae4j.data.tokens;

import java.util.List;
import java.util.Objects;

/**
 * The text around a token.
 *
 * <pre>{@code
 * NavigableSet<Long> wanted = new TreeSet<>(List.of(17L));
 * TokenContext context = TokenTexts.of(Path.of("tokens.jsonl"), reader.whole()).around(wanted, 8).get(17L);
 * String before = String.join("", context.before());
 * String after = String.join("", context.after());
 * System.out.println(before + "[" + context.token() + "]" + after);
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param before the tokens before it in the same text, the nearest last
 * @param token its own text
 * @param after the tokens after it, the nearest first
 * @since 0.1
 */
public record TokenContext(List<String> before, String token, List<String> after) {

    /** Copies the lists. */
    public TokenContext {
        before = List.copyOf(Objects.requireNonNull(before, "before"));
        Objects.requireNonNull(token, "token");
        after = List.copyOf(Objects.requireNonNull(after, "after"));
    }
}
