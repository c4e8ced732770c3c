package io.github.sae4j.cli.internal;

import io.github.sae4j.core.WeightType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads how weights are stored, as configurations spell it. */
final class WeightTypeChoice implements ITypeConverter<WeightType> {

    @Override
    public WeightType convert(String value) {
        for (WeightType type : WeightType.values()) {
            if (type.label().equals(value)) {
                return type;
            }
        }
        throw new TypeConversionException("it must be bfloat16, float16 or float32, but is " + value);
    }
}
