package io.github.sae4j.cli.internal;

import io.github.sae4j.cli.internal.shell.ManPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sae man}: prints the manual page. */
@Command(
        name = "man",
        description = "Print the manual page: sae man | man -l -",
        footer = {"", "Examples:", "  sae man | man -l -", "  sae man > ~/.local/share/man/man1/sae.1"})
@SuppressWarnings("NullAway.Init") // picocli fills the annotated field
public final class ManCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Terminal.of(spec)
                .print(ManPage.of(spec.root(), "sae4j " + Version.number()).stripTrailing());
    }
}
