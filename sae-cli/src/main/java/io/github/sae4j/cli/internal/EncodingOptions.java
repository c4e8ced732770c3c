package io.github.sae4j.cli.internal;

import picocli.CommandLine.Option;

/** The options that say which SAE runs, and how, of the commands that encode many tokens. */
final class EncodingOptions extends RunOptions {

    static final String PREPARED =
            "Prepare the encoder before encoding: more memory, and a while at the beginning, for a"
                    + " faster encoding with the same bits. For many tokens.";

    @Option(names = "--prepared", description = PREPARED)
    private boolean prepared;

    @Override
    boolean prepared() {
        return prepared;
    }
}
