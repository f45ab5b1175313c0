package dev.weir.gateway;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.options.ColorScheme;
import dev.weir.gateway.kit.AdminClient;
import dev.weir.gateway.kit.Chromium;
import dev.weir.gateway.kit.MoodyServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * Takes pictures of the dashboard of a gateway under some load, for people to look at; no part of
 * the build. {@code -Dtest=DashboardPictures} writes them to {@code target/pictures}; {@code
 * light-page.png} is {@code docs/dashboard.png}.
 */
class DashboardPictures {
  private static final Duration LOAD = Duration.ofSeconds(Integer.getInteger("pictures.load", 150));
  private static final Path TO = Peers.root().resolve("weir-gateway/target/pictures");

  private static final String SERVER =
      """
      while read -r line; do case $line in *'"id":'*) id=${line#*'"id":'}; id=${id%%[,\\}]*}; printf '%s\\n' \
      '{"jsonrpc":"2.0","id":'"$id"',"result":{"protocolVersion":"2025-11-25","capabilities":{},\
      "serverInfo":{"name":"sh","version":"1"}}}';; esac; done""";

  @Test
  void ofAGatewayUnderLoadByDayAndByNight() throws Exception {
    String process = TestGateway.yamlList(List.of("sh", "-c", SERVER));
    Files.createDirectories(TO);
    try (var chromium = Chromium.start();
        var search = new MoodyServer("search");
        var tickets = new MoodyServer("tickets");
        var gateway =
            TestGateway.serving(
                """
                admin: { listen: 127.0.0.1:0 }
                upstreams:
                  search: { url: "%s", pool: { min: 2, max: 8 } }
                  tickets: { urls: ["%s"] }
                  files: { command: %s, standby: { min: 2, max: 6 } }
                  browser: { command: %s, standby: { max: 2 } }
                  mail: { command: [/usr/bin/mail-server], standby: { max: 0 } }
                """
                    .formatted(search.url(), tickets.url(), process, process))) {
      try (var _ = ToolClient.open(gateway.url("/mcp/mail"))) {
        // It does not open.
      } catch (AssertionError expected) {
        // So there is something to be seen to.
      }
      List<Thread> clients = new ArrayList<>();
      for (String upstream :
          List.of(
              "search", "search", "search", "search", "search", "tickets", "files", "files",
              "browser")) {
        clients.add(Thread.startVirtualThread(() -> call(gateway.url("/mcp/" + upstream))));
      }
      Thread.sleep(LOAD);
      for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
        take(chromium, AdminClient.of(gateway.gateway()).base() + "/admin", scheme);
      }
      clients.forEach(Thread::interrupt);
      for (Thread client : clients) {
        client.join();
      }
    }
  }

  private static void call(String url) {
    try (var client = ToolClient.open(url)) {
      while (true) {
        client.call("where", "{}");
        Thread.sleep(ThreadLocalRandom.current().nextInt(5, 120));
      }
    } catch (InterruptedException | IOException e) {
      // The pictures are taken.
    }
  }

  private static void take(Chromium chromium, String url, ColorScheme scheme) {
    try (BrowserContext context =
        chromium
            .browser()
            .newContext(
                new NewContextOptions().setColorScheme(scheme).setViewportSize(1280, 900))) {
      Page page = context.newPage();
      String by = scheme.name().toLowerCase(Locale.ROOT) + "-";
      for (String path : List.of("", "upstreams/search", "upstreams/files", "sessions")) {
        page.navigate(url + "#/" + path);
        page.locator("tbody tr").first().waitFor();
        page.waitForTimeout(1_500);
        String name =
            scheme.name().toLowerCase(Locale.ROOT)
                + "-"
                + (path.isEmpty() ? "overview" : path.replace('/', '-'));
        page.screenshot(
            new ScreenshotOptions().setFullPage(true).setPath(TO.resolve(name + ".png")));
      }
      page.navigate(url + "#/upstreams/search");
      page.setViewportSize(1280, 1200);
      page.waitForTimeout(1_500);
      page.screenshot(new ScreenshotOptions().setPath(TO.resolve(by + "page.png")));
      page.getByText("Resize").first().click();
      page.screenshot(new ScreenshotOptions().setPath(TO.resolve(by + "dialog.png")));
      page.setViewportSize(390, 844);
      page.navigate(url + "#/");
      page.waitForTimeout(1_000);
      page.screenshot(new ScreenshotOptions().setPath(TO.resolve(by + "phone.png")));
    }
  }
}
