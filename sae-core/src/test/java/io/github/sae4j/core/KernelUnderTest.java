package io.github.sae4j.core;

/** The kernel that the small SAEs of the tests are built with; none by default, so that the library chooses. */
final class KernelUnderTest {

    private static Kernel current;

    private KernelUnderTest() {}

    /** Sets the kernel for the tests that follow, or null for the library's choice. */
    static void set(Kernel kernel) {
        current = kernel;
    }

    static Kernel get() {
        return current;
    }

    /** Returns the kernel if it runs SAEs of this architecture, else null: some are libtorch's always. */
    static Kernel forArchitecture(String architecture) {
        return architecture.equals("temporal") ? null : current;
    }
}
