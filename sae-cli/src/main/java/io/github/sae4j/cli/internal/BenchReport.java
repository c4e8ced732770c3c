package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.machine.BenchRow;
import io.github.sae4j.analysis.machine.Limits;
import io.github.sae4j.analysis.machine.Machine;
import io.github.sae4j.core.SparseAutoencoder;
import java.util.OptionalLong;

/** Takes what is measured, in this order. */
interface BenchReport {

    void machine(Machine machine);

    void limits(Limits limits);

    /** Takes the SAE that is measured, whether it is prepared, and how many features a token of what it encodes has. */
    void sae(String name, SparseAutoencoder sae, boolean prepared, double l0);

    void row(BenchRow row);

    /** Takes the peak of resident memory in bytes, if it is known, and ends the report. */
    void end(OptionalLong peakMemory);
}
