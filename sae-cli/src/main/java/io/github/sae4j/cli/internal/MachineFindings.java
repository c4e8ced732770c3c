package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** What this process knows of its Java and of the machine under it. */
final class MachineFindings {

    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    private MachineFindings() {}

    static List<Finding> collect() {
        Runtime runtime = Runtime.getRuntime();
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.of("sae4j", Version.number()));
        findings.add(
                Finding.of("Java", Runtime.version() + ", " + property("java.vendor") + ", " + property("java.home")));
        findings.add(
                Finding.of("system", property("os.name") + " " + property("os.version") + ", " + property("os.arch")));
        findings.add(Finding.of("processors", Integer.toString(runtime.availableProcessors())));
        findings.add(Finding.of("memory", "heap of at most " + Quantity.bytes(runtime.maxMemory()) + physicalMemory()));
        findings.add(Finding.of("Vector API", vectors()));
        return List.copyOf(findings);
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }

    /** Not every Java has the interface that tells, so it is asked by name. */
    private static String physicalMemory() {
        try {
            Object bytes = Class.forName("com.sun.management.OperatingSystemMXBean")
                    .getMethod("getTotalMemorySize")
                    .invoke(ManagementFactory.getOperatingSystemMXBean());
            return bytes instanceof Long size ? " of " + Quantity.bytes(size) + " in the machine" : "";
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            return "";
        }
    }

    /** By name, for this class must load where the module is missing. */
    private static String vectors() {
        try {
            Class<?> shapes = Class.forName(VECTOR_MODULE + ".VectorShape");
            Object widest = shapes.getMethod("preferredShape").invoke(null);
            return "there, vectors of " + shapes.getMethod("vectorBitSize").invoke(widest) + " bits";
        } catch (ClassNotFoundException e) {
            return "not there: Java was started without --add-modules " + VECTOR_MODULE;
        } catch (ReflectiveOperationException | LinkageError e) {
            return "there, but not as the vector kernel knows it: " + e;
        }
    }
}
