package io.github.sae4j.cli;

import io.github.sae4j.fixtures.PublisherCase;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.fixtures.Tensor;
import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.hub.HubConfig;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A small SAE on a hub, with an input and what should come out, whoever made the case.
 *
 * @param name the case's name
 * @param repository the repository's id
 * @param repositoryFolder the folder that is the whole repository
 * @param path the SAE's place in the repository, empty for the repository itself
 * @param io the file with the input {@code x}
 * @param normScalingFactor the factor that the user must know, if there is one
 * @param expected what should come out, by its name
 */
record PublishedCase(
        String name,
        String repository,
        Path repositoryFolder,
        String path,
        Path io,
        Optional<String> normScalingFactor,
        Function<String, Tensor> expected) {

    /** Returns every case: folders that SAELens wrote, and publishers' own files. */
    static List<PublishedCase> all() {
        return Stream.concat(
                        ReferenceCase.all().stream().map(PublishedCase::of),
                        PublisherCase.all().stream().map(PublishedCase::of))
                .toList();
    }

    private static PublishedCase of(ReferenceCase reference) {
        return new PublishedCase(
                reference.name(),
                "reference/" + reference.name(),
                reference.folder(),
                "",
                reference.folder().resolve("io.safetensors"),
                Optional.empty(),
                reference::expectedTensor);
    }

    private static PublishedCase of(PublisherCase published) {
        return new PublishedCase(
                published.name(),
                published.repository(),
                published.repositoryFolder(),
                published.path(),
                published.repositoryFolder().resolveSibling("io.safetensors"),
                published.optionalFact("norm_scaling_factor"),
                published::expected);
    }

    /** Returns the name that users give to {@code --sae}. */
    String sae() {
        return repository + (path.isEmpty() ? "" : ":" + path);
    }

    /** Fetches the SAE's files from a hub into a cache, as anyone does who uses it once. */
    void download(Path cache) {
        try (FakeHub hub = FakeHub.serving(repository, repositoryFolder).start()) {
            HubConfig config = HubConfig.defaults().toBuilder()
                    .endpoint(hub.endpoint().toString())
                    .cache(cache)
                    .build();
            SAE.from(sae()).hub(config).download();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
