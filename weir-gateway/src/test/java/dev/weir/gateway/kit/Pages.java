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

  /** One sample of a page of metrics; 0 when it is not there. */
  static double metric(String url, String sample) throws IOException {
    return read(url)
        .lines()
        .filter(line -> line.startsWith(sample + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElse(0);
  }

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
