/** How a stage that works on batches of rows stands in Spark's plans. */
@NullMarked
package io.github.sae4j.spark.internal.plan;

import org.jspecify.annotations.NullMarked;
