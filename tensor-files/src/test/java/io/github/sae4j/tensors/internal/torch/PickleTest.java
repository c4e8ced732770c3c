package io.github.sae4j.tensors.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.fixtures.PickleImage;
import io.github.sae4j.fixtures.ZipImage;
import io.github.sae4j.tensors.ElementType;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.HeapBytes;
import io.github.sae4j.tensors.internal.StoredTensor;
import io.github.sae4j.tensors.internal.torch.TorchFile.Content;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pickle may do, instruction by instruction, and what it may not. */
class PickleTest {

    private static final ErrorContext FILE = new ErrorContext("some.pt");
    private static final long[] MATRIX = {3, 4};
    private static final long[] ROWS = {4, 1};

    private static Content read(PickleImage pickle) {
        return TorchFile.read(FILE, new HeapBytes(pickle.archive(48).bytes()));
    }

    private static void assertRefused(PickleImage pickle, String... words) {
        assertRefused(pickle.archive(48).bytes(), words);
    }

    private static void assertRefused(byte[] file, String... words) {
        assertThatThrownBy(() -> TorchFile.read(FILE, new HeapBytes(file)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith("some.pt: ")
                .hasMessageContainingAll(words);
    }

    /** Returns a dictionary with one entry {@code x}, whose value some instructions make. */
    private static PickleImage valued(UnaryOperator<PickleImage> value) {
        PickleImage start = PickleImage.begin().op(Opcode.EMPTY_DICT).text("x");
        return value.apply(start).op(Opcode.SETITEM, Opcode.STOP);
    }

    @Test
    void holdsTensors() {
        StoredTensor tensor =
                read(PickleImage.ofTensor(12, 0, MATRIX, ROWS)).tensors().get("W");
        assertThat(tensor.type()).isEqualTo(ElementType.F32);
        assertThat(tensor.shape()).isEqualTo(MATRIX);
        assertThat(tensor.isRowMajor()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "os.system",
                "posix.system",
                "nt.system",
                "subprocess.Popen",
                "builtins.eval",
                "builtins.getattr",
                "torch.load",
                "torch.storage._load_from_bytes",
                "torch.serialization.load",
                "torch._utils._rebuild_tensor_v2.__globals__",
                "torch._utils._rebuild_sparse_tensor",
                "torch.FloatStorage.from_file",
                "torch.nn.modules.linear.Linear",
                "collections.OrderedDict.__class__",
                "java.lang.Runtime",
                "io.github.sae4j.loader.SAE"
            })
    void namesNothingButWhatTensorsNeed(String name) {
        int dot = name.lastIndexOf('.');
        assertRefused(
                valued(pickle -> pickle.global(name.substring(0, dot), name.substring(dot + 1))),
                "\"" + name + "\"",
                "neither loaded nor called");
    }

    @Test
    void namesNothingByDotsInTheName() {
        assertRefused(valued(pickle -> pickle.global("torch", "_utils._rebuild_tensor_v2")), "not among the few names");
        assertRefused(valued(pickle -> pickle.global("torch\u00a0", "Size")), "no plain text");
        assertRefused(valued(pickle -> pickle.global("t".repeat(300), "Size")), "at most 256 characters");
    }

    @ParameterizedTest
    @CsvSource({
        "i, INST",
        "o, OBJ",
        "P, PERSID",
        "0, POP",
        "1, POP_MARK",
        "2, DUP",
        "d, DICT",
        "l, LIST",
        "p, PUT",
        "g, GET",
        "S, STRING",
        "T, BINSTRING",
        "V, UNICODE",
        "I, INT",
        "L, LONG",
        "F, FLOAT"
    })
    void usesNoInstructionOfOlderProtocols(char opcode, String name) {
        assertRefused(PickleImage.begin().op(opcode, Opcode.STOP), name + ", 0x", "was not carried out");
    }

    @ParameterizedTest
    @CsvSource({
        "0x81, NEWOBJ",
        "0x82, EXT1",
        "0x83, EXT2",
        "0x84, EXT4",
        "0x8b, LONG4",
        "0x92, NEWOBJ_EX",
        "0x93, STACK_GLOBAL",
        "0x94, MEMOIZE",
        "0x95, FRAME",
        "0xff, 0xff"
    })
    void usesNoInstructionThatTensorsDoNotNeed(String opcode, String name) {
        assertRefused(PickleImage.begin().op(Integer.decode(opcode), Opcode.STOP), name, "was not carried out");
    }

    @ParameterizedTest
    @CsvSource({"neg, negative bit, x.resolve_neg()", "conj, conjugate bit, x.resolve_conj()"})
    void haveTheirSignsInTheFile(String bit, String what, String remedy) {
        assertRefused(metadata(pickle -> pickle.text(bit).op(Opcode.NEWTRUE)), "W", what, remedy);
        assertThat(read(metadata(pickle -> pickle.text(bit).op(Opcode.NEWFALSE)))
                        .tensors()
                        .contains("W"))
                .isTrue();
    }

    @Test
    void haveNoMetadataThatIsNotUnderstood() {
        assertRefused(metadata(pickle -> pickle.text("scale").op(Opcode.NEWTRUE)), "\"scale\"", "\"neg\" and \"conj\"");
        assertRefused(metadata(pickle -> pickle.text("neg").whole(1)), "\"neg\"", "true or false");
        assertRefused(metadata(pickle -> pickle.whole(1).op(Opcode.NEWTRUE)), "a number");
    }

    /** Returns a dictionary with one tensor {@code W} that has one entry of metadata. */
    private static PickleImage metadata(UnaryOperator<PickleImage> entry) {
        PickleImage start = PickleImage.begin()
                .op(Opcode.EMPTY_DICT)
                .text("W")
                .tensor(
                        "FloatStorage",
                        "0",
                        12,
                        0,
                        MATRIX,
                        ROWS,
                        made -> entry.apply(made.op(Opcode.EMPTY_DICT)).op(Opcode.SETITEM));
        return start.op(Opcode.SETITEM, Opcode.STOP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ComplexFloatStorage", "ComplexDoubleStorage", "complex64"})
    void areReal(String type) {
        assertRefused(valued(pickle -> pickle.global("torch", type)), "complex numbers", type, "view_as_real");
    }

    @Test
    void isOfProtocolTwo() {
        for (int protocol : new int[] {0, 1, 3, 4, 5, 255}) {
            assertRefused(
                    new PickleImage().op(Opcode.PROTO, protocol, Opcode.NONE, Opcode.STOP), "protocol " + protocol);
        }
    }

    @Test
    void comesToAnEnd() {
        byte[] whole = PickleImage.ofTensor(12, 0, MATRIX, ROWS).bytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(new PickleImage().raw(cut)))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("cannot be read at byte");
        }
        assertRefused(PickleImage.ofTensor(12, 0, MATRIX, ROWS).op(0), "bytes follow its STOP");
        assertRefused(PickleImage.begin().op(Opcode.NONE, Opcode.EMPTY_DICT, Opcode.STOP), "left over");
        assertRefused(PickleImage.begin().op(Opcode.MARK, Opcode.EMPTY_DICT, Opcode.STOP), "left over");
    }

    @Test
    void takesFromTheStackOnlyWhatIsThere() {
        for (int opcode : new int[] {
            Opcode.STOP, Opcode.TUPLE1, Opcode.APPEND, Opcode.SETITEM, Opcode.REDUCE, Opcode.BUILD, Opcode.BINPERSID
        }) {
            assertRefused(PickleImage.begin().op(opcode), "empty stack");
        }
        assertRefused(PickleImage.begin().op(Opcode.NONE, Opcode.MARK, Opcode.TUPLE1), "empty stack");
        assertRefused(PickleImage.begin().op(Opcode.BINPUT, 0), "empty stack");
        assertRefused(PickleImage.begin().op(Opcode.NONE, Opcode.TUPLE), "MARK, but there is none");
    }

    @Test
    void remembersWhatItWasToldToRemember() {
        Content content = read(valued(pickle -> pickle.text("y")
                .op(Opcode.LONG_BINPUT)
                .i4(-1)
                .op(Opcode.TUPLE1, Opcode.BINPUT, 7)
                .op(Opcode.LONG_BINGET)
                .i4(-1)
                .op(Opcode.TUPLE2)));
        assertThat(content.values()).containsOnlyKeys("x.0.0", "x.1");
        assertRefused(valued(pickle -> pickle.op(Opcode.BINGET, 7)), "memo 7", "never filled");
        assertRefused(valued(pickle -> pickle.op(Opcode.LONG_BINGET).i4(-1)), "memo 4294967295");
    }

    @Test
    void allocatesNothingForBytesThatAreNotThere() {
        assertRefused(valued(pickle -> pickle.op(Opcode.BINUNICODE).i4(Integer.MAX_VALUE)), "2147483647 bytes");
        assertRefused(valued(pickle -> pickle.op(Opcode.BINUNICODE).i4(-1)), "4294967295 bytes");
        assertRefused(valued(pickle -> pickle.op(Opcode.LONG1, 255)), "255 bytes", "2 are left");
    }

    @Test
    void holdsTextsOfUnicode() {
        assertThat(read(valued(pickle -> pickle.text("☃"))).values()).containsEntry("x", new PickledValue.Text("☃"));
        assertThat(read(valued(pickle -> pickle.op(Opcode.SHORT_BINSTRING, 1, 'y')))
                        .values())
                .containsEntry("x", new PickledValue.Text("y"));
        assertRefused(valued(pickle -> pickle.op(Opcode.BINUNICODE).i4(1).op(0xff)), "not UTF-8");
    }

    @Test
    void putsItemsInListsAndEntriesInDictionaries() {
        assertRefused(valued(pickle -> pickle.op(Opcode.NONE, Opcode.NONE, Opcode.APPEND)), "not a list");
        assertRefused(valued(pickle -> pickle.op(Opcode.NONE, Opcode.NONE, Opcode.NONE, Opcode.SETITEM)), "SETITEM");
        assertRefused(
                valued(pickle -> pickle.op(Opcode.EMPTY_DICT, Opcode.MARK, Opcode.NONE, Opcode.SETITEMS)),
                "without a value for each key");
        assertRefused(
                valued(pickle -> pickle.op(Opcode.EMPTY_DICT, Opcode.NONE, Opcode.NONE, Opcode.SETITEM)),
                "neither a text nor an integer");
        assertRefused(
                valued(pickle -> pickle.op(Opcode.EMPTY_DICT)
                        .text("y")
                        .op(Opcode.NONE, Opcode.SETITEM)
                        .text("y")
                        .op(Opcode.NONE, Opcode.SETITEM)),
                "same key twice");
    }

    @Test
    void callsOnlyFunctionsAndWithTheirArguments() {
        assertRefused(valued(pickle -> pickle.text("system").op(Opcode.EMPTY_TUPLE, Opcode.REDUCE)), "not a function");
        assertRefused(
                valued(pickle -> pickle.global("torch", "FloatStorage").op(Opcode.EMPTY_TUPLE, Opcode.REDUCE)),
                "not a function");
        assertRefused(
                valued(pickle -> pickle.global("torch", "Size").op(Opcode.NONE, Opcode.REDUCE)), "tuple of arguments");
        for (String function : new String[] {
            "torch.Size",
            "torch.device",
            "_codecs.encode",
            "torch._utils._rebuild_parameter",
            "torch._utils._rebuild_tensor_v2"
        }) {
            int dot = function.lastIndexOf('.');
            String name = function.substring(dot + 1);
            assertRefused(
                    valued(pickle -> pickle.global(function.substring(0, dot), name)
                            .op(Opcode.NONE, Opcode.TUPLE1, Opcode.REDUCE)),
                    name,
                    "other arguments");
        }
        assertRefused(
                valued(pickle ->
                        pickle.global("collections", "OrderedDict").op(Opcode.NONE, Opcode.TUPLE1, Opcode.REDUCE)),
                "OrderedDict",
                "arguments");
        assertRefused(
                valued(pickle -> pickle.global("_codecs", "encode")
                        .text("☃")
                        .text("latin1")
                        .op(Opcode.TUPLE2, Opcode.REDUCE)),
                "latin1 cannot hold");
        assertRefused(valued(pickle -> pickle.op(Opcode.NONE, Opcode.EMPTY_DICT, Opcode.BUILD)), "BUILD");
        assertRefused(valued(pickle -> pickle.op(Opcode.EMPTY_DICT, Opcode.NONE, Opcode.BUILD)), "BUILD");
    }

    @Test
    void holdsATensorOrAValueUnderEachName() {
        assertRefused(valued(pickle -> pickle.global("torch", "Size")), "\"x\"", "a class, a function or a storage");
        assertRefused(valued(pickle -> pickle.storage("FloatStorage", "0", 12)), "a class, a function or a storage");
        assertRefused(PickleImage.begin().op(Opcode.NONE, Opcode.STOP), "a plain value", "dictionary of tensors");
    }

    @Test
    void joinsNamesWithDots() {
        Content content = read(valued(pickle -> pickle.op(Opcode.EMPTY_DICT)
                .text("y.z")
                .op(Opcode.NONE, Opcode.SETITEM)
                .op(Opcode.BININT1, 5, Opcode.EMPTY_LIST, Opcode.NEWTRUE, Opcode.APPEND, Opcode.SETITEM)));
        assertThat(content.values()).containsOnlyKeys("x.y.z", "x.5.0");
        assertRefused(
                PickleImage.begin()
                        .op(Opcode.EMPTY_DICT)
                        .text("x.y")
                        .op(Opcode.NONE, Opcode.SETITEM)
                        .text("x")
                        .op(Opcode.EMPTY_DICT)
                        .text("y")
                        .op(Opcode.NONE, Opcode.SETITEM, Opcode.SETITEM, Opcode.STOP),
                "the name \"x.y\"");
    }

    @Test
    void doesNotHoldItself() {
        assertRefused(
                valued(pickle -> pickle.op(Opcode.EMPTY_LIST, Opcode.BINPUT, 0, Opcode.BINGET, 0, Opcode.APPEND)),
                "nested deeper");
        assertRefused(
                valued(pickle -> {
                    pickle.op(Opcode.NONE);
                    for (int depth = 0; depth < 30; depth++) {
                        pickle.op(Opcode.BINPUT, depth, Opcode.BINGET, depth, Opcode.TUPLE2);
                    }
                    return pickle;
                }),
                "again and again");
        assertRefused(
                valued(pickle -> {
                    pickle.op(Opcode.NONE);
                    for (int depth = 0; depth < 50_000; depth++) {
                        pickle.op(Opcode.TUPLE1);
                    }
                    return pickle;
                }),
                "nested deeper");
    }

    @Test
    void holdsABoundedNumberOfValues() {
        byte[] many = new byte[(1 << 22) + 10];
        Arrays.fill(many, (byte) Opcode.NONE);
        assertRefused(PickleImage.begin().raw(many), "more than 4194304 values");
        assertRefused(
                new ZipImage().deflated("a/data.pkl", new byte[(1 << 26) + 1]).bytes(), "67108865 bytes", "at most");
    }

    @Test
    void describesTensorsThatAreThere() {
        assertRefused(PickleImage.ofTensor(12, 1, MATRIX, ROWS), "\"W\"", "reaches element 12");
        assertRefused(PickleImage.ofTensor(13, 0, MATRIX, ROWS), "48 bytes", "13 elements");
        assertRefused(PickleImage.ofTensor(-1, 0, MATRIX, ROWS), "-1 elements");
        assertRefused(PickleImage.ofTensor(Long.MIN_VALUE, 0, MATRIX, ROWS), "larger than any file");
        assertRefused(PickleImage.ofTensor(12, Long.MAX_VALUE, MATRIX, ROWS), "larger than any file");
        assertRefused(
                PickleImage.begin()
                        .op(Opcode.EMPTY_DICT)
                        .text("W")
                        .tensor("FloatStorage", "0", 12, 0, MATRIX, ROWS)
                        .op(Opcode.SETITEM)
                        .text("V")
                        .tensor("IntStorage", "0", 12, 0, MATRIX, ROWS)
                        .op(Opcode.SETITEM, Opcode.STOP),
                "\"V\"",
                "two types or sizes");
        assertRefused(
                valued(pickle -> pickle.tensor("FloatStorage", "../data.pkl", 12, 0, MATRIX, ROWS)), "no such member");
        assertRefused(valued(pickle -> pickle.tensor("FloatStorage", "0".repeat(65), 12, 0, MATRIX, ROWS)), "too long");
    }

    @Test
    void liesInOneFolderOfTheArchive() {
        byte[] pickle = PickleImage.begin().op(Opcode.EMPTY_DICT, Opcode.STOP).bytes();
        assertRefused(new ZipImage().stored("data.pkl", pickle).bytes(), "no data.pkl");
        assertRefused(new ZipImage().stored("a/b/data.pkl", pickle).bytes(), "no data.pkl");
        assertRefused(
                new ZipImage()
                        .stored("a/data.pkl", pickle)
                        .stored("b/data.pkl", pickle)
                        .bytes(),
                "several data.pkl");
        assertThat(TorchFile.read(
                                FILE,
                                new HeapBytes(new ZipImage()
                                        .stored("any thing.x/data.pkl", pickle)
                                        .bytes()))
                        .tensors()
                        .all())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'<html><body>'|a web page",
                "'version https://git-lfs.github.com/spec/v1'|Git LFS pointer",
                "'        {\"a\":{}}'|safetensors",
                "'abc'|begins with the bytes 61 62 63"
            })
    void isSaidNotToBeWhatTheFileIsNot(String text, String what) {
        assertRefused(text.getBytes(java.nio.charset.StandardCharsets.UTF_8), "no file of PyTorch", what);
    }
}
