/** What reports say: the page of HTML, its data, and numbers and measures in words. */
@NullMarked
package io.github.sae4j.analysis.internal.report;

import org.jspecify.annotations.NullMarked;
