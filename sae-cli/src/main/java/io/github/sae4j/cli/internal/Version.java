package io.github.sae4j.cli.internal;

import picocli.CommandLine.IVersionProvider;

/** The version of this software, as its jar's manifest has it. */
public final class Version implements IVersionProvider {

    private static final String UNPACKED = "unpacked";

    /** Returns the version, or a word that says that the classes did not come from a jar. */
    static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? UNPACKED : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"sae4j " + number()};
    }
}
