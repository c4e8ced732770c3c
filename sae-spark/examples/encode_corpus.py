"""Arguments: INPUT.parquet SAE OUTPUT.parquet; the column "activation" becomes the column "features"."""

import sys

from pyspark.sql import SparkSession
from sae4j import SaeEncoder

spark = SparkSession.builder.appName("encode_corpus").getOrCreate()
encoder = SaeEncoder(sae=sys.argv[2], inputCol="activation", outputCol="features")
encoder.transform(spark.read.parquet(sys.argv[1])).drop("activation").write.parquet(sys.argv[3])
spark.stop()
