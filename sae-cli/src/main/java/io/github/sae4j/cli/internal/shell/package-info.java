/** What shells and manuals are told of the command, from the definitions that it parses its arguments by. */
@NullMarked
package io.github.sae4j.cli.internal.shell;

import org.jspecify.annotations.NullMarked;
