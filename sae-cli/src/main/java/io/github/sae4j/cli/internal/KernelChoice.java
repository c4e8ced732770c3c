package io.github.sae4j.cli.internal;

import io.github.sae4j.core.Kernel;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a kernel by its name in lower case. */
final class KernelChoice implements ITypeConverter<Kernel> {

    @Override
    public Kernel convert(String value) {
        for (Kernel kernel : Kernel.values()) {
            if (kernel.label().equals(value)) {
                return kernel;
            }
        }
        throw new TypeConversionException("it must be vector, torchscript or plain, but is " + value);
    }
}
