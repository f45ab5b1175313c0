package dev.weir.gateway.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The system's Chromium, without a window, driven by the system's Node. */
public final class Chromium implements AutoCloseable {
  private final Playwright playwright;
  private final Browser browser;

  private Chromium(Playwright playwright, Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  /** Starts it. Where there is none the test is left out, or fails where {@code CI} is true. */
  public static Chromium start() {
    Optional<Path> chromium = program("chromium");
    boolean isThere = chromium.isPresent();
    String missing = "no browser: there is no chromium (Debian: apt-get install chromium)";
    if ("true".equals(System.getenv("CI"))) {
      assertThat(isThere).as(missing).isTrue();
    }
    assumeTrue(isThere, missing);
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    program("node").ifPresent(node -> environment.put("PLAYWRIGHT_NODEJS_PATH", node.toString()));
    Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
    Browser browser = null;
    try {
      browser =
          playwright
              .chromium()
              .launch(new LaunchOptions().setExecutablePath(chromium.orElseThrow()));
      return new Chromium(playwright, browser);
    } finally {
      if (browser == null) {
        playwright.close();
      }
    }
  }

  private static Optional<Path> program(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  public Browser browser() {
    return browser;
  }

  @Override
  public void close() {
    playwright.close(); // and the browser with it
  }
}
