package io.github.sae4j.hub;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A port of this machine at which nothing listens, and which nobody can take until it is given back. */
final class ClosedPort implements AutoCloseable {

    private final Socket bound = new Socket();

    private ClosedPort() throws IOException {
        bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    static ClosedPort take() throws IOException {
        return new ClosedPort();
    }

    int number() {
        return bound.getLocalPort();
    }

    String address() {
        return "http://127.0.0.1:" + number();
    }

    @Override
    public void close() throws IOException {
        bound.close();
    }
}
