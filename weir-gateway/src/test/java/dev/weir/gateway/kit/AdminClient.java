package dev.weir.gateway.kit;

import dev.weir.gateway.Gateway;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody at the admin listener of a gateway, as the page is or as a stranger would be. */
public final class AdminClient {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final String base;
  private final Map<String, String> headers;

  private AdminClient(String base, Map<String, String> headers) {
    this.base = base;
    this.headers = headers;
  }

  /** Without a token. */
  public static AdminClient of(Gateway gateway) {
    InetSocketAddress at = Objects.requireNonNull(gateway.adminAddress());
    return new AdminClient("http://127.0.0.1:" + at.getPort(), Map.of());
  }

  /** The same with one more header. */
  public AdminClient with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new AdminClient(base, more);
  }

  /** The same with a token. */
  public AdminClient showing(String token) {
    return with("Authorization", "Bearer " + token);
  }

  /** The same with what the page holds, so that it may act. */
  public AdminClient onItsPage() throws IOException, InterruptedException {
    return with("X-Weir-Page", look("me").path("page").asString());
  }

  /** Where it is, for example {@code http://127.0.0.1:8723}. */
  public String base() {
    return base;
  }

  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(base + path)));
  }

  public HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(base + path)).POST(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    headers.forEach(request::header);
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  /** A view; fails the test when it is refused. */
  public JsonNode look(String view) throws IOException, InterruptedException {
    HttpResponse<String> answer = get("/admin/api/" + view);
    if (answer.statusCode() != 200) {
      throw new AssertionError(view + ": " + answer.statusCode() + " " + answer.body());
    }
    return JsonMapper.shared().readTree(answer.body());
  }

  /** An action; the status, and what came of it or why it was refused. */
  public String act(String action, String body) throws IOException, InterruptedException {
    HttpResponse<String> answer = post("/admin/api/" + action, body);
    JsonNode told = JsonMapper.shared().readTree(answer.body());
    return answer.statusCode()
        + " "
        + told.path("result").asString("")
        + told.path("error").asString("");
  }
}
