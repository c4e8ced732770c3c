package io.github.sae4j.hub;

import io.github.sae4j.hub.RawServer.Raw;
import io.github.sae4j.hub.RawServer.Then;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Makes answers that begin as right ones and then go wrong in ways that follow from a random number. */
final class StrangeAnswers {

    static final byte[] FILE = RawServer.latin1("{\"layer\": 19, \"d_in\": 3072}");
    static final String COMMIT = "0123456789012345678901234567890123456789";
    static final String ETAG = "\"" + ContentHashes.gitSha1(FILE) + "\"";

    private static final List<String> VALUES = List.of(
            "",
            " ",
            "0",
            "-1",
            "1",
            "28",
            "27",
            "99999999999999999999",
            "9223372036854775807",
            "1e3",
            "NaN",
            "\"\"",
            "W/\"\"",
            "\"../../x\"",
            "..\\..\\x",
            "/etc/passwd",
            "C:\\x",
            "\u00e4\u00f6\u00fc\u00ff",
            "\t",
            "a".repeat(5000),
            COMMIT,
            COMMIT.toUpperCase(Locale.ROOT),
            ETAG,
            "bytes 0-27/28",
            "bytes 5-27/28",
            "bytes */0",
            "bytes 9-1/-3",
            "gzip",
            "identity",
            "chunked",
            "close",
            "http://",
            "http://[::1",
            "http://%zz/",
            "//",
            "//127.0.0.1:1/x?Signature=abc",
            "http://127.0.0.1:1/x?Signature=abc",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "/a b|c",
            "?",
            "#",
            "../../../..",
            "<" + "/x>; rel=\"next\"",
            "<>; rel=next",
            "Bearer " + TestHub.TOKEN,
            "https://h/?token=" + TestHub.TOKEN,
            "\"api\";r=0;t=1",
            "\"api\";r=0;t=999999999",
            "EntryNotFound",
            "RevisionNotFound",
            "RepoNotFound",
            "GatedRepo",
            "Access to this resource is disabled.");

    private static final List<String> CODES = List.of("EntryNotFound", "RevisionNotFound", "RepoNotFound", "GatedRepo");

    private static final List<String> NAMES = List.of(
            "X-Repo-Commit",
            "X-Linked-Etag",
            "X-Linked-Size",
            "ETag",
            "Content-Length",
            "Content-Range",
            "Content-Encoding",
            "Transfer-Encoding",
            "Connection",
            "Location",
            "Link",
            "Retry-After",
            "RateLimit",
            "X-Error-Code",
            "X-Error-Message",
            "x-request-id",
            "X-HF-Warning",
            "X-Xet-Hash",
            "Set-Cookie",
            "Content-Type",
            "WWW-Authenticate",
            "Upgrade");

    private static final int[] STATUSES = {
        100, 101, 102, 199, 200, 201, 204, 205, 206, 207, 226, 299, 300, 301, 302, 303, 304, 307, 308, 399, 400, 401,
                402,
        403, 404, 405, 407, 408, 409, 410, 416, 418, 429, 451, 499, 500, 501, 502, 503, 504, 511, 599, 600, 999, 0, 1
    };

    private static final List<String> JSON = List.of(
            "",
            "null",
            "[]",
            "{}",
            "[[[[[[[[[[",
            "[".repeat(2000) + "]".repeat(2000),
            "{\"sha\": \"" + COMMIT + "\"}",
            "{\"sha\": 1}",
            "{\"sha\": \"../x\"}",
            "{\"sha\": \"" + COMMIT + "\", \"siblings\": {}}",
            "{\"sha\": \"" + COMMIT + "\", \"siblings\": [1]}",
            "{\"sha\": \"" + COMMIT + "\", \"siblings\": [{\"rfilename\": \"../../x\"}]}",
            "[{\"type\": \"file\", \"path\": \"a\", \"size\": 1e400, \"oid\": \"x\"}]",
            "[{\"type\": \"file\", \"path\": \"..\\\\x\", \"size\": 1, \"oid\": \"" + COMMIT + "\"}]",
            "[{\"type\": \"file\", \"path\": \"a\", \"size\": -1, \"oid\": \"" + COMMIT + "\"}]",
            "[{\"type\": \"file\", \"path\": \"cfg.json\", \"size\": 28, \"oid\": \"" + COMMIT + "\", \"lfs\": []}]",
            "{\"error\": {\"a\": 1}}",
            "{\"error\": [[[\"x\"]]], \"errors\": [1, {\"message\": {}}]}",
            "\ufeff{}",
            "<html>Sign in to the WLAN</html>",
            "{\"sha\": \"\\ud800\"}");

    private final Random random;

    StrangeAnswers(Random random) {
        this.random = random;
    }

