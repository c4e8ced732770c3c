/** Activations and features in Spark's rows, and the work of a task on them. */
@NullMarked
package io.github.sae4j.spark.internal.rows;

import org.jspecify.annotations.NullMarked;
