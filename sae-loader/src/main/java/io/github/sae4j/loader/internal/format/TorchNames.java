package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.tensors.Tensor;
import io.github.sae4j.tensors.TensorFile;
import java.util.List;

/** The names of the tensors in a place that is itself a PyTorch file: only they tell such files' layouts apart. */
final class TorchNames {

    private TorchNames() {}

    static boolean isTorchFile(SaeFolder place) {
        return place.name().matches(".*\\.pth?");
    }

    /** Returns the names, none if there is no such file. */
    static List<String> of(SaeFolder place) {
        return TensorFiles.open(place.parent(), place.name())
                .map(opened -> {
                    try (TensorFile file = opened) {
                        return file.tensors().stream().map(Tensor::name).toList();
                    }
                })
                .orElse(List.of());
    }
}
