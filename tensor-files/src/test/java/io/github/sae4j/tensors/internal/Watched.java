package io.github.sae4j.tensors.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** What reading a file takes from the JVM: memory on the heap and beside it, and classes. */
public final class Watched {

    private static final Pattern CLASS = Pattern.compile("(?m)^[| -]*([\\w.$]+)/(?:0x[0-9a-f]+|null)");

    private Watched() {}

    /** Returns how many bytes this thread has allocated on the heap so far; the test is skipped where nobody counts. */
    public static long heap() {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean counting
                        && counting.isThreadAllocatedMemorySupported(),
                "This JVM does not count the bytes that a thread allocates.");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    /**
     * Returns how many bytes of direct memory are taken now, those of buffers that are garbage included: at any time the
     * collector may make it less.
     */
    public static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getTotalCapacity)
                .sum();
    }

    /**
     * Returns the names of all classes that are loaded; the test is skipped where the JVM does not tell.
     *
     * <p>Classes that the JDK makes up for lambdas and for joining texts, as these come to be used, have no file and are left
     * out, and so are the test's own tools.
     */
    public static Set<String> classes() {
        String listing;
        try {
            listing = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "vmClassHierarchy",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
        } catch (JMException e) {
            assumeTrue(false, "This JVM does not tell which classes are loaded: " + e);
            return Set.of();
        }
        Set<String> names = new HashSet<>();
        Matcher matcher = CLASS.matcher(listing);
        while (matcher.find()) {
            String name = matcher.group(1);
            if (!name.startsWith("java.lang.invoke.")
                    && !name.contains("$$Lambda")
                    && !name.startsWith("org.assertj.")) {
                names.add(name);
            }
        }
        assertThat(names).contains("java.lang.String", Watched.class.getName());
        return names;
    }
}
