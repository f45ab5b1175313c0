package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.internal.codec.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A modern conversation for clients whose wires have no header fields, which a server over HTTP may
 * want for some tools ({@link ToolParameters}): they are made here from the call, as a client over
 * HTTP makes them. Where the server wants others (−32020, which comes before a tool is run) the
 * tools are listed, and the call is made once more. A client that has a head of its own speaks for
 * itself.
 *
 * <p>As thread-safe as what it stands before; keeps nothing but {@code tools}, which all
 * conversations with a server share.
 */
final class HeadlessCalls implements UpstreamTransport {
  private final UpstreamTransport server;
  private final ToolParameters tools;

  HeadlessCalls(UpstreamTransport server, ToolParameters tools) {
    this.server = server;
    this.tools = tools;
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    if (!request.is("tools/call") || exchange.mirrored() != null) {
      return server.request(request, exchange);
    }
    Answer answer;
    try {
      answer = server.request(request, new Headed(exchange, tools.of(request)));
    } catch (UpstreamRejectedException e) {
      if (!isMismatch(ModernErrors.in(e))) {
        throw e;
      }
      return again(request, exchange);
    }
    if (answer instanceof Answer.Response said && isMismatch(said.event().message())) {
      answer.close();
      return again(request, exchange);
    }
    return answer;
  }

  private static boolean isMismatch(@Nullable Envelope message) {
    return ModernErrors.code(message) == JsonRpcError.HEADER_MISMATCH;
  }

  private Answer again(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    try {
      tools.learn(cursor -> page(request, cursor));
    } catch (UpstreamRejectedException e) {
      // Then the call is tried again as it was, and its error says why.
    }
    return server.request(request, new Headed(exchange, tools.of(request)));
  }

  private @Nullable Envelope page(Envelope call, @Nullable String cursor)
      throws UpstreamException, IOException, InterruptedException {
    Map<String, String> params = new LinkedHashMap<>();
    params.put("_meta", meta(call));
    if (cursor != null) {
      params.put("cursor", cursor);
    }
    // Beside the call's own id, which is not in use any more.
    RequestId id = Objects.requireNonNull(call.id());
    Envelope list = Messages.request(id, "tools/list", Json.object(params));
    try (Answer answer = server.request(list, new Unheard())) {
      return answer instanceof Answer.Response said ? said.event().message() : null;
    }
  }

  /** Who asks is the client of the call; its progress token is not for this. */
  private static String meta(Envelope call) {
    Map<String, String> meta = Json.members(call.member("_meta"));
    Map<String, String> who = new LinkedHashMap<>();
    for (String key :
        new String[] {MetaKeys.VERSION, MetaKeys.CLIENT_CAPABILITIES, MetaKeys.CLIENT_INFO}) {
      String value = meta.get(key);
      if (value != null) {
        who.put(key, value);
      }
    }
    return Json.object(who);
  }

  /** The client's side of a call, with a head. */
  private record Headed(Answer.Exchange client, Map<String, String> fields)
      implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) throws IOException {
      client.event(event);
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      client.whenClientLeaves(action);
    }

    @Override
    public @Nullable String protocolVersion(@Nullable String agreed) {
      return client.protocolVersion(agreed);
    }

    @Override
    public Map<String, String> mirrored() {
      return fields;
    }
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    server.send(message);
  }

  @Override
  public boolean hasStreams() {
    return server.hasStreams();
  }

  @Override
  public void listen(@Nullable String lastEventId, StreamSink sink)
      throws UpstreamException, IOException, InterruptedException {
    server.listen(lastEventId, sink);
  }

  @Override
  public String describe() {
    return server.describe();
  }

  @Override
  public boolean isInSession() {
    return server.isInSession();
  }

  @Override
  public long memory() {
    return server.memory();
  }

  @Override
  public void close() {
    server.close();
  }
}
