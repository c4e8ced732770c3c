package io.github.sae4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles examples of the documentation, each as the method {@code run} of a class of its own. */
final class ExampleCompiler {

    /** What examples take as given are the fields. */
    private static final String CLASS = """
            import ai.djl.Device;
            import ai.djl.ndarray.*;
            import ai.djl.ndarray.types.Shape;
            import io.github.sae4j.analysis.*;
            import io.github.sae4j.analysis.check.*;
            import io.github.sae4j.analysis.evaluation.*;
            import io.github.sae4j.analysis.machine.*;
            import io.github.sae4j.analysis.report.*;
            import io.github.sae4j.analysis.survey.*;
            import io.github.sae4j.core.*;
            import io.github.sae4j.data.*;
            import io.github.sae4j.data.activations.*;
            import io.github.sae4j.data.features.*;
            import io.github.sae4j.data.tokens.*;
            import io.github.sae4j.hub.*;
            import io.github.sae4j.loader.*;
            import io.github.sae4j.loader.format.*;
            import io.github.sae4j.safetensors.*;
            import io.github.sae4j.tensors.*;
            import java.io.*;
            import java.nio.ByteBuffer;
            import java.nio.channels.WritableByteChannel;
            import java.nio.file.Path;
            import java.time.Duration;
            import java.util.*;
            import java.util.function.Supplier;

            public class %s {
                public static float[][] activations;
                static float[] flat;
                static ByteBuffer rows;
                static ByteBuffer littleEndianBytes;
                static Path folder;
                static float[] activation;
                static float[] row;
                static float[] bias;
                static float[] threshold;
                static float[] gateBias;
                static float[] magnitudeBias;
                static float[] magnitudeScale;
                static float[] decoderBias;
                static int tokens;
                static int dIn;
                static int dSae;
                static int dOut;
                static ByteBuffer bytes;
                static WritableByteChannel out;
                static WeightMatrix encoder;
                static WeightMatrix decoder;
                static ReconstructionTarget target;
                static Provenance provenance;
                static SaeSet set;
                static float[][][] layered;
                static SaeConfig config;
                static SaeBuilder builder;
                static SparseAutoencoder sae;
                static SparseFeatures features;
                static SaeException e;
                static ActivationReader reader;
                static Supplier<ActivationReader> open;
                static FeatureSink sink;
                static FeatureStream stream;
                static TensorFile file;
                static HubClient hub;
                static RepoId repo;

                public static void run() throws Exception {
            %s
                }
            }
            """;

    private final Path folder;
    private final List<Path> sources = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    /** Compiles into a folder. */
    ExampleCompiler(Path folder) {
        this.folder = folder;
    }

    /** Adds an example: statements, or a class. */
    void add(List<String> lines) throws IOException {
        String name = "Example" + names.size();
        // A class within a method has no access of its own.
        String text = String.join("\n", lines).replaceFirst("^public final class", "final class");
        sources.add(Files.writeString(folder.resolve(name + ".java"), CLASS.formatted(name, text)));
        names.add(name);
    }

    /** Compiles all of them, and returns the classes' names. */
    List<String> compile() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(diagnostics, null, UTF_8)) {
            List<String> options =
                    List.of("-proc:none", "-d", folder.toString(), "-cp", System.getProperty("java.class.path"));
            boolean done = compiler.getTask(
                            null, files, diagnostics, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(done).as("%s", diagnostics.getDiagnostics()).isTrue();
        }
        return names;
    }
}
