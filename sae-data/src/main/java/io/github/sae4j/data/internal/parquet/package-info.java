/** Columns of Parquet files as arrays. */
@NullMarked
package io.github.sae4j.data.internal.parquet;

import org.jspecify.annotations.NullMarked;
