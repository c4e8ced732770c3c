package io.github.sae4j.analysis.internal.limits;

import java.util.function.LongUnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Float32 multiply-adds with the Vector API that wait for nothing but the units that do them: steps in, floating-point
 * operations done out.
 */
public final class VectorMultiplyAdds implements LongUnaryOperator {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** Enough for two units that take four cycles or more for each, few enough to stay in registers. */
    private static final int CHAINS = 12;

    private volatile float result;

    /** Creates the work. */
    public VectorMultiplyAdds() {}

    @Override
    public long applyAsLong(long steps) {
        FloatVector factor = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector term = FloatVector.broadcast(SPECIES, 0.001f);
        FloatVector a = FloatVector.broadcast(SPECIES, 0);
        FloatVector b = FloatVector.broadcast(SPECIES, 1);
        FloatVector c = FloatVector.broadcast(SPECIES, 2);
        FloatVector d = FloatVector.broadcast(SPECIES, 3);
        FloatVector e = FloatVector.broadcast(SPECIES, 4);
        FloatVector f = FloatVector.broadcast(SPECIES, 5);
        FloatVector g = FloatVector.broadcast(SPECIES, 6);
        FloatVector h = FloatVector.broadcast(SPECIES, 7);
        FloatVector i = FloatVector.broadcast(SPECIES, 8);
        FloatVector j = FloatVector.broadcast(SPECIES, 9);
        FloatVector k = FloatVector.broadcast(SPECIES, 10);
        FloatVector l = FloatVector.broadcast(SPECIES, 11);
        for (long step = 0; step < steps; step++) {
            a = a.fma(factor, term);
            b = b.fma(factor, term);
            c = c.fma(factor, term);
            d = d.fma(factor, term);
            e = e.fma(factor, term);
            f = f.fma(factor, term);
            g = g.fma(factor, term);
            h = h.fma(factor, term);
            i = i.fma(factor, term);
            j = j.fma(factor, term);
            k = k.fma(factor, term);
            l = l.fma(factor, term);
        }
        FloatVector sum = a.add(b)
                .add(c)
                .add(d)
                .add(e)
                .add(f)
                .add(g)
                .add(h)
                .add(i)
                .add(j)
                .add(k)
                .add(l);
        result = sum.lane(0);
        return 2L * CHAINS * SPECIES.length() * steps;
    }

    /** Returns the sum of the first lanes of the last call, which keeps it from being left out. */
    float result() {
        return result;
    }

    @Override
    public String toString() {
        return "Vector API, " + SPECIES.vectorBitSize() + " bits";
    }
}
