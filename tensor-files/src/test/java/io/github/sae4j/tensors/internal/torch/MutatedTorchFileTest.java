package io.github.sae4j.tensors.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.TorchCase;
import io.github.sae4j.fixtures.ZipImage;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.HeapBytes;
import io.github.sae4j.tensors.internal.MutatedFilesTest;
import io.github.sae4j.tensors.internal.Mutations;
import io.github.sae4j.tensors.internal.NamedTensors;
import io.github.sae4j.tensors.internal.StoredTensor;
import io.github.sae4j.tensors.internal.zip.ZipArchive;
import io.github.sae4j.tensors.internal.zip.ZipMember;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** Damaged PyTorch files. */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
class MutatedTorchFileTest extends MutatedFilesTest {

    private static final int FILES = 100_000;

    /** The buffers of the zip and pickle readers, and an exception with its stack. */
    private static final long FIXED_BYTES = 48 * 1024;

    /** Instructions, numbers, and names that no file may have looked up. */
    private static final List<byte[]> FRAGMENTS = Stream.concat(
                    Stream.of(
                                    "(",
                                    ".",
                                    "N",
                                    "0",
                                    "2",
                                    ")",
                                    "]",
                                    "}",
                                    "t",
                                    "e",
                                    "u",
                                    "s",
                                    "a",
                                    "R",
                                    "b",
                                    "Q",
                                    "i",
                                    "o",
                                    "K\u0000",
                                    "K\u00ff",
                                    "M\u00ff\u00ff",
                                    "J\u00ff\u00ff\u00ff\u007f",
                                    "\u008a\u0008\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0080",
                                    "\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
                                    "\u008a\u0008\u0000\u0000\u0000\u0000\u0001\u0000\u0000\u0000",
                                    "X\u00ff\u00ff\u00ff\u007f",
                                    "X\u0001\u0000\u0000\u0000y",
                                    "q\u0000",
                                    "h\u0000",
                                    "h\u0005",
                                    "r\u00ff\u00ff\u00ff\u00ff",
                                    "\u0085",
                                    "\u0086",
                                    "\u0087",
                                    "\u0088",
                                    "\u0081",
                                    "\u0093",
                                    "G\u007f\u00f0\u0000\u0000\u0000\u0000\u0000\u0000",
                                    "h\u0002(h\u0001",
                                    "PK\u0001\u0002",
                                    "PK\u0003\u0004",
                                    "PK\u0005\u0006")
                            .map(text -> text.getBytes(StandardCharsets.ISO_8859_1)),
                    Stream.of(
                                    "cos\nsystem\n",
                                    "cbuiltins\neval\n)R",
                                    "cjavax.script\nScriptEngineManager\n)R",
                                    "cjava.rmi.server\nUnicastRemoteObject\n)\u0081",
                                    "ijavax.naming\nInitialContext\n",
                                    "ctorch\nHalfStorage\n",
                                    "ctorch\nSize\n",
                                    "ccollections\nOrderedDict\n)R",
                                    "ctorch._utils\n_rebuild_tensor_v2\n",
                                    "ctorch._utils\n_rebuild_parameter\n")
                            .map(text -> text.getBytes(StandardCharsets.ISO_8859_1)))
            .toList();

    private static final Set<String> NEVER = Set.of(
            "javax.script.ScriptEngineManager", "java.rmi.server.UnicastRemoteObject", "javax.naming.InitialContext");

    private static final Set<String> EXPECTED_REASONS = Set.of(
            "which is not among the few names",
            "not one that tensors need",
            "empty stack",
            "without a STOP",
            "persistent id",
            "other arguments",
            "never filled",
            "left over",
            "not UTF-8",
            "are left",
            "reaches element",
            "no end record",
            "directory is damaged",
            "contradict each other",
            "not a list",
            "protocol");

    private final List<byte[]> files = new ArrayList<>();
    private final List<Parts> archives = new ArrayList<>();

    /** An archive taken apart, so that a damaged pickle can be put into a sound one. */
    private record Parts(String pickleName, byte[] pickle, Map<String, byte[]> others) {}

    MutatedTorchFileTest() {
        super(FILES, FIXED_BYTES, FRAGMENTS, EXPECTED_REASONS);
        for (TorchCase torch : TorchCase.valid()) {
            try {
                byte[] bytes = Files.readAllBytes(torch.file());
                files.add(bytes);
                if (bytes[0] == 'P') {
                    archives.add(parts(bytes));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Parts parts(byte[] bytes) {
        ZipArchive archive = ZipArchive.read(FILE, new HeapBytes(bytes));
        Map<String, byte[]> others = new HashMap<>();
        String name = "";
        byte[] pickle = {};
        for (ZipMember member : archive.members()) {
            byte[] content = archive.bytes(member).read(0, (int) member.bytes());
            if (member.name().endsWith("data.pkl")) {
                name = member.name();
                pickle = content;
            } else {
                others.put(member.name(), content);
            }
        }
        return new Parts(name, pickle, others);
    }

    @Override
    protected byte[] mutant(Random random, Mutations mutations) {
        if (random.nextInt(5) == 0) {
            return mutations.of(files.get(random.nextInt(files.size())));
        }
        Parts parts = archives.get(random.nextInt(archives.size()));
        byte[] pickle = mutations.of(parts.pickle());
        ZipImage image = new ZipImage();
        if (random.nextInt(8) == 0) {
            image.deflated(parts.pickleName(), pickle);
        } else {
            image.streamed(parts.pickleName(), pickle);
        }
        parts.others().forEach(image::stored);
        return image.bytes();
    }

    @Override
    protected NamedTensors read(ByteSource bytes) {
        return TorchFile.read(FILE, bytes).tensors();
    }

    @Override
    protected void requireBounded(StoredTensor tensor, int fileBytes) {
        // A view has no more elements than its storage, but for a number repeated for each feature.
        assertThat(tensor.elements()).isLessThanOrEqualTo(fileBytes + (1 << 20));
    }

    @Override
    protected void requireHarmless(Set<String> classes) {
        assertThat(classes).as("classes that files name").doesNotContainAnyElementsOf(NEVER);
    }
}
