package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.CFG;
import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.TOKEN;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.When;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The token and signed queries stay secret. Runs last, over all that the module logged in its tests; that no other host
 * saw the token is checked whenever a test closes its hub, and that no exception tells it, wherever a test expects one.
 */
@Order(Integer.MAX_VALUE)
class SecretsTest {

    private static final Path LOG = Path.of("target", "hub-tests.log");

    @TempDir
    private Path temporary;

    @Test
    void staySecretInEveryLineThatWasLogged() throws IOException {
        try (TestHub hub = TestHub.in(temporary)) {
            hub.on(When.get("/cdn/*").nth(1), Fault.cutAt(1000));
            hub.on(When.get("/cdn/*").nth(2), Fault.expiredSignature());
            hub.on(When.get("/cdn/*").from(3), Fault.redirectLoop());
            hub.on(When.head("*" + CFG), Fault.status(500).and(Fault.with("X-Error-Message", "who is " + TOKEN + "?")));
            failure(HubException.class, () -> hub.client().download(REPO, WEIGHTS));
            failure(HubException.class, () -> hub.client().download(REPO, CFG));
            assertThat(hub.cdnRequests()).hasSizeGreaterThan(2);
        }

        int lines = 0;
        try (BufferedReader log = Files.newBufferedReader(LOG, StandardCharsets.ISO_8859_1)) {
            for (String line = log.readLine(); line != null; line = log.readLine()) {
                lines++;
                assertThat(line)
                        .doesNotContain(TOKEN)
                        .doesNotContain("Signature=")
                        .doesNotContain("Expires=");
            }
        }
        assertThat(lines).isGreaterThan(5);
    }

    @Test
    void stayOutOfWhatObjectsSayOfThemselves() {
        URI signed = URI.create("https://cdn.example/x?Expires=1&Signature=abc");
        FileMetadata metadata = new FileMetadata("0".repeat(40), "e", 1, signed, false);

        assertThat(metadata.toString()).doesNotContain("Signature");
        assertThat(HubConfig.defaults().toBuilder().token(TOKEN).build().toString())
                .doesNotContain(TOKEN);
    }

    @Test
    void areTakenOutOfFailuresThatComeFromBelow() {
        Redaction redaction = new Redaction(TOKEN);
        for (String secret : List.of(TOKEN, "Bearer abc", "https://cdn/x?Expires=1&Signature=abc")) {
            IOException failure = redaction.cause(new IOException("outer", new IOException("bad line: " + secret)));
            assertThat(failure).hasNoCause();
            assertThat(redaction.cause(new IOException("bad line: " + secret)).getMessage())
                    .doesNotContain(secret)
                    .contains("bad line");
        }
        IOException harmless = new IOException("connection reset");
        assertThat(redaction.cause(harmless)).isSameAs(harmless);
    }
}
