package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The element types and their sizes. */
class DtypeTest {

    private static void assertRefused(Reason reason, ThrowingCallable call) {
        SafetensorsException refused = catchThrowableOfType(SafetensorsException.class, call);
        assertThat(refused).isNotNull();
        assertThat(refused.reason()).isEqualTo(reason);
    }

    @Test
    void haveTheFormatsLabelsAndSizes() {
        Map<String, Integer> bits = new TreeMap<>();
        for (Dtype dtype : Dtype.values()) {
            bits.put(dtype.label(), dtype.bits());
            assertThat(Dtype.ofLabel(dtype.label())).contains(dtype);
        }
        assertThat(bits)
                .hasToString("{BF16=16, BOOL=8, C64=64, F16=16, F32=32, F4=4, F64=64, F6_E2M3=6, F6_E3M2=6, F8_E4M3=8,"
                        + " F8_E4M3FNUZ=8, F8_E5M2=8, F8_E5M2FNUZ=8, F8_E8M0=8, I16=16, I32=32, I64=64, I8=8, U16=16,"
                        + " U32=32, U64=64, U8=8}");
    }

    @Test
    void areFoundByTheirExactLabelOnly() {
        assertThat(Dtype.ofLabel("bf16")).isEmpty();
        assertThat(Dtype.ofLabel("")).isEmpty();
    }

    @Test
    void countBytes() {
        assertThat(Dtype.BF16.byteSize(3)).isEqualTo(6);
        assertThat(Dtype.F4.byteSize(6)).isEqualTo(3);
        assertThat(Dtype.F6_E2M3.byteSize(4)).isEqualTo(3);
        assertThat(Dtype.U64.byteSize(0)).isZero();
        assertThat(Dtype.U8.byteSize(Long.MAX_VALUE / 8)).isEqualTo(Long.MAX_VALUE / 8);
    }

    @Test
    void refuseSizesThatAreNone() {
        assertRefused(Reason.PARTIAL_BYTE, () -> Dtype.F4.byteSize(5));
        assertRefused(Reason.PARTIAL_BYTE, () -> Dtype.F6_E3M2.byteSize(2));
        assertRefused(Reason.SIZE_OVERFLOW, () -> Dtype.U8.byteSize(Long.MAX_VALUE));
        assertRefused(Reason.SIZE_OVERFLOW, () -> Dtype.F64.byteSize(1L << 57));
        assertRefused(Reason.OUT_OF_RANGE, () -> Dtype.F64.byteSize(-1));
    }
}
