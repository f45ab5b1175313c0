package dev.weir.gateway.listener;

import dev.weir.gateway.auth.Principal;
import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.gateway.modern.ModernFault;
import dev.weir.gateway.modern.ModernRequest;
import dev.weir.gateway.modern.ModernService;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;

/**
 * Requests of the modern era on any wire, and what each comes to: the answer of the {@link
 * ModernService}, or an error where there is none.
 *
 * @param service answers what can be answered
 * @param guard says what may be asked
 */
record ModernCalls(ModernService service, Guard guard) {
  /**
   * What a request is answered with.
   *
   * @param status the HTTP status, where the wire has one
   * @param headers what goes with it
   */
  record Reply(int status, Map<String, String> headers, Envelope message) {
    private static Reply of(int status, Envelope message) {
      return new Reply(status, Map.of(), message);
    }

    private static Reply of(Refusal refusal, Envelope request) {
      return new Reply(refusal.status(), refusal.headers(), refusal.toMessage(request.id()));
    }
  }

  /** What the wire itself demands of a request. */
  interface Check {
    void check(ModernRequest request) throws ModernFault;
  }

  /**
   * Answers a request; what comes before the answer goes to its client.
   *
   * @param draining whether no new request is let through any more
   * @throws IOException when its client cannot be written to
   */
  Reply answer(
      Envelope message,
      Check wire,
      String path,
      Principal caller,
      boolean draining,
      UpstreamTransport.StreamSink client)
      throws IOException, InterruptedException {
    try {
      ModernRequest request = ModernRequest.read(message);
      wire.check(request);
      request.checkVersion();
      if (draining && !service.isOfRunningCall(request)) {
        return Reply.of(Refusal.busy("the gateway is shutting down"), message);
      }
      return serve(request, path, caller, client);
    } catch (ModernFault e) {
      return new Reply(e.status(), Map.of(), e.toMessage(Objects.requireNonNull(message.id())));
    }
  }

  private Reply serve(
      ModernRequest request, String path, Principal caller, UpstreamTransport.StreamSink client)
      throws ModernFault, IOException, InterruptedException {
    try {
      if (request.method().equals("subscriptions/listen")) {
        guard.begin(caller.identity(), path).close(); // nobody waits for the end of a stream
        return permitted(request, path, caller, client);
      }
      try (var _ = guard.begin(caller.identity(), path)) {
        return permitted(request, path, caller, client);
      }
    } catch (LimitReachedException e) {
      return Reply.of(Refusal.of(e), request.message());
    } catch (UpstreamException e) {
      ModernService.Reply reply = ModernService.failed(e, request);
      return Reply.of(reply.status(), reply.message());
    }
  }

  private Reply permitted(
      ModernRequest request, String path, Principal caller, UpstreamTransport.StreamSink client)
      throws ModernFault, UpstreamException, IOException, InterruptedException {
    Refusal refusal = guard.refusal(caller, path, request.message());
    if (refusal != null) {
      return Reply.of(refusal, request.message());
    }
    ModernService.Reply reply = service.serve(request, path, caller.identity(), client);
    return Reply.of(reply.status(), guard.shown(caller, path, reply.message()));
  }
}
