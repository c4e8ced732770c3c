package io.github.sae4j.analysis.internal.report;

import com.google.gson.JsonObject;
import io.github.sae4j.data.internal.files.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of HTML that needs nothing beside itself: its style, its scripts, the library that draws its plots, and its data are
 * all within. Its policy forbids it to load anything.
 */
public final class ReportPage {

    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/";
    private static final Pattern PLACE = Pattern.compile("@([a-z-]+)@");

    private ReportPage() {}

    /**
     * Puts a page together.
     *
     * @param title its title, any text
     * @param data what it shows, as {@code report.js} reads it
     * @return the page
     */
    public static String of(String title, JsonObject data) {
        Map<String, String> parts = Map.of(
                "title", escaped(title),
                "style", resource("report.css"),
                "script", resource("report.js"),
                "uplot", resource(UPLOT + "dist/uPlot.iife.min.js"),
                "uplot-style", resource(UPLOT + "dist/uPlot.min.css"),
                "uplot-licence", resource(UPLOT + "LICENSE"),
                "data", Json.inPage(data));
        return PLACE.matcher(resource("report.html"))
                .replaceAll(place -> Matcher.quoteReplacement(parts.get(place.group(1))));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String resource(String name) {
        try (InputStream bytes = ReportPage.class.getResourceAsStream(name)) {
            if (bytes == null) {
                throw new IllegalStateException("The resource " + name + " is missing.");
            }
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
