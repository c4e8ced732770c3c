package io.github.sae4j.hub;

import io.github.sae4j.hub.HubException.Reason;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The addresses under which a hub keeps files and answers questions. */
final class HubAddresses {

    static final String PUBLIC_HUB = "https://huggingface.co";

    private static final String UNRESERVED = "-._~";
    private static final int HIGHEST_PORT = 65_535;

    private final URI endpoint;

    HubAddresses(URI endpoint) {
        this.endpoint = endpoint;
    }

    /** Returns an address without the slashes at its end, checked to be one that a hub can have. */
    static URI requireEndpoint(String address) {
        String trimmed = address.strip();
        while (trimmed.endsWith("/")) {
            trimmed = trimmed.substring(0, trimmed.length() - 1);
        }
        @Nullable URI uri = null;
        try {
            uri = new URI(trimmed);
        } catch (URISyntaxException e) {
            // Ends in the same sentence as an address of another kind; the cause would repeat the address.
        }
        if (uri == null
                || !isFetchable(uri)
                || uri.getRawUserInfo() != null
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw new HubException(
                    Reason.INVALID_ARGUMENT,
                    "The hub's address (HF_ENDPOINT) should be like " + PUBLIC_HUB
                            + ", with neither user nor query, but is \"" + Redaction.address(trimmed) + "\".");
        }
        return uri;
    }

    /** Returns where a file of a revision is. */
    URI file(RepoId repo, String revision, String file) {
        String prefix = repo.type() == RepoType.MODEL ? "" : repo.type().plural() + "/";
        return URI.create(
                endpoint + "/" + prefix + repo.id() + "/resolve/" + quoted(revision, "") + "/" + quoted(file, "/"));
    }

    /** Returns where the hub says which commit a revision is, and which files it has. */
    URI info(RepoId repo, String revision) {
        return URI.create(api(repo) + "/revision/" + quoted(revision, ""));
    }

    /** Returns where the hub begins to list the files of a commit with their sizes and hashes. */
    URI tree(RepoId repo, String commit) {
        return URI.create(api(repo) + "/tree/" + quoted(commit, "") + "?recursive=true&expand=false");
    }

    /** Returns the page on which people see the repository. */
    String page(RepoId repo) {
        String prefix = repo.type() == RepoType.MODEL ? "" : repo.type().plural() + "/";
        return endpoint + "/" + prefix + repo.id();
    }

    /**
     * Returns the address that an answer names, seen from the address that was asked, or null if it is none that can be
     * asked, or would leave encryption. A mirror of the public hub passes on addresses of the public hub; those are turned into its own.
     */
    @Nullable
    URI parse(URI asked, String answer) {
        String text = encoded(answer.strip());
        if (text.equals(PUBLIC_HUB) || text.startsWith(PUBLIC_HUB + "/")) {
            text = endpoint + text.substring(PUBLIC_HUB.length());
        }
        try {
            URI target = asked.resolve(new URI(text));
            return isFetchable(target) && target.getRawUserInfo() == null && !isDowngrade(asked, target)
                    ? target
                    : null;
        } catch (URISyntaxException | IllegalArgumentException e) {
            return null;
        }
    }

    /** Returns whether an answer's address names no server, so that it means the one that was asked. */
    static boolean isRelative(String answer) {
        try {
            URI uri = new URI(encoded(answer.strip()));
            return !uri.isAbsolute() && uri.getRawAuthority() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Returns whether an address is the hub's, and not that of a server behind it. */
    boolean isHub(URI uri) {
        return sameServer(endpoint, uri);
    }

    /** Returns whether two addresses are of one server: the same protocol, host and port. */
    static boolean sameServer(URI left, URI right) {
        return lower(left.getScheme()).equals(lower(right.getScheme()))
                && lower(left.getHost()).equals(lower(right.getHost()))
                && port(left) == port(right);
    }

    /** Returns whether going on from one address to the other would leave encryption. */
    private static boolean isDowngrade(URI from, URI to) {
        return lower(from.getScheme()).equals("https") && !lower(to.getScheme()).equals("https");
    }

    private String api(RepoId repo) {
        return endpoint + "/api/" + repo.type().plural() + "/" + repo.id();
    }

    private static boolean isFetchable(URI uri) {
        String scheme = lower(uri.getScheme());
        @Nullable String host = uri.getHost();
        return (scheme.equals("http") || scheme.equals("https"))
                && host != null
                && !host.isEmpty()
                && uri.getPort() <= HIGHEST_PORT
                && uri.getPort() != 0;
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return lower(uri.getScheme()).equals("https") ? 443 : 80;
    }

    private static String lower(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }

    private static String quoted(String text, String safe) {
        StringBuilder quoted = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (octet & 0xFF);
            if (isAsciiLetterOrDigit(character) || UNRESERVED.indexOf(character) >= 0 || safe.indexOf(character) >= 0) {
                quoted.append(character);
            } else {
                quoted.append(percent(octet));
            }
        }
        return quoted.toString();
    }

    /** Percent-encodes what an address may not hold; servers are less strict than {@link URI}. */
    private static String encoded(String address) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : address.getBytes(StandardCharsets.UTF_8)) {
            boolean illegal = octet <= ' ' || octet == 0x7F || "\"<>\\^`{|}".indexOf(octet) >= 0;
            encoded.append(illegal ? percent(octet) : String.valueOf((char) octet));
        }
        return encoded.toString();
    }

    private static String percent(byte octet) {
        return String.format(Locale.ROOT, "%%%02X", octet & 0xFF);
    }

    private static boolean isAsciiLetterOrDigit(char character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9');
    }
}
