package io.github.sae4j.arrows;

import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.format.FormatFolder;
import io.github.sae4j.loader.format.FormatParts;
import io.github.sae4j.loader.format.FormatReading;
import io.github.sae4j.loader.format.SaeFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A layout that keeps what a format is given, and then gives up. */
public final class CapturingFormat implements SaeFormat {

    static final String CONFIG = "captured.json";
    static final String WEIGHTS = "captured.safetensors";

    private static final ThreadLocal<List<Object>> GIVEN = ThreadLocal.withInitial(ArrayList::new);

    /** Returns what a format is given for the files of a folder. */
    static List<Object> capture(Path folder) {
        GIVEN.get().clear();
        try {
            SAE.from(folder).describe();
        } catch (SaeLoadException e) {
            return List.copyOf(GIVEN.get());
        }
        throw new IllegalStateException(folder + " was read");
    }

    @Override
    public String label() {
        return "captured";
    }

    @Override
    public List<String> markers() {
        return List.of(CONFIG, WEIGHTS);
    }

    @Override
    public boolean recognises(FormatFolder folder) {
        boolean recognised = SaeFormat.super.recognises(folder);
        if (recognised) {
            GIVEN.get().add(this);
            GIVEN.get().add(folder);
        }
        return recognised;
    }

    @Override
    public FormatParts read(FormatReading files) {
        GIVEN.get().add(files);
        GIVEN.get().add(files.fields(CONFIG));
        GIVEN.get().add(files.tensors(WEIGHTS));
        throw new SaeLoadException(SaeLoadException.Reason.UNSUPPORTED, "captured");
    }
}
