package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorShapesTest {

    @TempDir
    private Path folder;

    @Test
    void areSuchThatTheSumsOfATileAndWhatIsMultipliedFitTheRegisters() {
        VectorShapes shapes = VectorShapes.here().orElseThrow();
        int sums = shapes.tileTokens() * shapes.tileVectors();
        assertThat(sums + shapes.tileVectors() + shapes.tileTokens()).isLessThanOrEqualTo(shapes.registers());
        int group = shapes.tileVectors() * shapes.vectorBits() / Float.SIZE;
        assertThat(shapes.flat().features() % group).isZero();
        assertThat(shapes.deep().features() % group).isZero();
    }

    @Test
    void dependOnTheWidthOfVectors() throws Exception {
        assertThat(told(ForkedJvm.VECTORS, "-XX:MaxVectorSize=16"))
                .contains("vectorBits=128, registers=16, tileTokens=4, tileVectors=2");
    }

    @Test
    void areThereWithTheVectorKernelOnly() throws Exception {
        assertThat(told()).isEqualTo("shapes Optional.empty");
    }

    private String told(String... options) throws Exception {
        ForkedJvm run = ForkedJvm.run(folder, Shapes.class, options);
        assertThat(run.exitCode()).as(run.output()).isZero();
        return run.output()
                .lines()
                .filter(line -> line.startsWith("shapes "))
                .findFirst()
                .orElseThrow();
    }

    /** Prints the shapes of its process. */
    static final class Shapes {

        private Shapes() {}

        public static void main(String[] args) {
            System.out.println("shapes " + VectorShapes.here());
        }
    }
}
