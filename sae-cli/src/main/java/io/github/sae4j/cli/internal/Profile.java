package io.github.sae4j.cli.internal;

import io.github.sae4j.core.SparseAutoencoder;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A set of settings that others use. */
enum Profile {
    /** Neuronpedia's dashboards. */
    NEURONPEDIA;

    /**
     * Returns the settings in words.
     *
     * @param sae the SAE, opened with them
     */
    String settings(SparseAutoencoder sae) {
        return "neuronpedia: decoder norms "
                + (sae.hasFoldedDecoderNorms()
                        ? "folded into the features"
                        : "not folded, as they cannot be with " + sae.config().architecture())
                + "; weights as float32; activations of sequences that begin with BOS, hook_z flat or by heads";
    }

    /** Reads a name. */
    static final class Converter implements ITypeConverter<Profile> {

        @Override
        public Profile convert(String name) {
            if (name.equals("neuronpedia")) {
                return NEURONPEDIA;
            }
            throw new TypeConversionException("it must be neuronpedia, but is " + name);
        }
    }
}
