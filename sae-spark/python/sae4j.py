"""Sparse autoencoders in PySpark: the stages of sae-spark and its SQL functions. Needs PySpark 3.5 or 4, without Spark Connect.

The work is done on the JVM; no row passes through Python. The jars of sae-spark have to be there, as with --jars or
--packages, and for sae_encode and sae_decode spark.sql.extensions has to be io.github.sae4j.spark.SaeExtensions.

    from sae4j import SaeEncoder

    encoder = SaeEncoder(sae="layer_19", inputCol="activation", outputCol="features", topK=32)
    encoder.transform(spark.read.parquet("tokens.parquet")).write.parquet("features.parquet")
"""

import sys

from pyspark import keyword_only
from pyspark.ml.evaluation import JavaEvaluator
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import JavaMLReadable, JavaMLWritable
from pyspark.ml.wrapper import JavaTransformer
from pyspark.sql.functions import call_function, create_map, lit

__all__ = ["SaeEncoder", "SaeDecoder", "SaeEvaluator", "sae_encode", "sae_decode"]

_PACKAGE = "io.github.sae4j.spark"
# PySpark reads a saved stage, and each one of a pipeline, into the Python class that is called like the JVM's.
sys.modules[_PACKAGE] = sys.modules[__name__]


def _param(name, doc, converter):
    return Param(Params._dummy(), name, doc, typeConverter=converter)


class _Sae(JavaMLReadable, JavaMLWritable):
    """What encoders, decoders and evaluators have in common. What is not set here is as the JVM has it by default."""

    sae = _param("sae", "the SAE: a published one's name, a folder, or a folder's address", TypeConverters.toString)
    revision = _param("revision", "the revision of a published SAE's repository", TypeConverters.toString)
    format = _param("format", "the layout of the SAE's files, where they do not show it", TypeConverters.toString)
    overrides = _param("overrides", "fields of the SAE's configuration, as field=value", TypeConverters.toListString)
    normScalingFactor = _param("normScalingFactor", "what activations are multiplied by before encoding",
                               TypeConverters.toListFloat)
    allowUnknown = _param("allowUnknown", "tensors and fields of the SAE's files that are passed over",
                          TypeConverters.toListString)
    foldDecoderNorms = _param("foldDecoderNorms", "whether features are rescaled to decoder rows of norm 1",
                              TypeConverters.toBoolean)
    sha256 = _param("sha256", "the SHA-256 that the weights must have", TypeConverters.toString)
    prepared = _param("prepared", "whether the encoder is prepared for many calls", TypeConverters.toBoolean)
    inputCol = _param("inputCol", "the column that is read", TypeConverters.toString)
    batchTokens = _param("batchTokens", "how many tokens a task computes at once", TypeConverters.toInt)
    threadsPerTask = _param("threadsPerTask", "how many threads a task computes with", TypeConverters.toInt)

    @keyword_only
    def __init__(self, **params):
        super().__init__()
        self._java_obj = self._new_java_obj(f"{_PACKAGE}.{type(self).__name__}", self.uid)
        self._transfer_params_from_java()
        if self.hasParam("features"):
            self._setDefault(features=list(self.getOrDefault("features")))
        self.setParams(**params)

    def setParams(self, **params):
        """Sets parameters by their names; None leaves one as it is."""
        return self._set(**{name: value for name, value in params.items() if value is not None})


class _Stage(_Sae):
    outputCol = _param("outputCol", "the column that is made", TypeConverters.toString)
    errorCol = _param("errorCol", "the column that says what is wrong with a row", TypeConverters.toString)


def _stage(stage):
    """Gives a class setX and getX for each parameter x, and the JVM's package."""
    for name in dir(stage):
        if isinstance(getattr(stage, name), Param):
            suffix = name[0].upper() + name[1:]
            setattr(stage, "set" + suffix, lambda self, value, name=name: self._set(**{name: value}))
            setattr(stage, "get" + suffix, lambda self, name=name: self.getOrDefault(name))
    stage.__module__ = _PACKAGE
    return stage


@_stage
class SaeEncoder(_Stage, JavaTransformer):
    """Makes a column of active features from one of activations."""

    inputType = _param("inputType", "the format of numbers in a binary column: bfloat16, float16 or float32",
                       TypeConverters.toString)
    outputForm = _param("outputForm", "how features stand in their column: struct, vector or rows", TypeConverters.toString)
    features = _param("features", "the features that are wanted", TypeConverters.toListInt)
    topK = _param("topK", "how many of a token's features are kept", TypeConverters.toInt)


@_stage
class SaeDecoder(_Stage, JavaTransformer):
    """Makes a column of activations from one of features."""


@_stage
class SaeEvaluator(_Sae, JavaEvaluator):
    """Measures an SAE on a column of activations."""

    inputType = _param("inputType", "the format of numbers in a binary column: bfloat16, float16 or float32",
                       TypeConverters.toString)
    metricName = _param("metricName", "the measure that is returned", TypeConverters.toString)

    def measure(self, dataset):
        """Returns all measures of a dataset by their names; those of reconstructions are missing where the SAE makes none."""
        self._transfer_params_to_java()
        evaluation = self._java_obj.measure(dataset._jdf)
        firings = evaluation.firings()
        measures = {"l0": firings.l0(), "deadFeatures": len(firings.dead()), "denseFeatures": len(firings.dense())}
        if evaluation.quality().isPresent():
            quality = evaluation.quality().get()
            for name in ("explainedVariance", "cosine", "meanSquaredError", "relativeError"):
                measures[name] = getattr(quality, name)()
        return measures


def sae_encode(col, sae, **settings):
    """Returns a column of the active features of a column of activations; settings are SaeEncoder's parameters."""
    return _call("sae_encode", col, sae, settings)


def sae_decode(col, sae, **settings):
    """Returns a column of activations made from a column of features; settings are SaeDecoder's parameters."""
    return _call("sae_decode", col, sae, settings)


def _call(function, col, sae, settings):
    pairs = [lit(part) for name, value in settings.items() if value is not None for part in (name, _text(value))]
    return call_function(function, col, lit(sae), *([create_map(*pairs)] if pairs else []))


def _text(value):
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else ",".join(map(str, value)) if hasattr(value, "__iter__") else str(value)
