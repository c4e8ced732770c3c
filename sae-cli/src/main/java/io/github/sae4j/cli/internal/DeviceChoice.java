package io.github.sae4j.cli.internal;

import ai.djl.Device;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where an SAE is to run.
 *
 * @param device the device, or null to take CUDA if there is one and the CPU otherwise
 */
record DeviceChoice(@Nullable Device device) {

    static final DeviceChoice AUTO = new DeviceChoice(null);

    /** Returns a device as the option spells it. */
    static String spell(Device device) {
        return device.isGpu() ? "cuda:" + device.getDeviceId() : device.getDeviceType();
    }

    /** Reads {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}. */
    static final class Converter implements ITypeConverter<DeviceChoice> {

        private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

        @Override
        public DeviceChoice convert(String value) {
            if (value.equals("auto")) {
                return AUTO;
            }
            if (value.equals("cpu")) {
                return new DeviceChoice(Device.cpu());
            }
            Matcher cuda = CUDA.matcher(value);
            if (!cuda.matches()) {
                throw new TypeConversionException("it must be auto, cpu, cuda or cuda:N, but is " + value);
            }
            String number = cuda.group(1);
            return new DeviceChoice(Device.gpu(number == null ? 0 : Integer.parseInt(number)));
        }
    }
}
