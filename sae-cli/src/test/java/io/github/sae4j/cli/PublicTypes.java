package io.github.sae4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** The public types of the libraries, as their sources have them: those of files, and those within these. */
final class PublicTypes extends TreePathScanner<@Nullable Void, List<PublicTypes.Type>> {

    static final List<String> LIBRARIES = List.of(
            "safetensors-java",
            "tensor-files",
            "hf-hub4j",
            "sae-core",
            "sae-loader",
            "sae-data",
            "sae-analysis",
            "sae-spark");

    private final DocTrees docs;

    private PublicTypes(DocTrees docs) {
        this.docs = docs;
    }

    /**
     * A public type.
     *
     * @param name its name, after those of the types around it
     * @param javadoc what is written of it, without asterisks; empty if nothing is
     */
    record Type(String name, String javadoc) {

        boolean isNested() {
            return name.contains(".");
        }

        /** Returns the name of the type around a nested one. */
        String around() {
            return name.substring(0, name.lastIndexOf('.'));
        }
    }

    /** Returns all of a library. */
    static List<Type> of(String library) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources(library)));
            PublicTypes types = new PublicTypes(DocTrees.instance(task));
            List<Type> found = new ArrayList<>();
            for (CompilationUnitTree unit : task.parse()) {
                types.scan(unit, found);
            }
            return found;
        }
    }

    /** Returns those of all libraries that are in no other type. */
    static List<Type> ofFiles() throws IOException {
        List<Type> types = new ArrayList<>();
        for (String library : LIBRARIES) {
            of(library).stream().filter(type -> !type.isNested()).forEach(types::add);
        }
        return types;
    }

    /** Returns the files of a library's public packages. */
    static List<Path> sources(String library) throws IOException {
        Path root = MarkdownPages.ROOT.resolve(library).resolve("src/main/java");
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !root.relativize(file).toString().contains("internal"))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public @Nullable Void visitClass(ClassTree type, List<Type> found) {
        Tree around = getCurrentPath().getParentPath().getLeaf();
        if (!type.getModifiers().getFlags().contains(Modifier.PUBLIC) && around.getKind() != Tree.Kind.INTERFACE) {
            return null;
        }
        String javadoc = Objects.requireNonNullElse(docs.getDocComment(getCurrentPath()), "");
        found.add(new Type(nameWithin(type), javadoc));
        return super.visitClass(type, found);
    }

    private String nameWithin(ClassTree type) {
        String name = type.getSimpleName().toString();
        for (Tree around : getCurrentPath().getParentPath()) {
            if (around instanceof ClassTree outer) {
                name = outer.getSimpleName() + "." + name;
            }
        }
        return name;
    }
}
