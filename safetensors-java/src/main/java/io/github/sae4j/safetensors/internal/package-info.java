/** The inner workings of the module; no promise is made about what is here. */
@NullMarked
package io.github.sae4j.safetensors.internal;

import org.jspecify.annotations.NullMarked;
