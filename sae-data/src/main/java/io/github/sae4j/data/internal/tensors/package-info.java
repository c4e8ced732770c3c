/** Arrays in open files, whatever the format. */
@NullMarked
package io.github.sae4j.data.internal.tensors;

import org.jspecify.annotations.NullMarked;
