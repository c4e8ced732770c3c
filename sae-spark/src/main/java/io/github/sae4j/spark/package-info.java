/**
 * Sparse autoencoders as stages of Apache Spark's pipelines.
 *
 * <p>Start at {@link io.github.sae4j.spark.SaeEncoder}, or in SQL at {@link io.github.sae4j.spark.SaeExtensions}. An SAE is
 * opened once in each process of the cluster and shared by its tasks; what travels is its name, its commit and its SHA-256. A
 * worker that cannot use it ends the task with a {@link io.github.sae4j.core.SaeException} or a {@link
 * io.github.sae4j.loader.SaeLoadException}, and settings that cannot be meant are refused with an {@link
 * java.lang.IllegalArgumentException} before a job starts.
 */
@NullMarked
package io.github.sae4j.spark;

import org.jspecify.annotations.NullMarked;
