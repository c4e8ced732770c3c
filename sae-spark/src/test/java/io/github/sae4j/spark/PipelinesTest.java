package io.github.sae4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.SparseFeatures;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages stand in pipelines, which are saved and loaded, and in streams. */
class PipelinesTest {

    private static final int TOKENS = 200;

    @TempDir
    private static Path folder;

    private static Corpus corpus;
    private static SparseFeatures expected;

    @BeforeAll
    static void make() {
        corpus = Corpus.in(folder, TOKENS);
        expected = corpus.features();
    }

    private static long activeCount(Dataset<Row> encoded) {
        return encoded.selectExpr("sum(size(features.indices))").head().getLong(0);
    }

    @Test
    void areSavedAndLoaded() throws Exception {
        SaeEncoder encoder =
                corpus.encoder().setTopK(5).setFeatures(1, 2, 3, 400).setErrorCol("_error");
        SaeDecoder decoder =
                new SaeDecoder().setSae(corpus.sae()).setInputCol("features").setOutputCol("y");
        PipelineModel model =
                new Pipeline().setStages(new PipelineStage[] {encoder, decoder}).fit(corpus.dataset(2));
        String path = folder.resolve("pipeline").toString();
        model.write().overwrite().save(path);

        PipelineModel loaded = PipelineModel.load(path);

        SaeEncoder again = (SaeEncoder) loaded.stages()[0];
        assertThat(again.uid()).isEqualTo(encoder.uid());
        assertThat(again.extractParamMap().toSeq().size())
                .isEqualTo(encoder.extractParamMap().toSeq().size());
        assertThat(again.getOrDefault(again.features())).containsExactly(1, 2, 3, 400);
        assertThat(again.getOrDefault(again.topK())).isEqualTo(5);
        assertThat(again.getOrDefault(again.errorCol())).isEqualTo("_error");
        assertThat(loaded.transform(corpus.dataset(2)).orderBy("id").collectAsList())
                .isEqualTo(model.transform(corpus.dataset(2)).orderBy("id").collectAsList());
    }

    @Test
    void areCopiedWithOtherParameters() {
        SaeEncoder encoder = corpus.encoder();
        SaeEncoder copy = (SaeEncoder) encoder.copy(new ParamMap().put(encoder.topK(), 1));

        assertThat(copy.uid()).isEqualTo(encoder.uid());
        assertThat(copy.getOrDefault(copy.topK())).isEqualTo(1);
        assertThat(encoder.getOrDefault(encoder.topK())).isEqualTo(0);
        assertThat(activeCount(copy.transform(corpus.dataset(2))))
                .isEqualTo(expected.topK(1).activeCount());
    }

    @Test
    void tellTheirSchemaBeforeAnythingRuns() {
        assertThat(corpus.encoder()
                        .setErrorCol("_error")
                        .transformSchema(corpus.dataset(1).schema())
                        .catalogString())
                .isEqualTo("struct<id:int,activation:array<float>,"
                        + "features:struct<indices:array<int>,values:array<float>>,_error:string>");
    }

    @Test
    void encodeStreams() throws Exception {
        String in = folder.resolve("stream-in").toString();
        String out = folder.resolve("stream-out").toString();
        corpus.dataset(4).write().parquet(in);
        Dataset<Row> stream = Corpus.session()
                .readStream()
                .schema(corpus.dataset(1).schema())
                .option("maxFilesPerTrigger", 1)
                .parquet(in);

        StreamingQuery query = corpus.encoder()
                .transform(stream)
                .select("id", "features")
                .writeStream()
                .trigger(Trigger.AvailableNow())
                .option("checkpointLocation", folder.resolve("checkpoint").toString())
                .format("parquet")
                .start(out);
        query.awaitTermination(120_000);

        assertThat(query.exception().isEmpty()).as("%s", query.exception()).isTrue();
        List<Row> rows = Corpus.session().read().parquet(out).collectAsList();
        assertThat(rows).hasSize(TOKENS);
        rows.forEach(row -> SaeEncoderTest.assertRow(expected, row.getStruct(1), row.getInt(0)));
    }
}
