package io.github.sae4j.hub;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A process of its own that downloads one file, to be killed or to be started beside others. */
final class DownloadProcess {

    private DownloadProcess() {}

    /** Downloads; the arguments are the hub's address, the cache's folder, the file, and whether links are wanted. */
    public static void main(String[] arguments) {
        HubConfig config = HubConfig.defaults().toBuilder()
                .endpoint(arguments[0])
                .cache(Path.of(arguments[1]))
                .symlinks(Boolean.parseBoolean(arguments[3]))
                // What a hub of the tests holds back comes in the end, or the process is killed.
                .etagTimeout(TestHub.PATIENCE)
                .downloadTimeout(TestHub.PATIENCE)
                .build();
        HubClient.create(config).download(TestHub.REPO, arguments[2]);
    }

    static Process start(String endpoint, Path cache, String file, boolean links, Path log) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xmx64m",
                "-Dorg.slf4j.simpleLogger.logFile=System.err",
                "-cp",
                System.getProperty("java.class.path"),
                DownloadProcess.class.getName(),
                endpoint,
                cache.toString(),
                file,
                Boolean.toString(links));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(log.toString())))
                .start();
    }
}
