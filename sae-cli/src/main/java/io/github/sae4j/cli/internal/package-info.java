/** The subcommands of {@code sae} and the work behind each. */
@NullMarked
package io.github.sae4j.cli.internal;

import org.jspecify.annotations.NullMarked;
