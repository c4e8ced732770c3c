package io.github.sae4j.core.internal.vector;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.internal.host.FoundRows;
import io.github.sae4j.core.internal.host.HostKernel;
import io.github.sae4j.core.internal.host.Pool;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.Screen;
import io.github.sae4j.core.internal.host.SelectionRule;
import io.github.sae4j.core.internal.host.Workers;

/**
 * Finds the features that another kernel finds, with the same bits, for less work: most are shown not to be active by
 * products of 8-bit weights, see {@link ScreenBounds}.
 */
final class ScreenedKernel implements HostKernel {

    private final HostKernel kernel;
    private final int fewest;
    private final Pool<ScreenWork> works;

    ScreenedKernel(HostKernel kernel, Screen screen, SelectionRule rule, Workers workers) {
        this.kernel = kernel;
        this.fewest = screen.products() == null
                ? Integer.MAX_VALUE
                : screen.products().fewest();
        StoredMatrix rows = new StoredMatrix(screen.encoder().rows());
        ScreenBounds bounds = new ScreenBounds(screen.encoder(), rule);
        this.works = new Pool<>(() -> new ScreenWork(screen, rows, bounds, rule, kernel, workers));
    }

    @Override
    public Kernel kind() {
        return kernel.kind();
    }

    @Override
    public int tokensAtOnce() {
        return kernel.tokensAtOnce();
    }

    @Override
    public void encode(float[] x, int tokens, FoundRows found) {
        if (tokens > ScreenWork.FEW && tokens < fewest) {
            kernel.encode(x, tokens, found);
            return;
        }
        ScreenWork work = works.take();
        work.run(x, tokens, found);
        works.giveBack(work);
    }

    @Override
    public void decode(Rows rows, float[] scaled, int from, int to, float[] sums) {
        kernel.decode(rows, scaled, from, to, sums);
    }
}
