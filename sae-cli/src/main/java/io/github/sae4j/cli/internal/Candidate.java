package io.github.sae4j.cli.internal;

import io.github.sae4j.loader.PublishedSae;
import io.github.sae4j.loader.SaeRelease;

/**
 * A published SAE, as a search finds it.
 *
 * @param release the release that it is of
 * @param sae the SAE
 */
record Candidate(SaeRelease release, PublishedSae sae) {}
