package io.github.sae4j.hub;

import io.github.sae4j.hub.HubException.Reason;
import java.time.Duration;
import java.util.regex.Pattern;

/** What single settings of a hub must be. */
final class HubSettings {

    private static final Pattern TOKEN = Pattern.compile("[!-~]+");
    private static final Pattern HEADER_TEXT = Pattern.compile("[ -~]*");

    private HubSettings() {}

    static String requireToken(String token) {
        if (!TOKEN.matcher(token).matches()) {
            throw new HubException(
                    Reason.INVALID_ARGUMENT,
                    "The token for the hub has a character that no token has, such as a space, a"
                            + " line end or a letter beyond ASCII. Copy it again.");
        }
        return token;
    }

    static String requireHeaderText(String text, String name) {
        if (!HEADER_TEXT.matcher(HubException.requirePresent(text, name)).matches()) {
            throw new HubException(Reason.INVALID_ARGUMENT, name + " may have printable ASCII characters only.");
        }
        return text;
    }

    static Duration requirePositive(Duration limit, String name) {
        if (HubException.requirePresent(limit, name).isNegative() || limit.isZero()) {
            throw new HubException(Reason.INVALID_ARGUMENT, name + " must be more than zero, but is " + limit + ".");
        }
        return limit;
    }
}
