package io.github.sae4j.spark.internal.worker;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.safetensors.internal.StagedFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;

/** Copies of folders that lie in a file system that Hadoop reads, such as HDFS or an object store. */
final class SharedFiles {

    private SharedFiles() {}

    /**
     * Returns a copy of an SAE's folder on this machine, made unless one is there of the same files with the same sizes and
     * times. The copy appears whole or not at all; of several processes that want it at once one makes it, and the others wait.
     *
     * @param address of the folder, or of its only file
     * @param copies the folder of all copies, made if need be
     * @throws SaeException if it cannot be read or written
     */
    static Path copy(String address, Path copies) {
        try {
            org.apache.hadoop.fs.Path remote = new org.apache.hadoop.fs.Path(address);
            FileSystem files = remote.getFileSystem(settings());
            Map<String, FileStatus> listed = list(files, files.makeQualified(remote));
            Path copy = copies.resolve(nameOf(remote, listed));
            if (!isWhole(copy, listed)) {
                makeAlone(files, listed, copies, copy);
            }
            return copy;
        } catch (IOException | RuntimeException e) {
            throw new SaeException(
                    SaeException.Reason.UNAVAILABLE,
                    "'" + address + "' cannot be copied to " + copies + " on " + Machine.name() + ": " + reason(e),
                    e);
        }
    }

    /** Returns Hadoop's settings with those of the job, {@code spark.hadoop.…}, which executors know by their environment. */
    private static Configuration settings() {
        SparkEnv env = SparkEnv.get();
        return env == null
                ? SparkHadoopUtil.get().conf()
                : SparkHadoopUtil.get().newConfiguration(env.conf());
    }

    private static boolean isWhole(Path copy, Map<String, FileStatus> listed) throws IOException {
        for (Map.Entry<String, FileStatus> file : listed.entrySet()) {
            Path there = copy.resolve(file.getKey());
            if (!Files.isRegularFile(there)
                    || Files.size(there) != file.getValue().getLen()) {
                return false;
            }
        }
        return true;
    }

    /** The threads of a process take turns by the class, and the processes of a machine by a file. */
    private static synchronized void makeAlone(FileSystem files, Map<String, FileStatus> listed, Path copies, Path copy)
            throws IOException {
        Files.createDirectories(copies);
        Path lock = copies.resolve(".lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            if (held.isValid() && !isWhole(copy, listed)) {
                StagedFolder.deleteLeftIn(copies);
                make(files, listed, copies, copy);
            }
        }
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return e.getClass().getSimpleName()
                + (message == null ? "" : ", " + message.lines().findFirst().orElse(""));
    }

    private static Map<String, FileStatus> list(FileSystem files, org.apache.hadoop.fs.Path remote) throws IOException {
        Map<String, FileStatus> listed = new TreeMap<>();
        FileStatus root = files.getFileStatus(remote);
        if (root.isFile()) {
            listed.put(remote.getName(), root);
            return listed;
        }
        String path = root.getPath().toUri().getPath();
        String prefix = path.endsWith("/") ? path : path + "/";
        RemoteIterator<LocatedFileStatus> all = files.listFiles(remote, true);
        while (all.hasNext()) {
            FileStatus file = all.next();
            String name = file.getPath().toUri().getPath();
            if (!name.startsWith(prefix)) {
                throw new IOException(name + " is not in " + prefix);
            }
            listed.put(name.substring(prefix.length()), file);
        }
        if (listed.isEmpty()) {
            throw new IOException("it holds no file");
        }
        return listed;
    }

    private static String nameOf(org.apache.hadoop.fs.Path remote, Map<String, FileStatus> listed) {
        MessageDigest digest = SaeConfiguration.digest();
        digest.update(remote.toString().getBytes(StandardCharsets.UTF_8));
        listed.forEach(
                (name, file) -> digest.update(("\n" + name + " " + file.getLen() + " " + file.getModificationTime())
                        .getBytes(StandardCharsets.UTF_8)));
        String hash = HexFormat.of().formatHex(digest.digest()).substring(0, 32);
        String last = remote.getName().replaceAll("[^A-Za-z0-9._-]", "_");
        return hash + "-" + last;
    }

    private static void make(FileSystem files, Map<String, FileStatus> listed, Path copies, Path copy)
            throws IOException {
        try (StagedFolder staged = StagedFolder.in(copies)) {
            for (Map.Entry<String, FileStatus> file : listed.entrySet()) {
                Path target = staged.path().resolve(file.getKey()).normalize();
                if (!target.startsWith(staged.path())) {
                    throw new IOException(file.getKey() + " leads out of the folder");
                }
                Files.createDirectories(target.getParent());
                try (InputStream in = files.open(file.getValue().getPath())) {
                    long copied = Files.copy(in, target);
                    if (copied != file.getValue().getLen()) {
                        throw new IOException(file.getKey() + " has "
                                + file.getValue().getLen() + " bytes, but " + copied + " were read");
                    }
                }
            }
            staged.replace(copy);
        }
    }
}
