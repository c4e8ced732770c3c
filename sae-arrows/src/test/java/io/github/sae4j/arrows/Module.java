package io.github.sae4j.arrows;

import java.util.List;

/**
 * A module of the project as ARCHITECTURE.md has it.
 *
 * @param name the name of its artifact
 * @param root its package, with those below; empty if it has none
 * @param uses the modules that it uses
 * @param libraries the packages of others that it uses, beside the JDK's and JSpecify's
 */
record Module(String name, String root, List<String> uses, List<String> libraries) {

    boolean hasPackage() {
        return !root.isEmpty();
    }

    String packages() {
        return root + "..";
    }

    String internals() {
        return root + ".internal..";
    }

    @Override
    public String toString() {
        return hasPackage() ? root.substring(root.lastIndexOf('.') + 1) : name;
    }
}
