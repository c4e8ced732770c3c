package io.github.sae4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeLoadException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is likely to be done wrong ends in a sentence that says what to do instead. */
class NaiveUsersTest {

    @TempDir
    private static Path folder;

    private static Corpus corpus;

    @BeforeAll
    static void make() {
        corpus = Corpus.in(folder, 30);
    }

    @Test
    void forgetTheSaeOrTheColumn() {
        Dataset<Row> tokens = corpus.dataset(1);
        assertThatThrownBy(() -> new SaeEncoder("e").setInputCol("activation").transform(tokens))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("e: sae is not set: the SAE: a published one's name, a folder, or a folder's address.");
        assertThatThrownBy(() -> new SaeEncoder("e").setSae(corpus.sae()).transform(tokens))
                .hasMessage("e: inputCol is not set: the column that is read.");
        assertThatThrownBy(() -> corpus.encoder().setInputCol("activations").transform(tokens))
                .hasMessageEndingWith(": there is no column 'activations', but id, activation.");
        assertThatThrownBy(() -> corpus.encoder().setOutputCol("ID").transform(tokens))
                .hasMessageEndingWith(": there is a column 'id' already, which would be made.");
        assertThatThrownBy(() -> corpus.encoder().setInputCol("id").transform(tokens))
                .hasMessage(
                        "The column 'id' is int, but activations are array<float>, array<double>, vectors of spark.ml,"
                                + " or binary.");
    }

    @Test
    void chooseWhatThereIsNot() {
        Dataset<Row> tokens = corpus.dataset(1);
        assertThatThrownBy(() -> corpus.encoder().setOutputForm("dense").transform(tokens))
                .hasMessage("outputForm is one of struct, vector, rows, but is 'dense'.");
        assertThatThrownBy(() -> corpus.encoder().setTopK(-1).transform(tokens))
                .hasMessageEndingWith(": topK must be at least 0, but is -1.");
        assertThatThrownBy(() -> corpus.encoder().setBatchTokens(0).transform(tokens))
                .hasMessageEndingWith(": batchTokens must be at least 1, but is 0.");
        assertThatThrownBy(() -> corpus.encoder().setBatchTokens(1 << 30).transform(tokens))
                .hasMessageEndingWith(": batchTokens must be at most 32768, but is 1073741824.");
        assertThatThrownBy(() -> corpus.encoder().setThreadsPerTask(-2).transform(tokens))
                .hasMessageEndingWith(": threadsPerTask must be at least 0, but is -2.");
        assertThatThrownBy(() -> corpus.encoder().setFeatures(512).transform(tokens))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("512");
        assertThatThrownBy(() -> corpus.encoder().setInputType("bfloat16").transform(tokens))
                .hasMessage(
                        "inputType is for binary columns, but the column 'activation' is array<float>, which says by"
                                + " itself what its numbers are.");
        assertThatThrownBy(() -> corpus.encoder().setRevision("main").transform(tokens))
                .hasMessageContaining("The revision 'main' is of a repository, but '");
    }

    @Test
    void sayNotWhatIsInABinaryColumn() {
        Dataset<Row> bytes = Corpus.session().sql("select cast('abcd' as binary) as activation");

        assertThatThrownBy(() -> corpus.encoder().transform(bytes))
                .hasMessage(
                        "The column 'activation' is binary, so inputType must say what its numbers are, bfloat16, float16"
                                + " or float32, but is ''.");
        assertThatThrownBy(() -> corpus.encoder()
                        .setInputType("float16")
                        .transform(bytes)
                        .collectAsList())
                .hasStackTraceContaining("it has 4 bytes, but d_in = 64 numbers of float16 take 128.");
    }

    /** The SAE is found where it runs; what is captured by a closure would have to travel. */
    @Test
    void captureAnSaeInAClosure() {
        Dataset<Row> tokens = corpus.dataset(1);
        try (SparseAutoencoder sae = SAE.fromDisk(Path.of(corpus.sae()))) {
            assertThatThrownBy(() -> tokens.map(
                                    (org.apache.spark.api.java.function.MapFunction<Row, Integer>)
                                            row -> sae.config().dIn(),
                                    Encoders.INT())
                            .collectAsList())
                    .hasMessageContaining("Task not serializable")
                    .hasStackTraceContaining("java.io.NotSerializableException: " + SparseAutoencoder.class.getName());
        }
    }

