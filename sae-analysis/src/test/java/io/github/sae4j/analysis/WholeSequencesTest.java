package io.github.sae4j.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.data.features.Selection;
import io.github.sae4j.data.features.ShardedOutputs;
import io.github.sae4j.data.features.Sharding;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No sequence of an SAE that looks at the tokens before each is cut, whoever says how many tokens follow. */
class WholeSequencesTest {

    private static final int SEQUENCE = 8;
    private static final int TOKENS = 3 * SEQUENCE;

    @TempDir
    private Path folder;

    private SparseAutoencoder sae;

    @BeforeEach
    void open() {
        sae = SAE.fromDisk(ReferenceCase.named("temporal-f32").folder());
    }

    @AfterEach
    void close() {
        sae.close();
    }

    @Test
    void countsThatCutOneAreRefused() {
        EncodingPass pass = pass();

        refuse(() -> pass.encodeNext(4, done -> {}, (batch, features) -> {}), 4);
        refuse(() -> pass.forwardNext(12, done -> {}, (batch, forward) -> {}), 12);
        refuse(() -> pass.skip(4), 4);
        pass.skip(SEQUENCE);
        refuse(() -> pass.encodeNext(9, done -> {}, (batch, features) -> {}), 9);
    }

    @Test
    void wholeSequencesAndWhatReachesTheEndAreEncodedAsInOnePass() {
        List<SparseFeatures> atOnce = new ArrayList<>();
        pass().encodeAll((batch, features) -> atOnce.add(features));
        List<SparseFeatures> inPieces = new ArrayList<>();
        EncodingPass pass = pass();

        pass.encodeNext(SEQUENCE, done -> {}, (batch, features) -> inPieces.add(features));
        pass.forwardNext(SEQUENCE, done -> {}, (batch, forward) -> inPieces.add(forward.features()));
        pass.encodeNext(SEQUENCE + 3, done -> {}, (batch, features) -> inPieces.add(features));

        assertThat(inPieces).hasSize(3).isEqualTo(atOnce);
    }

    @Test
    void shardsThatCutOneAreRefusedBeforeAnythingIsMade() {
        List<Path> files = List.of(folder.resolve("f.npz"));

        assertThatThrownBy(() -> ShardedOutputs.open(files, stream(), Selection.ALL, Sharding.of(12)))
                .isInstanceOf(DataException.class)
                .hasMessage("shardTokens(12) cuts sequences of 8 tokens, but a temporal SAE takes whole ones.");
        assertThat(folder).isEmptyDirectory();
        for (int tokens : new int[] {2 * SEQUENCE, TOKENS + 3}) {
            try (ShardedOutputs outputs = ShardedOutputs.open(
                    files, stream(), Selection.ALL, Sharding.of(tokens).replacing())) {
                assertThat(outputs.count()).isEqualTo(tokens < TOKENS ? 2 : 1);
            }
        }
    }

    private EncodingPass pass() {
        return EncodingPass.of(reader(), sae, 5);
    }

    private FeatureStream stream() {
        return FeatureStream.of(reader(), sae);
    }

    private RowsReader reader() {
        float[][] rows = RowsReader.gaussian(TOKENS, sae.config().dIn());
        return RowsReader.of(rows, Layout.of(TOKENS / SEQUENCE, SEQUENCE));
    }

    private static void refuse(ThrowingCallable work, int tokens) {
        assertThatThrownBy(work)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rows: " + tokens + " tokens cut sequences of 8, but this SAE takes whole ones.");
    }
}
