/** SAEs in the processes of a cluster: which is meant, where its files are, and who shares it. */
@NullMarked
package io.github.sae4j.spark.internal.worker;

import org.jspecify.annotations.NullMarked;
