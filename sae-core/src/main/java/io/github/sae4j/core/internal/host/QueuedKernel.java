package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.internal.host.Turns.Call;

/**
 * A kernel that calls of several threads come to by turns, see {@link Turns}. Those that wait are encoded together, for a few
 * tokens take hardly less time than some more: the weights are read once for all.
 */
final class QueuedKernel implements HostKernel {

    /** Multiply-adds below which a call is over before it would have had its turn. */
    private static final long SMALL = 1 << 26;

    /** Tokens of several calls that are encoded together at most: more save little, and each waits for all. */
    private static final int TOGETHER = 128;

    private final HostKernel kernel;
    private final int dIn;
    private final long products;
    private final Stop stop;
    private final Turns turns;
    private final Pool<Joint> joints = new Pool<>(Joint::new);

    /** Tokens of several calls, and what was found of them. */
    private static final class Joint {

        private float[] x = new float[0];
        private final FoundRows found = new FoundRows();
    }

    QueuedKernel(HostKernel kernel, int dIn, int dSae, Stop stop, Turns turns) {
        this.kernel = kernel;
        this.dIn = dIn;
        this.products = (long) dIn * dSae;
        this.stop = stop;
        this.turns = turns;
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
        if (tokens * products < SMALL || turns.isInside()) {
            kernel.encode(x, tokens, found);
        } else if (turns.beginAtOnce()) {
            encodeInTurn(x, tokens, found);
        } else {
            Call call = turns.call(kernel, x, tokens, found);
            if (turns.await(call, Math.min(TOGETHER, kernel.tokensAtOnce()), stop)) {
                encodeWithOthers(call);
            }
        }
    }

    private void encodeInTurn(float[] x, int tokens, FoundRows found) {
        try {
            kernel.encode(x, tokens, found);
        } finally {
            turns.end();
        }
    }

    private void encodeWithOthers(Call call) {
        try {
            if (call.others().isEmpty() || !isEncodedWithOthers(call)) {
                kernel.encode(call.x(), call.tokens(), call.found());
            }
        } finally {
            turns.end();
        }
    }

    private boolean isEncodedWithOthers(Call call) {
        boolean alone = true;
        boolean encoded = false;
        try {
            encodeAll(call);
            encoded = true;
        } catch (SaeException e) {
            // An interrupt is the caller's own; the others may go on together.
            alone = e.reason() != SaeException.Reason.INTERRUPTED;
        } catch (RuntimeException | Error e) {
            // Whose tokens it was, and what is to be said of it, shows when each is encoded alone.
        } finally {
            turns.finishOthers(call, alone);
        }
        return encoded;
    }

    private void encodeAll(Call call) {
        Joint joint = joints.take();
        int tokens = call.tokens();
        for (Call other : call.others()) {
            tokens += other.tokens();
        }
        if (joint.x.length < tokens * dIn) {
            joint.x = new float[tokens * dIn];
        }
        int at = put(call, joint, 0);
        for (Call other : call.others()) {
            at = put(other, joint, at);
        }
        kernel.encode(joint.x, tokens, joint.found);
        at = call.tokens();
        for (Call other : call.others()) {
            hand(joint, at, other);
            at += other.tokens();
        }
        hand(joint, 0, call);
        joint.found.clear();
        joints.giveBack(joint);
    }

    private int put(Call call, Joint joint, int at) {
        System.arraycopy(call.x(), 0, joint.x, at * dIn, call.tokens() * dIn);
        return at + call.tokens();
    }

    private static void hand(Joint joint, int from, Call call) {
        call.found().add(joint.found, from, from + call.tokens());
        call.handOver();
    }

    @Override
    public void decode(Rows rows, float[] scaled, int from, int to, float[] sums) {
        kernel.decode(rows, scaled, from, to, sums);
    }
}
