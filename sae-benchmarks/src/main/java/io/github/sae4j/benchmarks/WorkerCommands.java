package io.github.sae4j.benchmarks;

import ai.djl.engine.Engine;
import io.github.sae4j.analysis.internal.machine.MachineProbe;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.loader.SaeLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
 * open NAME FOLDER KERNEL [FIELD=VALUE …]  → kernel, d_in, d_sae, d_out, type of the weights
 * run WORK NAME TOKENS CALLS               → nanoseconds of all calls
 * active NAME TOKENS                       → how many features are active
 * peer NAME                                → nothing; the peer has the weights of that SAE and of no other
 * peer-run WORK TOKENS CALLS               → nanoseconds of all calls
 * peer-write WORK TOKENS FILE              → nothing; the file holds float32 in row-major order
 * agree WORK NAME TOKENS FILE TOLERANCE    → features that both found, those only one found, largest relative error
 * </pre>
 *
 * <p>WORK is {@code encode}, {@code dense} or {@code decode}; works take the first TOKENS activations.
 */
final class WorkerCommands implements AutoCloseable {

    private final int threads;
    private final long limitSteps;
    private final long limitBytes;
    private final Map<String, MeasuredSae> saes = new HashMap<>();
    private @Nullable MachineProbe probe;
    private @Nullable Peer peer;
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
            case "run" ->
                joined(measured(fields.get(2))
                        .nanos(Work.named(fields.get(1)), first(fields.get(3)), Integer.parseInt(fields.get(4))));
            case "active" ->
                joined(measured(fields.get(1)).features(first(fields.get(2))).activeCount());
            case "peer" -> {
                closePeer();
                peer = Peer.of(measured(fields.get(1)).sae());
                yield "";
            }
            case "peer-run" ->
                joined(peer().nanos(Work.named(fields.get(1)), first(fields.get(2)), Integer.parseInt(fields.get(3))));
            case "peer-write" -> {
                peer().write(Work.named(fields.get(1)), first(fields.get(2)), Path.of(fields.get(3)));
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

    private String open(String name, Path folder, String kernel, List<String> overrides) {
        SaeLoader loader = BenchmarkData.loader(folder, kernel);
        for (String override : overrides) {
            String[] parts = override.split("=", 2);
            Object value = parts[1].chars().allMatch(Character::isDigit) ? Integer.valueOf(parts[1]) : parts[1];
            loader.override(parts[0], value);
        }
        SparseAutoencoder sae = loader.open();
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
                    : Agreement.ofFeatures(input.length, ours, theirs, measured.keepsStrongestOnly(), tolerance);
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

    private Peer peer() {
        Peer present = peer;
        if (present == null) {
            throw new BenchmarkException("The peer has no weights yet.");
        }
        return present;
    }

    private float[][] first(String tokens) {
        int number = Integer.parseInt(tokens);
        if (number > activations.length) {
            throw new BenchmarkException(
                    number + " tokens were asked for, but " + activations.length + " activations were loaded.");
        }
        return Arrays.copyOf(activations, number);
    }

    private static String joined(Object... fields) {
        return Stream.of(fields).map(String::valueOf).collect(Collectors.joining("\t"));
    }

    private void closePeer() {
        Peer present = peer;
        peer = null;
        if (present != null) {
            present.close();
        }
    }

    @Override
    public void close() {
        closePeer();
        saes.values().forEach(MeasuredSae::close);
        saes.clear();
    }
}
