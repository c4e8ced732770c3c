package io.github.sae4j.cli.internal;

import io.github.sae4j.loader.SaeProfile;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a set of settings that others use. */
final class ProfileChoice implements ITypeConverter<SaeProfile> {

    @Override
    public SaeProfile convert(String name) {
        if (name.equals("neuronpedia")) {
            return SaeProfile.NEURONPEDIA;
        }
        throw new TypeConversionException("it must be neuronpedia, but is " + name);
    }
}
