package io.github.sae4j.core;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A test that runs once with each kernel: the small SAEs of the tests are built with that one. */
@ParameterizedClass
@EnumSource(Kernel.class)
abstract class EachKernelTest {

    private static Kernel current;

    @Parameter
    Kernel kernel;

    @BeforeEach
    void useTheKernel() {
        current = kernel;
    }

    @AfterEach
    void leaveTheChoice() {
        current = null;
    }

    /** Sets the kernel that is under test; where none is, it stays the library's choice. */
    static SaeBuilder withKernel(SaeBuilder builder) {
        return current == null ? builder : builder.kernel(current);
    }
}
