import io.github.sae4j.spark.SaeEncoder;
import java.io.IOException;
import org.apache.spark.sql.SparkSession;

/** Arguments: INPUT.parquet SAE OUTPUT.parquet; the column "activation" becomes the column "features". */
public final class EncodeCorpus {
    public static void main(String[] args) throws IOException {
        try (SparkSession spark = SparkSession.builder().appName("EncodeCorpus").getOrCreate()) {
            SaeEncoder encoder = new SaeEncoder()
                    .setSae(args[1])
                    .setInputCol("activation")
                    .setOutputCol("features");
            encoder.transform(spark.read().parquet(args[0]))
                    .drop("activation")
                    .write()
                    .parquet(args[2]);
        }
    }
}
