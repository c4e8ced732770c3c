package io.github.sae4j.hub;

import java.time.Duration;

/** What a client is made of; shared by its calls and its threads. */
record HubServices(
        HubConfig config,
        HubAddresses addresses,
        HubTransport transport,
        HubErrors errors,
        FileLookup lookup,
        Retry retry,
        Duration longPatience,
        Redaction redaction) {

    /**
     * Checks that the network may be used.
     *
     * @param what what would be asked for, as a part of a sentence
     * @throws OfflineModeException if it may not
     */
    void requireOnline(String what) {
        if (config.offline()) {
            throw new OfflineModeException("Only the hub could answer for " + what
                    + ", and offline mode forbids asking it. Leave offline mode (HF_HUB_OFFLINE).");
        }
    }

    static HubServices of(HubConfig config, Retry.Pause pause, Duration longPatience) {
        HubAddresses addresses = new HubAddresses(config.endpoint());
        Redaction redaction = new Redaction(config.token().orElse(null));
        HubTransport transport = new HubTransport(config, redaction);
        HubErrors errors = new HubErrors(addresses, redaction, config.hasToken());
        return new HubServices(
                config,
                addresses,
                transport,
                errors,
                new FileLookup(addresses, transport, errors),
                new Retry(pause, config.progress()),
                longPatience,
                redaction);
    }
}
