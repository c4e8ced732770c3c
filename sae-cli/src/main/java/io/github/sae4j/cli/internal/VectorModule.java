package io.github.sae4j.cli.internal;

/** The module of the Vector API, which Java leaves out unless it is asked for. */
public final class VectorModule {

    private static final String NAME = "jdk.incubator.vector";

    /** What Java itself calls for modules that are needed once it runs, such as those of agents. */
    private static final String JAVA_MODULES = "jdk.internal.module.Modules";

    private VectorModule() {}

    /**
     * Loads the module, if this Java has it and the launcher has exported the package of Java's own that can. The option
     * {@code --add-modules} does the same, but Java then prints a warning that nothing turns off.
     */
    public static void load() {
        try {
            Class.forName(JAVA_MODULES).getMethod("loadModule", String.class).invoke(null, NAME);
        } catch (ReflectiveOperationException | LinkageError e) {
            // Whoever runs an SAE without the module is told by the kernel that takes its place.
            return;
        }
    }
}
