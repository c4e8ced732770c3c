package io.github.sae4j.benchmarks;

import ai.djl.engine.Engine;
import io.github.sae4j.analysis.internal.machine.MachineProbe;
import io.github.sae4j.core.SparseAutoencoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The commands of the worker. Fields of commands and answers are separated by tabs.
 *
 * <pre>
 * machine                                  → threads, Java's version, libtorch's version by DJL's name
 * limits                                   → a sample of GFLOP/s and one of GB/s
 * load FILE                                → how many activations there are
 * open NAME FOLDER KERNEL [SETTING …]      → kernel, d_in, d_sae, d_out, type of the weights
 * close NAME                               → nothing
 * run WORK NAME TOKENS CALLS               → nanoseconds of all calls
 * serve NAME THREADS SIZE,…                → nanoseconds of all requests together, and of each, with commas between
 * active NAME TOKENS                       → how many features are active
 * same NAME NAME TOKENS                    → nothing; both have found the same features, to the bit
 * peer NAME                                → nothing; the peer has the weights of that SAE and of no other
 * peer-run TYPE WORK TOKENS CALLS          → nanoseconds of all calls
 * peer-serve TYPE THREADS SIZE,…           → as serve
 * peer-write TYPE WORK TOKENS FILE         → nothing; the file holds float32 in row-major order
 * agree WORK NAME TOKENS FILE TOLERANCE    → features that both found, those only one found, largest relative error
 * </pre>
 *
 * <p>WORK is {@code encode}, {@code dense} or {@code decode}; works take the first TOKENS activations, and requests those that
 * follow each other. SETTING is what {@link SaeOpening#open} takes, TYPE the peer's number format.
 */
final class WorkerCommands implements AutoCloseable {

    private final int threads;
    private final long limitSteps;
    private final long limitBytes;
    private final Map<String, MeasuredSae> saes = new HashMap<>();
    private final Map<String, Peer> peers = new HashMap<>();
    private @Nullable MachineProbe probe;
    private @Nullable SparseAutoencoder peerOf;
    private float[][] activations = new float[0][];

    WorkerCommands(int threads, long limitSteps, long limitBytes) {
        this.threads = threads;
        this.limitSteps = limitSteps;
        this.limitBytes = limitBytes;
    }

    /**
     * Does what a command says.
     *
     * @return the fields of the answer
     * @throws RuntimeException if that fails, or there is no such command
     */
    String answer(String[] command) {
        List<String> fields = Arrays.asList(command);
        return switch (fields.get(0)) {
            case "machine" ->
                joined(threads, Runtime.version(), Engine.getEngine("PyTorch").getVersion());
            case "limits" -> sample();
            case "load" -> {
                activations = BenchmarkData.read(Path.of(fields.get(1)));
                saes.values().forEach(MeasuredSae::forget);
                yield joined(activations.length);
            }
            case "open" -> open(fields.get(1), Path.of(fields.get(2)), fields.get(3), fields.subList(4, fields.size()));
            case "close" -> {
                measured(fields.get(1)).close();
                saes.remove(fields.get(1));
                yield "";
            }
            case "run" ->
                joined(measured(fields.get(2))
                        .nanos(Work.named(fields.get(1)), first(fields.get(3)), Integer.parseInt(fields.get(4))));
            case "serve" ->
                served(measured(fields.get(1)).serve(Integer.parseInt(fields.get(2)), requests(fields.get(3))));
            case "same" -> {
                requireSame(fields.get(1), fields.get(2), first(fields.get(3)));
                yield "";
            }
            case "active" ->
                joined(measured(fields.get(1)).features(first(fields.get(2))).activeCount());
            case "peer" -> {
                closePeers();
                peerOf = measured(fields.get(1)).sae();
                yield "";
            }
            case "peer-run" ->
                joined(peer(fields.get(1))
                        .nanos(Work.named(fields.get(2)), first(fields.get(3)), Integer.parseInt(fields.get(4))));
            case "peer-serve" ->
                served(peer(fields.get(1)).serve(Integer.parseInt(fields.get(2)), requests(fields.get(3))));
            case "peer-write" -> {
                peer(fields.get(1)).write(Work.named(fields.get(2)), first(fields.get(3)), Path.of(fields.get(4)));
                yield "";
            }
            case "agree" ->
                agree(
                        Work.named(fields.get(1)),
                        measured(fields.get(2)),
                        first(fields.get(3)),
                        Path.of(fields.get(4)),
                        Double.parseDouble(fields.get(5)));
            default -> throw new BenchmarkException("There is no command " + fields.get(0) + ".");
        };
    }

    private String sample() {
        MachineProbe machine = probe;
        if (machine == null) {
            machine = new MachineProbe(threads, limitBytes);
            probe = machine;
        }
        return joined(
                machine.operations(limitSteps).perSecond() / 1e9,
                machine.bytes().perSecond() / 1e9);
    }

    private String open(String name, Path folder, String kernel, List<String> settings) {
        SparseAutoencoder sae = SaeOpening.open(folder, kernel, settings);
        MeasuredSae before = saes.put(name, new MeasuredSae(sae));
        if (before != null) {
            before.close();
        }
        return joined(
                sae.kernel(),
                sae.config().dIn(),
                sae.config().dSae(),
                sae.config().dOut(),
                sae.weightType());
    }

    private static String agree(Work work, MeasuredSae measured, float[][] input, Path file, double tolerance) {
        Rows ours = measured.rows(work, input);
        int width = work == Work.DECODE
                ? measured.sae().config().dOut()
                : measured.sae().config().dSae();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long expected = (long) input.length * width * Float.BYTES;
            if (channel.size() != expected) {
                throw new BenchmarkException(
                        file + " has " + channel.size() + " bytes, but " + expected + " were expected.");
            }
            Rows theirs = index -> row(channel, index, width);
            Agreement agreement = work == Work.DECODE
                    ? Agreement.ofReconstructions(input.length, ours, theirs, tolerance)
                    : Agreement.ofFeatures(
                            input.length,
                            ours,
                            theirs,
                            measured.keepsStrongestOnly(),
                            measured.thresholds(),
                            tolerance);
            return joined(agreement.active(), agreement.onlyOne(), agreement.worstError());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static float[] row(FileChannel channel, int index, int width) {
        ByteBuffer bytes = ByteBuffer.allocate(width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long begin = (long) index * bytes.capacity();
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, begin + bytes.position()) < 0) {
                    throw new BenchmarkException("The peer's file ends in row " + index + ".");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        float[] row = new float[width];
        bytes.flip().asFloatBuffer().get(row);
        return row;
    }

    private MeasuredSae measured(String name) {
        MeasuredSae measured = saes.get(name);
        if (measured == null) {
            throw new BenchmarkException("No SAE was opened as " + name + ".");
        }
        return measured;
    }

    private Peer peer(String type) {
        SparseAutoencoder source = peerOf;
        if (source == null) {
            throw new BenchmarkException("The peer has no weights yet.");
        }
        return peers.computeIfAbsent(type, label -> Peer.of(source, SaeOpening.type(label)));
    }

    private void requireSame(String name, String other, float[][] input) {
        if (!measured(name).sae().encode(input).equals(measured(other).sae().encode(input))) {
            throw new BenchmarkException(
                    "The features of " + input.length + " tokens differ between " + name + " and " + other + ".");
        }
    }

    private List<float[][]> requests(String sizes) {
        List<float[][]> requests = new ArrayList<>();
        int begin = 0;
        for (String field : sizes.split(",", -1)) {
            int size = Integer.parseInt(field);
            if (size > activations.length) {
                throw tooFew(size);
            }
            int from = begin % (activations.length - size + 1);
            requests.add(Arrays.copyOfRange(activations, from, from + size));
            begin += size;
        }
        return requests;
    }

    private static String served(RequestMix.Served served) {
        return joined(
                served.nanos(), served.each().stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    private float[][] first(String tokens) {
        int number = Integer.parseInt(tokens);
        if (number > activations.length) {
            throw tooFew(number);
        }
        return Arrays.copyOf(activations, number);
    }

    private BenchmarkException tooFew(int tokens) {
        return new BenchmarkException(
                tokens + " tokens were asked for, but " + activations.length + " activations were loaded.");
    }

    private static String joined(Object... fields) {
        return Stream.of(fields).map(String::valueOf).collect(Collectors.joining("\t"));
    }

    private void closePeers() {
        peers.values().forEach(Peer::close);
        peers.clear();
        peerOf = null;
    }

    @Override
    public void close() {
        closePeers();
        saes.values().forEach(MeasuredSae::close);
        saes.clear();
    }
}
