package io.github.sae4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** Streams of tokens, and the drawing of what they took. */
class ScalingTest {

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void encodesEveryTokenOfAStreamThatIsLongerThanItsPool() {
        BenchmarkData data = new BenchmarkData(folder, 64, 512, 8, 20);

        ScalingPoint point = Scaling.stream(data.sae("bfloat16"), data.activations(), "default", 16, 55);

        assertThat(point.tokens()).isEqualTo(55);
        assertThat(point.seconds()).isPositive();
        assertThat(point.l0()).isBetween(4.0, 12.0);
        assertThat(ScalingPoint.parse(point.toString())).isEqualTo(point);
    }

    @Test
    void measuresEachStreamInAProcessAndDrawsThem() throws Exception {
        BenchmarkData data = new BenchmarkData(folder, 64, 512, 8, 20);
        Path svg = folder.resolve("scaling.svg");

        int status = run(
                "--tokens",
                "20,60",
                "--chunk",
                "16",
                "--sae",
                data.sae("bfloat16").toString(),
                "--activations",
                data.activations().toString(),
                "--svg",
                svg.toString());

        assertThat(status).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("| 20 |", "| 60 |");
        assertThat(parsed(Files.readString(svg))
                        .getElementsByTagName("polyline")
                        .getLength())
                .isIn(1, 2);
    }

    @ParameterizedTest
    @CsvSource({"--tokens", "--speed 3", "--sae folder"})
    void refusesWrongArguments(String arguments) {
        assertThat(run(arguments.split(" "))).isEqualTo(2);
    }

    @Test
    void drawsTimeAndMemoryInsideThePicture() throws Exception {
        List<ScalingPoint> points = List.of(
                new ScalingPoint(1000, 0.93, 700_000_000, 64),
                new ScalingPoint(10_000, 9.1, 710_000_000, 64),
                new ScalingPoint(100_000, 92, 705_000_000, 64));

        Document drawing = parsed(ScalingPlot.svg(points, 512));

        assertThat(drawing.getElementsByTagName("polyline").getLength()).isEqualTo(2);
        assertThat(drawing.getElementsByTagName("circle").getLength()).isEqualTo(6);
        for (int at = 0; at < 6; at++) {
            var circle = drawing.getElementsByTagName("circle").item(at).getAttributes();
            assertThat(Double.parseDouble(circle.getNamedItem("cx").getNodeValue()))
                    .isBetween(
                            0.0, Double.parseDouble(drawing.getDocumentElement().getAttribute("width")));
            assertThat(Double.parseDouble(circle.getNamedItem("cy").getNodeValue()))
                    .isBetween(
                            0.0, Double.parseDouble(drawing.getDocumentElement().getAttribute("height")));
        }
        assertThat(drawing.getDocumentElement().getTextContent())
                .contains("prefers-color-scheme: dark", "100,000", "Time, seconds", "encoded 512 at a time");
    }

    @Test
    void printsATable() {
        assertThat(ScalingPlot.table(List.of(new ScalingPoint(1000, 2, 700_000_000, 64))))
                .endsWith("| 1,000 | 2.00 | 500 | 700 MB | 64.0 |\n");
    }

    private int run(String... arguments) {
        return Scaling.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(OutputStream.nullOutputStream(), true),
                arguments);
    }

    private static Document parsed(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }
}
