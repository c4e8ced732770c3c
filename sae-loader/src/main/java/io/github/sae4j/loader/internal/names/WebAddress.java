package io.github.sae4j.loader.internal.names;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeLensFiles;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address of an SAE as Python and browsers write it: {@code hf://owner/name@revision/folder}, a page of a hub
 * ({@code https://huggingface.co/owner/name/tree/main/folder}, or {@code blob} and {@code resolve} with a file), or a page of
 * Neuronpedia ({@code https://www.neuronpedia.org/gpt2-small/8-res-jb}, with a feature behind it or without).
 *
 * <p>The address of a file means the SAE that it belongs to: the file itself where it is one, else its folder.
 */
final class WebAddress {

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)", Pattern.DOTALL);
    private static final Set<String> NEURONPEDIA = Set.of("neuronpedia.org", "www.neuronpedia.org");
    private static final Set<String> OTHER_PAGES =
            Set.of("api", "blog", "buckets", "collections", "datasets", "docs", "models", "papers", "spaces");
    private static final Set<String> PAGES_OF_FILES = Set.of("blob", "raw", "resolve");
    private static final Set<String> LONG_REVISIONS = Set.of("pr", "convert");

    /** The files of layouts that keep an SAE in a folder; what is called otherwise may be an SAE by itself. */
    private static final Set<String> FILES_OF_FOLDERS = Set.of(
            SaeLensFiles.WEIGHTS,
            SaeLensFiles.SPARSITY,
            "params.npz",
            "params.safetensors",
            "ae.pt",
            "sae.safetensors",
            "sae_weights.pt",
            "cc_weights.pt",
            "model.safetensors",
            "model_final.pt",
            "ae_normalized.pt",
            "ae_unnormalized.pt",
            "latest_ckpt.safetensors");

    private static final String FINAL_CHECKPOINT = "checkpoints/final.safetensors";
    private static final Pattern OF_TENSORS = Pattern.compile(".*\\.(pt|pth|npz|safetensors)");
    private static final Pattern OF_TEXT = Pattern.compile(".*\\.(json|yaml|yml|md)");

    private final String text;
    private final List<String> segments;

    private WebAddress(String text, List<String> segments) {
        this.text = text;
        this.segments = segments;
    }

    /** Returns whether a name is an address of the web, of whatever kind. */
    static boolean isOne(String name) {
        return SCHEME.matcher(name).matches();
    }

    /**
     * Returns what an address means.
     *
     * @throws SaeLoadException if it is of another kind, or names no SAE
     */
    static SaeAddress parse(String text) {
        Matcher parts = SCHEME.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(text);
        }
        String scheme = parts.group(1).toLowerCase(Locale.ROOT);
        String rest = parts.group(2).split("[?#]", 2)[0];
        List<String> segments = new ArrayList<>();
        for (String segment : rest.split("/", -1)) {
            if (!segment.isEmpty()) {
                segments.add(segment);
            }
        }
        if (scheme.equals("hf")) {
            return new WebAddress(text, segments).inPython();
        }
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT,
                    quoted(text) + " begins with " + scheme + "://, but SAEs are found at hf:// and"
                            + " https:// addresses, by name, or as a folder of this machine.");
        }
        if (segments.isEmpty() || segments.get(0).contains("@")) {
            throw new SaeLoadException(Reason.INVALID_ARGUMENT, quoted(text) + " names no server.");
        }
        WebAddress page = new WebAddress(text, segments.subList(1, segments.size()));
        String server = server(segments.get(0), scheme);
        return NEURONPEDIA.contains(server) ? page.atNeuronpedia() : page.atHub(server);
    }

    /** Returns how a server is called, so that two spellings of one are equal: in small letters, without the usual port. */
    static String server(String authority, String scheme) {
        String name = authority.toLowerCase(Locale.ROOT);
        String usual = scheme.equals("http") ? ":80" : ":443";
        if (name.endsWith(usual)) {
            name = name.substring(0, name.length() - usual.length());
        }
        return name.equals("hf.co") || name.equals("www.huggingface.co") ? "huggingface.co" : name;
    }

    private SaeAddress inPython() {
        if (segments.size() < 2 || OTHER_PAGES.contains(segments.get(0))) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT,
                    quoted(text)
                            + " names no repository of a model. It is written hf://owner/name/folder or"
                            + " hf://owner/name@revision/folder.");
        }
        List<String> parts = new ArrayList<>(segments);
        String name = parts.get(1);
        int at = name.indexOf('@');
        @Nullable String revision = null;
        int folder = 2;
        if (at >= 0) {
            parts.set(1, name.substring(at + 1));
            int words = wordsOfRevision(parts, 1);
            revision = words == 1 && parts.get(1).isEmpty()
                    ? SaeAddress.revision(name, at)
                    : decoded(parts.subList(1, 1 + words));
            folder = 1 + words;
            name = name.substring(0, at);
        }
        String repository = segments.get(0) + "/" + name;
        String path = decoded(parts.subList(folder, parts.size()));
        boolean maybeFile =
                OF_TENSORS.matcher(path).matches() || OF_TEXT.matcher(path).matches();
        return SaeAddress.inRepository(repository, maybeFile ? saeOf(repository, path) : path)
                .at(revision);
    }

    private SaeAddress atHub(String server) {
        if (segments.size() < 2 || OTHER_PAGES.contains(segments.get(0))) {
            throw noFolder(server);
        }
        String repository = decoded(segments.subList(0, 2));
        if (segments.size() == 2) {
            return SaeAddress.inRepository(repository, "").from(server);
        }
        String page = segments.get(2);
        boolean file = PAGES_OF_FILES.contains(page);
        if (segments.size() == 3 || !(file || page.equals("tree"))) {
            throw noFolder(server);
        }
        int words = wordsOfRevision(segments, 3);
        String path = decoded(segments.subList(3 + words, segments.size()));
        return SaeAddress.inRepository(repository, file ? saeOf(repository, path) : path)
                .at(decoded(segments.subList(3, 3 + words)))
                .from(server);
    }

    private SaeAddress atNeuronpedia() {
        if (segments.size() < 2) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT,
                    quoted(text) + " names no SAE of Neuronpedia. Its pages are"
                            + " https://www.neuronpedia.org/MODEL/SOURCE, for example gpt2-small/8-res-jb.");
        }
        String id = decoded(segments);
        return Registry.load().neuronpedia(id).orElseThrow(() -> Registry.load().unknownOnNeuronpedia(id));
    }

    /** Returns how many segments a revision has: {@code refs/pr/1} is written with its slashes as well. */
    private static int wordsOfRevision(List<String> segments, int from) {
        return segments.size() > from + 2
                        && segments.get(from).equals("refs")
                        && LONG_REVISIONS.contains(segments.get(from + 1))
                ? 3
                : 1;
    }

    /** Returns the folder that a file belongs to, or the file if it is an SAE by itself. */
    private static String saeOf(String repository, String file) {
        if (Registry.load().facts(SaeAddress.inRepository(repository, file)).isPresent()) {
            return file;
        }
        if (file.equals(FINAL_CHECKPOINT) || file.endsWith("/" + FINAL_CHECKPOINT)) {
            return SaeAddress.trimmed(file.substring(0, file.length() - FINAL_CHECKPOINT.length()));
        }
        int slash = file.lastIndexOf('/');
        String name = file.substring(slash + 1);
        boolean itself = OF_TENSORS.matcher(name).matches() && !FILES_OF_FOLDERS.contains(name);
        return itself ? file : file.substring(0, Math.max(slash, 0));
    }

    private String decoded(List<String> parts) {
        try {
            // A plus is a plus in a path, and a space only in a form.
            return URLDecoder.decode(String.join("/", parts).replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT,
                    quoted(text) + " is no address: a % in it is not followed by two hexadecimal digits.",
                    e);
        }
    }

    private SaeLoadException noFolder(String server) {
        return new SaeLoadException(
                Reason.INVALID_ARGUMENT,
                quoted(text) + " is no folder of a repository of a model. Those are https://" + server
                        + "/owner/name and https://" + server + "/owner/name/tree/REVISION/FOLDER.");
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }
}
