/** JSON, read by any version of Gson from 2.2.4 on, which is what Spark 3.5 has on its class path. */
@NullMarked
package io.github.sae4j.loader.internal.json;

import org.jspecify.annotations.NullMarked;
