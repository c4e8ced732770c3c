package io.github.sae4j.loader;

import io.github.sae4j.hub.HubConfig;
import java.nio.file.Path;

/** Settings of hubs that are not asked. */
final class HubConfigs {

    private HubConfigs() {}

    /** Returns the settings that know a cache and no network. */
    static HubConfig offline(Path cache) {
        return offline(HubConfig.defaults().toBuilder().cache(cache).build());
    }

    /** Returns settings with the network out of bounds. */
    static HubConfig offline(HubConfig config) {
        return config.toBuilder().offline(true).build();
    }
}
