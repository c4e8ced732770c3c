package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.survey.FeatureOrder;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads which features come first. */
final class FeatureOrderChoice implements ITypeConverter<FeatureOrder> {

    @Override
    public FeatureOrder convert(String value) {
        for (FeatureOrder order : FeatureOrder.values()) {
            if (order.name().toLowerCase(Locale.ROOT).equals(value)) {
                return order;
            }
        }
        throw new TypeConversionException("it must be max or density, but is " + value);
    }
}
