/** Whether activations are those that an SAE was made for, by trying what is commonly wrong with them. */
@NullMarked
package io.github.sae4j.analysis.check;

import org.jspecify.annotations.NullMarked;
