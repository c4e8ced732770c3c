package io.github.sae4j.tensors.internal;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The first bytes of a file, which tell what it is. */
public final class FileSignature {

    private static final int LOOKED_AT = 512;
    private static final int SHOWN = 8;

    private FileSignature() {}

    /** Returns the half sentence that tells what a file is instead of what its name says, for example {@code it is empty}. */
    public static String of(ByteSource file) {
        if (file.length() == 0) {
            return "it is empty";
        }
        byte[] bytes = file.read(0, (int) Math.min(LOOKED_AT, file.length()));
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String start = text.stripLeading();
        if (text.startsWith("version https://git-lfs")) {
            return "it is a Git LFS pointer: the text that stands for a large file which was not fetched";
        }
        if (start.regionMatches(true, 0, "<!doctype html", 0, 14) || start.regionMatches(true, 0, "<html", 0, 5)) {
            return "it is a web page";
        }
        if (text.startsWith("ustar", 257)) {
            return "it is a tar archive";
        }
        if (text.startsWith("{\"", 8)) {
            return "it looks like a safetensors file";
        }
        return "it begins with the bytes "
                + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, Math.min(SHOWN, bytes.length));
    }
}