    /** Returns an answer to a request; every so often it is right. */
    Raw to(String request) {
        StringBuilder head = new StringBuilder();
        byte[] body = right(request, head);
        int changes = random.nextInt(4);
        int status = Integer.parseInt(head.substring(9, 12));
        boolean noBody = request.startsWith("HEAD");
        for (int change = 0; change < changes; change++) {
            switch (random.nextInt(6)) {
                case 0 -> status = STATUSES[random.nextInt(STATUSES.length)];
                case 1, 2 ->
                    head.append(pick(NAMES)).append(": ").append(pick(VALUES)).append("\r\n");
                case 3 -> replaceHeader(head);
                case 4 -> body = body(body);
                default -> removeHeader(head);
            }
        }
        head.replace(9, 12, status < 100 ? "00" + status : Integer.toString(status));
        if (head.indexOf("Content-Length") < 0 && random.nextInt(4) > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append("\r\n");
        byte[] bytes = RawServer.latin1(head.toString());
        if (!noBody) {
            bytes = Arrays.copyOf(bytes, bytes.length + body.length);
            System.arraycopy(body, 0, bytes, bytes.length - body.length, body.length);
        }
        return delivered(bytes, isFramed(head.toString(), status, noBody ? -1 : body.length));
    }

    /** Returns whether a client can tell where an answer ends, so that the connection may serve for the next. */
    private static boolean isFramed(String head, int status, int length) {
        boolean lengthIsRight = head.contains("Content-Length: " + length + "\r\n")
                && head.indexOf("Content-Length") == head.lastIndexOf("Content-Length");
        return status >= 200
                && status != 204
                && status != 205
                && status != 304
                && (length < 0 || lengthIsRight)
                && !head.contains("Transfer-Encoding")
                && !head.contains("Connection")
                && !head.contains("Upgrade");
    }

    private Raw delivered(byte[] bytes, boolean framed) {
        int kind = random.nextInt(100);
        if (kind < 6) {
            for (int flips = random.nextInt(5); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            return new Raw(bytes, Then.CLOSE);
        }
        if (kind < 12) {
            return new Raw(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)), Then.CLOSE);
        }
        if (kind < 13) {
            return new Raw(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)), Then.STALL);
        }
        return new Raw(bytes, framed ? Then.KEEP : Then.CLOSE);
    }

    private byte[] right(String request, StringBuilder head) {
        String path = request.split(" ", 3)[1];
        if (random.nextInt(12) == 0) {
            head.append("HTTP/1.1 404 Not Found\r\nX-Error-Code: ")
                    .append(pick(CODES))
                    .append("\r\n");
            return RawServer.latin1("{\"error\": \"no\"}");
        }
        if (path.startsWith("/api/") && path.contains("/tree/")) {
            head.append("HTTP/1.1 200 OK\r\n");
            return RawServer.latin1("[{\"type\": \"file\", \"path\": \"cfg.json\", \"size\": " + FILE.length
                    + ", \"oid\": " + ETAG + "}]");
        }
        if (path.startsWith("/api/models/") && path.contains("/revision/")) {
            head.append("HTTP/1.1 200 OK\r\n");
            return RawServer.latin1("{\"sha\": \"" + COMMIT + "\", \"siblings\": [{\"rfilename\": \"cfg.json\"}]}");
        }
        if (random.nextInt(3) == 0 && !path.startsWith("/cdn")) {
            head.append("HTTP/1.1 302 Found\r\nLocation: ")
                    .append(random.nextBoolean() ? "/x/" + COMMIT : "//127.0.0.1:1/cdn?Signature=abc%3D")
                    .append("\r\nX-Linked-Etag: ")
                    .append(ETAG)
                    .append("\r\nX-Linked-Size: ")
                    .append(FILE.length)
                    .append("\r\n");
        } else {
            head.append("HTTP/1.1 200 OK\r\n");
        }
        head.append("ETag: ")
                .append(ETAG)
                .append("\r\nX-Repo-Commit: ")
                .append(COMMIT)
                .append("\r\n");
        head.append("Content-Length: ").append(FILE.length).append("\r\n");
        return FILE;
    }

    private byte[] body(byte[] body) {
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(body, random.nextInt(2 * body.length + 1));
            case 1 -> {
                byte[] noise = new byte[random.nextInt(200)];
                random.nextBytes(noise);
                yield noise;
            }
            case 2 -> RawServer.latin1(pick(JSON));
            default -> new byte[0];
        };
    }

    private void replaceHeader(StringBuilder head) {
        int from = head.indexOf(": ", 15);
        int to = from < 0 ? -1 : head.indexOf("\r\n", from);
        if (to >= 0) {
            head.replace(from + 2, to, pick(VALUES));
        }
    }

    private void removeHeader(StringBuilder head) {
        int from = head.indexOf("\r\n") + 2;
        int to = head.indexOf("\r\n", from);
        if (to >= 0) {
            head.delete(from, to + 2);
        }
    }

    private String pick(List<String> list) {
        return list.get(random.nextInt(list.size()));
    }
}
