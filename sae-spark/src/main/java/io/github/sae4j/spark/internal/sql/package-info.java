/** SQL functions, which are taken out of a query's expressions to stand in its plan. */
@NullMarked
package io.github.sae4j.spark.internal.sql;

import org.jspecify.annotations.NullMarked;
