package io.github.sae4j.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Draws time and peak memory against the number of tokens, both axes logarithmic, and prints them as a table. */
final class ScalingPlot {

    private static final int PANEL_WIDTH = 300;
    private static final int PANEL_HEIGHT = 220;
    private static final int LEFT = 70;
    private static final int TOP = 50;
    private static final int GAP = 110;
    private static final int WIDTH = LEFT + 2 * PANEL_WIDTH + GAP + 30;
    private static final int HEIGHT = TOP + PANEL_HEIGHT + 60;

    private static final String STYLE = """
              <style>
                svg { color-scheme: light dark; }
                text { font: 13px system-ui, sans-serif; fill: #1f2328; }
                .title { font-weight: 600; }
                .axis { stroke: #59636e; fill: none; }
                .grid { stroke: #d1d9e0; fill: none; }
                .ideal { stroke: #59636e; stroke-dasharray: 4 4; fill: none; }
                .line { stroke: #0969da; stroke-width: 2; fill: none; }
                .point { fill: #0969da; }
                .background { fill: #ffffff; }
                @media (prefers-color-scheme: dark) {
                  text { fill: #f0f6fc; }
                  .axis, .ideal { stroke: #9198a1; }
                  .grid { stroke: #3d444d; }
                  .line { stroke: #4493f8; }
                  .point { fill: #4493f8; }
                  .background { fill: #0d1117; }
                }
              </style>
            """;

    private ScalingPlot() {}

    /** Returns the points as a table in Markdown. */
    static String table(List<ScalingPoint> points) {
        return "| tokens | seconds | tokens/s | peak resident memory | features a token |\n|---:|---:|---:|---:|---:|\n"
                + points.stream()
                        .map(point -> text(
                                "| %,d | %.2f | %,.0f | %s | %.1f |%n",
                                point.tokens(),
                                point.seconds(),
                                point.tokens() / point.seconds(),
                                point.bytes() == 0 ? "not known" : text("%.0f MB", point.bytes() / 1e6),
                                point.l0()))
                        .collect(Collectors.joining());
    }

    /**
     * Returns the drawing, with its own colours for light and dark.
     *
     * @param points at least one, in ascending order of tokens
     * @param chunk how many tokens were encoded at a time
     */
    static String svg(List<ScalingPoint> points, int chunk) {
        ScalingPoint first = points.get(0);
        Axis tokens = Axis.over(points, ScalingPoint::tokens, LEFT, LEFT + PANEL_WIDTH);
        Axis seconds = Axis.over(points, ScalingPoint::seconds, TOP + PANEL_HEIGHT, TOP);
        StringBuilder svg = new StringBuilder(text(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">%n"
                        + "  <title>Encoding time and peak memory against the number of tokens</title>%n",
                WIDTH, HEIGHT, WIDTH, HEIGHT));
        svg.append(STYLE).append(text("  <rect class=\"background\" width=\"%d\" height=\"%d\"/>%n", WIDTH, HEIGHT));
        panel(svg, "Time, seconds", tokens, seconds, points, ScalingPoint::seconds);
        ScalingPoint last = points.get(points.size() - 1);
        // In proportion to the longest stream, of which starting is the smallest part.
        double linear = last.seconds() * first.tokens() / last.tokens();
        if (linear >= seconds.from()) {
            svg.append(text(
                    "  <path class=\"ideal\" d=\"M%.1f %.1f L%.1f %.1f\"/>%n",
                    tokens.at(first.tokens()),
                    seconds.at(linear),
                    tokens.at(last.tokens()),
                    seconds.at(last.seconds())));
        }
        if (points.stream().allMatch(point -> point.bytes() > 0)) {
            int shift = PANEL_WIDTH + GAP;
            Axis shifted = new Axis(tokens.from(), tokens.to(), tokens.begin() + shift, tokens.end() + shift);
            // A decade around the values, so that a flat line is seen to be flat and not magnified.
            Axis megabytes = Axis.over(points, ScalingPlot::megabytes, TOP + PANEL_HEIGHT, TOP);
            panel(svg, "Peak resident memory, MB", shifted, megabytes, points, ScalingPlot::megabytes);
        }
        svg.append(text(
                "  <text x=\"%d\" y=\"%d\">tokens, encoded %,d at a time</text>%n</svg>%n", LEFT, HEIGHT - 12, chunk));
        return svg.toString();
    }

    private static double megabytes(ScalingPoint point) {
        return point.bytes() / 1e6;
    }

    private static void panel(
            StringBuilder svg,
            String title,
            Axis x,
            Axis y,
            List<ScalingPoint> points,
            ToDoubleFunction<ScalingPoint> value) {
        svg.append(text("  <text class=\"title\" x=\"%.1f\" y=\"%d\">%s</text>%n", x.begin(), TOP - 20, title));
        for (double tick = x.from(); tick <= x.to() * 1.001; tick *= 10) {
            svg.append(text("  <path class=\"grid\" d=\"M%.1f %.1f V%.1f\"/>%n", x.at(tick), y.begin(), y.end()));
            svg.append(text(
                    "  <text text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">%s</text>%n",
                    x.at(tick), y.begin() + 20, number(tick)));
        }
        for (double tick = y.from(); tick <= y.to() * 1.001; tick *= 10) {
            svg.append(text("  <path class=\"grid\" d=\"M%.1f %.1f H%.1f\"/>%n", x.begin(), y.at(tick), x.end()));
            svg.append(text(
                    "  <text text-anchor=\"end\" x=\"%.1f\" y=\"%.1f\">%s</text>%n",
                    x.begin() - 8, y.at(tick) + 4, number(tick)));
        }
        svg.append(text(
                "  <path class=\"axis\" d=\"M%.1f %.1f V%.1f H%.1f\"/>%n", x.begin(), y.end(), y.begin(), x.end()));
        svg.append(points.stream()
                .map(point -> text("%.1f,%.1f", x.at(point.tokens()), y.at(value.applyAsDouble(point))))
                .collect(Collectors.joining(" ", "  <polyline class=\"line\" points=\"", "\"/>\n")));
        for (ScalingPoint point : points) {
            svg.append(text(
                    "  <circle class=\"point\" r=\"4\" cx=\"%.1f\" cy=\"%.1f\"><title>%,d tokens: %,.2f</title></circle>%n",
                    x.at(point.tokens()),
                    y.at(value.applyAsDouble(point)),
                    point.tokens(),
                    value.applyAsDouble(point)));
        }
    }

    private static String number(double value) {
        return value >= 1 ? text("%,.0f", value) : text("%.3g", value).replaceAll("0+$", "");
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format.replace("%n", "\n"), values);
    }

    /**
     * A logarithmic axis.
     *
     * @param from the power of ten at its beginning
     * @param to the power of ten at its end
     * @param begin where it begins in the drawing
     * @param end where it ends
     */
    private record Axis(double from, double to, double begin, double end) {

        static Axis over(List<ScalingPoint> points, ToDoubleFunction<ScalingPoint> value, double begin, double end) {
            double least = points.stream().mapToDouble(value).min().orElseThrow();
            double most = points.stream().mapToDouble(value).max().orElseThrow();
            double from = Math.pow(10, Math.floor(Math.log10(least)));
            double to = Math.pow(10, Math.ceil(Math.log10(most)));
            return new Axis(from, to > from ? to : 10 * from, begin, end);
        }

        double at(double value) {
            return begin + (end - begin) * Math.log10(value / from) / Math.log10(to / from);
        }
    }
}
