package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.sae4j.cli.internal.shell.CommandGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A command that cannot be meant is refused in one sentence with exit code 2. */
class MisuseTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "encode|Missing required",
                "encode in.npy --sae demo|--out=FILE",
                "encode in.npy --out o.safetensors|--sae=SAE",
                "encode --sae demo --out o.safetensors|ACTIVATIONS",
                "encode in.npy --sae demo --out o.safetensors --top-k 0|a whole number from 1",
                "encode in.npy --sae demo --out o.safetensors --top-k many|a whole number from 1",
                "encode in.npy --sae demo --out o.safetensors --batch-tokens -3|a whole number from 1",
                "encode in.npy --sae demo --out o.safetensors --device tpu|auto, cpu, cuda or cuda:N",
                "encode in.npy --sae demo --out o.safetensors --device cuda:x|auto, cpu, cuda or cuda:N",
                "encode in.npy --sae demo --out o.safetensors --kernel fast|vector, torchscript or plain",
                "encode in.npy --sae demo --out o.safetensors --set k|--set",
                "encode in.npy --sae demo --out o.safetensors --norm-scaling-factor much|--norm-scaling-factor",
                "encode in.npy more.npy --sae demo --out o.safetensors|more.npy",
                "encode in.npy --sae demo --out o.safetensors --nonsense|--nonsense",
                "decode in.safetensors --sae demo --out o.safetensors --dense|--dense",
                "info|SAE",
                "bench --sae demo --d-sae 64|--d-in, --d-sae and --dtype are for the SAE that is made",
                "bench --fold-decoder-norms|--fold-decoder-norms is for an SAE of files",
                "bench --tokens 1,0|a whole number from 1",
                "bench --seconds 0|a number above 0",
                "bench --dtype int8|bfloat16, float16 or float32",
                "encode in.npy -o o.safetensors|Unknown option: '-o' (did you mean --out?)",
                "encode in.npy -s demo|Unknown option: '-s' (did you mean --sae?)",
                "encode --topk 3 in.npy|Unknown option: '--topk' (did you mean --top-k?)",
                "encode in.npy --topk=3|Unknown option: '--topk' (did you mean --top-k?)",
                "encode in.npy -k 3|Unknown option: '-k' (did you mean --top-k?)",
                "encode in.npy --output o.npz|Unknown option: '--output' (did you mean --out?)",
                "encode in.npy --layer-idx 3|Unknown option: '--layer-idx' (did you mean --layer-id or --layer?)",
                "encode in.npy --batch-size 3|Unknown option: '--batch-size' (did you mean --batch-tokens?)",
                "encode in.npy --skip-frist 3|Unknown option: '--skip-frist' (did you mean --skip-first?)",
                "encode in.npy --sae -1 --rows 1:2 --whatever|Unknown option: '--whatever';",
                "cache verify --jsom|Unknown option: '--jsom'",
                "list --jsn|Unknown option: '--jsn' (did you mean --json?)",
                "report in.npy --sae demo --open|Unknown option: '--open'",
                "explode|explode",
                "version|there is no command version (sae --version shows the version)",
                "convert a b|there is no command convert (from Java, SAE.save writes an SAE in SAELens's layout)",
                "steer x.npy|there is no command steer (from Java, SparseFeatures.edit and with change features,",
                "ablate x.npy|there is no command ablate (from Java, SparseFeatures.edit",
                "train|there is no command train (SAEs are run here, not trained)",
                "search gemma|there is no command search (sae list WORD... finds published SAEs)",
                "help encod|there is no command encod (did you mean encode?)",
                "help version|there is no command version (sae --version shows",
                "help cache empty|there is no command empty",
                "help encode twice|twice"
            })
    void isNamedInOneSentence(String arguments, String named) {
        CommandRun run = sae((Object[]) arguments.split(" ", -1));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("sae: ")
                .contains(named)
                .endsWith(System.lineSeparator())
                .hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void readingAndWritingTheSameFileIsRefusedEvenWithForce() {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, 1, 2, 3, 4)
                .write(folder.resolve("in.safetensors"));

        CommandRun run = sae("encode", in, "--sae", "demo", "--out", folder.resolve("./in.safetensors"), "--force");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--out names the file that is to be read");
        assertThat(InputFiles.floatsOf(in, "x")).containsExactly(1, 2, 3, 4);
    }

    @Test
    void noCommandShowsTheUsage() {
        CommandRun run = sae();

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("Usage: sae").contains("encode").contains("demo");
    }

    @Test
    void helpOfACommandIsThatOfItsOption() {
        for (String command : List.of("encode", "list", "cache", "cache verify", "help")) {
            List<String> words = List.of(command.split(" ", -1));
            List<Object> help = new ArrayList<>(List.of("help"));
            help.addAll(words);
            List<Object> option = new ArrayList<>(words);
            option.add("--help");

            CommandRun run = sae(help.toArray());

            assertThat(run).as(command).isEqualTo(sae(option.toArray()));
            assertThat(run.out()).startsWith("Usage: sae " + command);
        }
        assertThat(sae("help")).isEqualTo(sae("--help"));
        assertThat(sae("help").exitCode()).isZero();
    }

    @Test
    void helpListsEachCommandOnceInItsGroup() {
        String help = sae("--help").out();
        Set<String> commands = SaeCommand.commandLine().getSubcommands().keySet();

        assertThat(CommandGroup.all().stream().flatMap(group -> group.commands().stream()))
                .containsExactlyInAnyOrderElementsOf(commands);
        assertThat(CommandGroup.all())
                .allSatisfy(group -> assertThat(help).contains(group.title() + System.lineSeparator() + "  "));
        assertThat(commands)
                .allSatisfy(command -> assertThat(help.lines().filter(line -> line.startsWith("  " + command + " ")))
                        .hasSize(1));
    }

    @Test
    void helpOfEachCommandHasExamplesThatAreUnderstood() {
        for (String command : SaeCommand.commandLine().getSubcommands().keySet()) {
            List<String> examples = sae(command, "--help")
                    .out()
                    .lines()
                    .dropWhile(line -> !line.equals("Examples:"))
                    .filter(line -> line.startsWith("  ") && line.contains("sae " + command))
                    .toList();

            assertThat(examples).as(command).isNotEmpty();
            for (String example : examples) {
                String words = example.replaceFirst(".*?sae ", "").replaceFirst("( [|>] |\\)).*", "");
                assertThatCode(() -> SaeCommand.commandLine()
                                .parseArgs(words.replace("'", "").split(" ", -1)))
                        .as(example)
                        .doesNotThrowAnyException();
            }
        }
    }

    @Test
    void helpAndVersionSucceed() {
        assertThat(sae("--version").out()).startsWith("sae4j ");
        assertThat(sae("--help").out()).contains("reconstruct");
        assertThat(sae("encode", "--help").out()).contains("--top-k=K");
        assertThat(sae("encode", "--help").exitCode()).isZero();
    }
}
