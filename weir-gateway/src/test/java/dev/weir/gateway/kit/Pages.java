package dev.weir.gateway.kit;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** Reads pages of a gateway. */
final class Pages {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private Pages() {}

  static String read(String url) throws IOException {
    try {
      return CLIENT
          .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
          .body();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }
}