    @Test
    void expectOtherWeights() {
        String other = "0".repeat(64);

        assertThatThrownBy(() -> corpus.encoder().setSha256(other).transform(corpus.dataset(1)))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("the weights of '" + corpus.sae() + "'")
                .hasMessageContaining(", but this job is for those with " + other);
        assertThatThrownBy(() -> corpus.encoder().setSha256("abc").transform(corpus.dataset(1)))
                .hasMessageEndingWith(": sha256 is 64 hexadecimal digits, but is 'abc'.");
    }

    /** A worker's files may be others than the driver's: here they change between the plan and the job. */
    @Test
    void haveOtherWeightsOnAWorker() throws Exception {
        Path changing = folder.resolve("changing");
        Corpus elsewhere = Corpus.in(changing, 30);
        Dataset<Row> planned = elsewhere.encoder().transform(elsewhere.dataset(1));
        Path weights = changing.resolve("sae/sae_weights.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 3] ^= 1;
        Files.write(changing.resolve("sae/new"), bytes);
        Files.move(changing.resolve("sae/new"), weights, java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(planned::collectAsList)
                .hasStackTraceContaining("On executor driver (")
                .hasStackTraceContaining(", but this job is for those with ");
    }

    @Test
    void nameAFolderThatIsNotThere() {
        assertThatThrownBy(() -> corpus.encoder().setSae("/no/such/folder").transform(corpus.dataset(1)))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("There is no folder '/no/such/folder' on ")
                .hasMessageContaining("spark-submit's --archives brings one there");
        assertThatThrownBy(
                        () -> corpus.encoder().setSae("file:///no/such/folder").transform(corpus.dataset(1)))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("'file:///no/such/folder' cannot be copied to ");
    }

    @Test
    void encodeTokensWithAnSaeOfSequences() {
        assertThatThrownBy(() -> corpus.encoder()
                        .setSae(ReferenceCase.named("temporal-f32").folder().toString())
                        .transform(corpus.dataset(1)))
                .satisfies(failure -> assertThat(failure).isInstanceOfAny(SaeException.class, SaeLoadException.class));
    }

    @Test
    void haveACacheThatCannotBeWritten() throws Exception {
        Path file = Files.createFile(folder.resolve("no-folder"));
        SparkSession session = Corpus.session().newSession();
        session.conf().set("spark.sae4j.cache", file.toString());
        Dataset<Row> tokens = session.createDataFrame(
                corpus.dataset(1).collectAsList(), corpus.dataset(1).schema());

        assertThatThrownBy(() -> corpus.encoder()
                        .setSae(folder.resolve("sae").toUri().toString())
                        .transform(tokens))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining(
                        "cannot be copied to " + file.resolve("sae4j").resolve("copies"));
    }

    @Test
    void changeAConfigurationBesideItsWeights() throws Exception {
        Corpus own = Corpus.in(folder.resolve("changing"), 30);
        Path config = folder.resolve("changing/sae/cfg.json");
        SparseFeatures before = own.features();
        own.encoder().transform(own.dataset(1)).collectAsList();

        Dataset<Row> planned = own.encoder().setBatchTokens(5).setTopK(3).transform(own.dataset(1));
        String changed =
                Files.readString(config).replace("\"apply_b_dec_to_input\": true", "\"apply_b_dec_to_input\": false");
        assertThat(changed).isNotEqualTo(Files.readString(config));
        Files.writeString(config, changed);

        SparseFeatures after = own.features();
        assertThat(after).isNotEqualTo(before);
        own.encoder()
                .transform(own.dataset(1))
                .collectAsList()
                .forEach(row -> SaeEncoderTest.assertRow(after, row.getAs("features"), row.getInt(0)));
        assertThat(planned.count()).isEqualTo(30);
    }

    @Test
    void haveAnotherConfigurationOnAWorker() throws Exception {
        Corpus own = Corpus.in(folder.resolve("other"), 30);
        Path config = folder.resolve("other/sae/cfg.json");
        Dataset<Row> planned = own.encoder().transform(own.dataset(1));

        Files.writeString(config, Files.readString(config) + "\n");

        assertThatThrownBy(planned::collectAsList)
                .hasStackTraceContaining(
                        "say otherwise than the driver's how the SAE computes, though their weights are the same: ");
    }
}
