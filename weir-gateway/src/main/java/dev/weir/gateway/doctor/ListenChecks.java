package dev.weir.gateway.doctor;

import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.ListenAddress;
import dev.weir.gateway.config.ListenSocket;
import dev.weir.gateway.config.SocketConfig;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether the gateway can listen where it is to, and who can reach it there. */
final class ListenChecks {
  private static final String GATEWAY = "dev.weir.gateway.Weir";

  private ListenChecks() {}

  static List<Finding> findings(GatewayConfig config) {
    List<Finding> findings = new ArrayList<>();
    findings.add(port("listen " + config.listen(), config.listen(), config.auth() != null));
    for (SocketConfig socket : config.sockets()) {
      ListenSocket listen = socket.listen();
      String thing = "socket " + listen;
      if (listen.file() != null) {
        findings.add(file(thing, listen.file()));
      } else if (listen.port() != null) {
        findings.add(port(thing, listen.port(), false));
      }
    }
    return findings;
  }

  private static Finding port(String thing, ListenAddress address, boolean knowsCallers) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address.toSocketAddress());
    } catch (IOException e) {
      boolean inUse =
          e instanceof BindException && String.valueOf(e.getMessage()).contains("in use");
      return inUse
          ? inUse(thing, PortOwner.of(address.port()))
          : Finding.problem(
              thing,
              "cannot be listened on: " + e.getMessage(),
              "choose an address of this machine, and a port that this user may have");
    }
    if (address.isLoopback()) {
      return Finding.ok(thing, "free; only this machine can reach it");
    }
    return knowsCallers
        ? Finding.ok(thing, "free; other machines can reach it, whose clients need a token")
        : Finding.warning(
            thing,
            "free; other machines can reach it",
            "let only those in who may: auth in the configuration, or a firewall");
  }

  private static Finding inUse(String thing, Optional<ProcessHandle> owner) {
    String who =
        owner
            .map(
                process ->
                    "process "
                        + process.pid()
                        + process.info().command().map(c -> " " + c).orElse(""))
            .orElse("a process that cannot be told");
    boolean gateway =
        owner.flatMap(process -> process.info().commandLine()).orElse("").contains(GATEWAY);
    return gateway
        ? Finding.warning(
            thing,
            "a gateway listens there already: " + who,
            "nothing, if that is this one; otherwise choose another listen")
        : Finding.problem(
            thing, "in use by " + who, "end that, or choose another address for listen");
  }

  private static Finding file(String thing, Path file) {
    Path directory = file.toAbsolutePath().getParent();
    return directory != null && Files.isDirectory(directory) && Files.isWritable(directory)
        ? Finding.ok(thing, "its directory can be written to")
        : Finding.problem(
            thing, directory + " is no directory that this user can write to", "create it");
  }
}
