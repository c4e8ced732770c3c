package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.djl.Device;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.fixtures.PublisherCase;
import io.github.sae4j.fixtures.SetCase;
import io.github.sae4j.hub.HubException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.ClassPath;
import io.github.sae4j.loader.internal.FailureBelow;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.tensors.TensorFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each thing that can go wrong has a reason that programs tell it by. */
class ReasonsTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void isTold(Reason reason) {
        SaeLoadException failure = catchThrowableOfType(SaeLoadException.class, () -> provoke(reason));
        assertThat(failure).isNotNull();
        assertThat(failure.reason()).as(failure.getMessage()).isEqualTo(reason);
    }

    @ParameterizedTest
    @EnumSource
    void isKnownOfAllFailuresOfTheHub(HubException.Reason reason) {
        SaeLoadException failure = catchThrowableOfType(SaeLoadException.class, () -> hub(reason));
        assertThat(failure).hasMessage("A sentence.").hasCauseInstanceOf(HubException.class);
    }

    @ParameterizedTest
    @EnumSource
    void isKnownOfAllFailuresOfFiles(TensorFileException.Reason reason) {
        SaeLoadException failure = catchThrowableOfType(SaeLoadException.class, () -> file(reason));
        assertThat(failure).hasMessage("A sentence.").hasCauseInstanceOf(TensorFileException.class);
    }

    private void provoke(Reason reason) throws IOException {
        TinySae tiny = new TinySae();
        switch (reason) {
            case INVALID_ARGUMENT -> SAE.from("");
            case NOT_FOUND -> SAE.fromDisk(folder.resolve("no").resolve("such"));
            case NOT_RECOGNISED -> SAE.fromDisk(folder);
            case SET_OF_LAYERS -> SAE.fromDisk(SetCase.named("gs2_clt").setFolder());
            case NOT_UNDERSTOOD -> open(tiny.tensor("extra", Dtype.F32, new float[] {1}, 1));
            case NEEDS_OVERRIDE -> {
                PublisherCase qwen = PublisherCase.named("qwen_scope");
                SAE.fromDisk(qwen.repositoryFolder().resolve(qwen.path()));
            }
            case SETTING_REFUSED -> SAE.from(tiny.in(folder)).override("k", 2).open();
            case INVALID_CONFIGURATION -> open(tiny.config(TinySae.CONFIG.replace("\"d_in\": 2, ", "")));
            case INVALID_TENSORS -> open(tiny.without("b_enc"));
            case NON_FINITE -> open(tiny.tensor("b_dec", Dtype.F32, new float[] {Float.NaN, 0}, 2));
            case DAMAGED -> open(tiny.config("{"));
            case UNSUPPORTED -> open(tiny.config(TinySae.CONFIG.replace("standard", "nobody_knows")));
            case CANNOT_OPEN -> SAE.from(tiny.in(folder)).device(Device.gpu(99)).open();
            case OFFLINE -> SAE.from("layer_19").hub(HubConfigs.offline(folder)).open();
            case UNREADABLE -> hub(HubException.Reason.CACHE_UNREADABLE);
            case UNREACHABLE -> hub(HubException.Reason.UNREACHABLE);
            case UNAUTHORIZED -> hub(HubException.Reason.UNAUTHORIZED);
            case GATED -> hub(HubException.Reason.GATED);
            case INTEGRITY -> hub(HubException.Reason.INTEGRITY);
            case HUB_FAILURE -> hub(HubException.Reason.UNINTELLIGIBLE);
            case OUT_OF_SPACE -> hub(HubException.Reason.OUT_OF_SPACE);
            case INTERRUPTED -> hub(HubException.Reason.INTERRUPTED);
            case UNWRITABLE -> hub(HubException.Reason.CACHE_UNWRITABLE);
            case OUT_OF_MEMORY -> file(TensorFileException.Reason.OUT_OF_MEMORY);
            case INCOMPATIBLE_LIBRARY ->
                ClassPath.whole(() -> {
                    throw new NoSuchMethodError("of another version");
                });
            case NOT_SAVABLE ->
                saved(tiny.tensor("b_enc", Dtype.F32, new float[] {1, 2, 3}, 3)
                        .tensor("W_dec", Dtype.F32, new float[] {1e6f, 0, 0, 1, 1, 1}, 3, 2));
            case NOT_EMPTY -> {
                Files.writeString(Files.createDirectory(folder.resolve("saved")).resolve("file"), "");
                saved(tiny);
            }
        }
    }

    private void open(TinySae tiny) {
        SAE.fromDisk(tiny.in(folder)).close();
    }

    private void saved(TinySae tiny) {
        try (SparseAutoencoder sae = SAE.fromDisk(tiny.in(folder.resolve("made")))) {
            SAE.save(sae, folder.resolve("saved"), WeightType.FLOAT16);
        }
    }

    private static void hub(HubException.Reason reason) {
        FailureBelow.reported(() -> {
            throw new HubException(reason, "A sentence.");
        });
    }

    private static void file(TensorFileException.Reason reason) {
        FailureBelow.reported(() -> {
            throw new TensorFileException(reason, "A sentence.");
        });
    }
}
