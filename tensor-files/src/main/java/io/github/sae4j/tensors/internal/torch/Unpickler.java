package io.github.sae4j.tensors.internal.torch;

import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.torch.PickledValue.Callable;
import io.github.sae4j.tensors.internal.torch.PickledValue.Dict;
import io.github.sae4j.tensors.internal.torch.PickledValue.Items;
import io.github.sae4j.tensors.internal.torch.PickledValue.None;
import io.github.sae4j.tensors.internal.torch.PickledValue.Real;
import io.github.sae4j.tensors.internal.torch.PickledValue.Text;
import io.github.sae4j.tensors.internal.torch.PickledValue.Truth;
import io.github.sae4j.tensors.internal.torch.PickledValue.Tuple;
import io.github.sae4j.tensors.internal.torch.PickledValue.Whole;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The machine that a pickle is a program for, cut down to what tensors and plain values need.
 *
 * <p>It carries out the instructions of protocol 2 that PyTorch writes, knows the names in {@link Globals}, and stops at
 * anything else. It builds values of our own only; no instruction can load a class or call a method. Whatever a file says,
 * it takes memory in proportion to the bytes that are there.
 */
final class Unpickler {

    private static final int PROTOCOL = 2;

    /** A tensor takes some thirty values, so this is room for a hundred thousand of them. */
    private static final int MOST_VALUES = 1 << 22;

    private final PickleInput input;
    private final Calls calls;
    private final List<PickledValue> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Integer, PickledValue> memo = new HashMap<>();
    private int values;

    private Unpickler(PickleInput input) {
        this.input = input;
        this.calls = new Calls(input);
    }

    /**
     * Runs one pickle, up to and with its STOP.
     *
     * @throws TensorFileException if it does anything that tensors do not need, or breaks off
     */
    static PickledValue run(PickleInput input) {
        return new Unpickler(input).run();
    }

    private PickledValue run() {
        int opcode = input.u1();
        while (opcode != Opcode.STOP) {
            carryOut(opcode);
            opcode = input.u1();
        }
        PickledValue result = pop();
        if (!stack.isEmpty() || !marks.isEmpty()) {
            throw input.fault("it stops with values left over.");
        }
        return result;
    }

    private void carryOut(int opcode) {
        switch (opcode) {
            case Opcode.PROTO -> requireProtocol(input.u1());
            case Opcode.MARK -> {
                requireRoom();
                marks.add(stack.size());
            }
            case Opcode.NONE -> push(None.NONE);
            case Opcode.NEWTRUE -> push(new Truth(true));
            case Opcode.NEWFALSE -> push(new Truth(false));
            case Opcode.BININT -> push(whole(input.i4()));
            case Opcode.BININT1 -> push(whole(input.u1()));
            case Opcode.BININT2 -> push(whole(input.u2()));
            case Opcode.LONG1 -> push(new Whole(littleEndian(input.take(input.u1()))));
            case Opcode.BINFLOAT -> push(new Real(Double.longBitsToDouble(input.bigEndian8())));
            case Opcode.BINUNICODE -> push(new Text(input.utf8(input.i4() & 0xffff_ffffL)));
            case Opcode.SHORT_BINSTRING -> push(new Text(input.utf8(input.u1()))); // Python 2 wrote names so.
            case Opcode.EMPTY_TUPLE -> push(new Tuple(List.of()));
            case Opcode.TUPLE1 -> push(new Tuple(pop(1)));
            case Opcode.TUPLE2 -> push(new Tuple(pop(2)));
            case Opcode.TUPLE3 -> push(new Tuple(pop(3)));
            case Opcode.TUPLE -> push(new Tuple(popToMark()));
            case Opcode.EMPTY_LIST -> push(new Items(new ArrayList<>(0)));
            case Opcode.APPEND -> append(pop(1));
            case Opcode.APPENDS -> append(popToMark());
            case Opcode.EMPTY_DICT -> push(new Dict(new LinkedHashMap<>(0)));
            case Opcode.SETITEM -> set(pop(2));
            case Opcode.SETITEMS -> set(popToMark());
            case Opcode.BINPUT -> memo.put(input.u1(), top());
            case Opcode.LONG_BINPUT -> memo.put(input.i4(), top());
            case Opcode.BINGET -> push(memorised(input.u1()));
            case Opcode.LONG_BINGET -> push(memorised(input.i4()));
            case Opcode.GLOBAL -> push(global(input.line(), input.line()));
            case Opcode.REDUCE -> reduce();
            case Opcode.BUILD -> build();
            case Opcode.BINPERSID -> push(calls.storage(pop()));
            default ->
                throw input.fault(
                        Reason.UNSUPPORTED,
                        "the instruction " + Opcode.nameOfRefused(opcode)
                                + ", is not one that tensors need, and was not carried out.");
        }
    }

