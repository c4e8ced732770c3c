package io.github.sae4j.hub;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The revision exists and has no such file.
 *
 * <pre>{@code
 * try {
 *     hub.download(repo, "layer_19/sparsity.safetensors");
 * } catch (RemoteEntryNotFoundException e) {
 *     System.err.println("No sparsity was published at " + e.commit().orElse("main"));
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class RemoteEntryNotFoundException extends HubHttpException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String commit;

    RemoteEntryNotFoundException(String message, int status, @Nullable String requestId, @Nullable String commit) {
        super(Reason.FILE_NOT_FOUND, message, status, requestId, null);
        this.commit = commit;
    }

    /** Returns the commit that the revision stands for, 40 hexadecimal digits, if the hub said so. */
    public Optional<String> commit() {
        return Optional.ofNullable(commit);
    }
}
