/** Which reader opens which file. */
@NullMarked
package io.github.sae4j.data.internal;

import org.jspecify.annotations.NullMarked;
