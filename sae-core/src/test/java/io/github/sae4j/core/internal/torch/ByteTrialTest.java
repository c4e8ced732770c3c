package io.github.sae4j.core.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import io.github.sae4j.core.ForkedJvm;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ByteTrialTest {

    /** Processors with AVX2 and no more add two products up in 16 bits, and cut off what these do not hold. */
    @Test
    void findsSmallerNumbersExactWhereTheLargestAreNot(@TempDir Path folder) throws Exception {
        assumeThat(System.getProperty("os.arch")).isIn("amd64", "x86_64");
        assumeThatCode(Script::packedProducts)
                .as("libtorch has packed rows of 8-bit numbers here")
                .doesNotThrowAnyException();
        ForkedJvm run = ForkedJvm.runWithoutByteProducts(folder, Tries.class);
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("127 false", "64 true");
    }

    /** Tells of which numbers packed rows are exact. */
    static final class Tries {

        private Tries() {}

        public static void main(String[] args) {
            for (int largest : new int[] {PreparedEncoder.LARGEST, TorchBytes.LARGEST_OF_PAIRS}) {
                ByteTrial trial = new ByteTrial(133, 192, largest);
                boolean exact = trial.areExact((rows, features, width) -> PackedBytes.of(rows, features, width, 2));
                System.out.println(largest + " " + exact);
            }
        }
    }
}
