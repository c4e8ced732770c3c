import io.github.sae4j.spark.SaeEncoder
import org.apache.spark.sql.SparkSession

/** Arguments: INPUT.parquet SAE OUTPUT.parquet; the column "activation" becomes the column "features". */
object EncodeCorpus {
  def main(args: Array[String]): Unit = {
    val spark = SparkSession.builder().appName("EncodeCorpus").getOrCreate()
    val encoder = new SaeEncoder()
      .setSae(args(1))
      .setInputCol("activation")
      .setOutputCol("features")
    encoder.transform(spark.read.parquet(args(0)))
      .drop("activation")
      .write
      .parquet(args(2))
    spark.stop()
  }
}
