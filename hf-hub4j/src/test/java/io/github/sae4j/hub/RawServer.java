package io.github.sae4j.hub;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Answers requests with bytes as they are, which need not be HTTP; connections stay open where an answer lets them. */
final class RawServer implements AutoCloseable {

    private final ServerSocket socket;
    private final Function<String, Raw> answers;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong answered = new AtomicLong();

    /**
     * An answer.
     *
     * @param bytes what is sent
     * @param then what becomes of the connection
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Raw(byte[] bytes, Then then) {}

    /** What becomes of a connection after an answer. */
    enum Then {
        KEEP,
        CLOSE,
        STALL
    }

    private RawServer(ServerSocket socket, Function<String, Raw> answers) {
        this.socket = socket;
        this.answers = answers;
    }

    /** Starts a server; the function takes a request's first line and headers. */
    static RawServer start(Function<String, Raw> answers) throws IOException {
        RawServer server = new RawServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), answers);
        server.thread(server::accept);
        return server;
    }

    String address() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    long answered() {
        return answered.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                connection.setTcpNoDelay(true);
                open.add(connection);
                thread(() -> serve(connection));
            }
        } catch (IOException e) {
            // Closed: there is nothing more to accept.
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            OutputStream out = connection.getOutputStream();
            for (String request = head(in); !request.isEmpty(); request = head(in)) {
                Raw raw = answers.apply(request);
                answered.incrementAndGet();
                out.write(raw.bytes());
                out.flush();
                if (raw.then() == Then.STALL) {
                    while (in.read() >= 0) {
                        // Until the client gives up.
                    }
                }
                if (raw.then() != Then.KEEP) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client has seen enough.
        } finally {
            open.remove(connection);
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
            int octet = in.read();
            if (octet < 0) {
                return "";
            }
            head.append((char) octet);
        }
        return head.toString();
    }

    private void thread(Runnable task) {
        Thread thread = new Thread(task, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket connection : open) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