    private void requireProtocol(int protocol) {
        if (protocol != PROTOCOL) {
            throw input.fault(
                    Reason.UNSUPPORTED,
                    "it is of protocol " + protocol + ", but PyTorch writes protocol " + PROTOCOL + ".");
        }
    }

    private PickledValue global(String module, String name) {
        if (Globals.isComplex(module, name)) {
            throw input.fault(
                    Reason.UNSUPPORTED,
                    "it has complex numbers (" + module + "." + name
                            + "), but only real ones are read; save x.real, or torch.view_as_real(x).");
        }
        return Globals.find(module, name)
                .orElseThrow(
                        () -> input.fault(
                                Reason.UNSUPPORTED,
                                "it names "
                                        + Quoted.of(module + "." + name)
                                        + ", which is not among the few names that tensors need; it was neither"
                                        + " loaded nor called. Save the state dict alone: torch.save(sae.state_dict(), path)."));
    }

    private void reduce() {
        PickledValue arguments = pop();
        PickledValue callable = pop();
        if (!(callable instanceof Callable known) || !(arguments instanceof Tuple tuple)) {
            throw input.fault("REDUCE calls what is not a function, or without a tuple of arguments.");
        }
        push(calls.call(known, tuple.items()));
    }

    /** State dicts carry attributes, such as the versions of their modules, which no tensor needs. */
    private void build() {
        PickledValue state = pop();
        if (!(state instanceof Dict) || !(top() instanceof Dict)) {
            throw input.fault("BUILD sets attributes of what is not a dictionary.");
        }
    }

    private void append(List<PickledValue> items) {
        if (!(top() instanceof Items list)) {
            throw input.fault("APPEND is used on what is not a list.");
        }
        list.items().addAll(items);
    }

    private void set(List<PickledValue> keysAndValues) {
        if (!(top() instanceof Dict dict) || keysAndValues.size() % 2 != 0) {
            throw input.fault("SETITEM is used on what is not a dictionary, or without a value for each key.");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            PickledValue key = keysAndValues.get(i);
            if (!(key instanceof Text || key instanceof Whole)) {
                throw input.fault("a dictionary has a key that is neither a text nor an integer.");
            }
            if (dict.entries().put(key, keysAndValues.get(i + 1)) != null) {
                throw input.fault("a dictionary has the same key twice.");
            }
        }
    }

    private PickledValue memorised(int index) {
        PickledValue value = memo.get(index);
        if (value == null) {
            throw input.fault("memo " + Integer.toUnsignedString(index) + " is read, but was never filled.");
        }
        return value;
    }

    private void push(PickledValue value) {
        requireRoom();
        stack.add(value);
    }

    private void requireRoom() {
        if (++values > MOST_VALUES) {
            throw input.fault(Reason.UNSUPPORTED, "it has more than " + MOST_VALUES + " values.");
        }
    }

    private PickledValue top() {
        requireOnStack(1);
        return stack.get(stack.size() - 1);
    }

    private PickledValue pop() {
        requireOnStack(1);
        return stack.remove(stack.size() - 1);
    }

    private List<PickledValue> pop(int count) {
        requireOnStack(count);
        return popFrom(stack.size() - count);
    }

    private List<PickledValue> popToMark() {
        if (marks.isEmpty()) {
            throw input.fault("it takes values up to a MARK, but there is none.");
        }
        return popFrom(marks.remove(marks.size() - 1));
    }

    private List<PickledValue> popFrom(int start) {
        List<PickledValue> tail = stack.subList(start, stack.size());
        List<PickledValue> popped = List.copyOf(tail);
        tail.clear();
        return popped;
    }

    private void requireOnStack(int count) {
        int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
        if (stack.size() - count < floor) {
            throw input.fault("it takes a value from an empty stack.");
        }
    }

    private static Whole whole(long value) {
        return new Whole(BigInteger.valueOf(value));
    }

    private static BigInteger littleEndian(byte[] bytes) {
        byte[] reversed = new byte[bytes.length + (bytes.length == 0 ? 1 : 0)];
        for (int i = 0; i < bytes.length; i++) {
            reversed[bytes.length - 1 - i] = bytes[i];
        }
        return new BigInteger(reversed);
    }
}
