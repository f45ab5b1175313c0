package dev.weir.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.weir.gateway.auth.NewToken;
import dev.weir.gateway.auth.TokenHash;
import dev.weir.gateway.kit.AdminClient;
import dev.weir.gateway.kit.Chromium;
import dev.weir.gateway.kit.ListingServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** O3: the dashboard in a browser. */
@Timeout(180)
class DashboardTest {
  private static final String BOSS = NewToken.make();
  private static final String WATCHER = NewToken.make();
  private static final int PATIENCE = 60_000;

  private static ListingServer server;
  private static TestGateway gateway;
  private static Chromium chromium;

  private final List<String> complaints = new ArrayList<>();
  private BrowserContext context;
  private Page page;

  @BeforeAll
  static void start() throws Exception {
    chromium = Chromium.start();
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE);
    server = new ListingServer("one", "say");
    gateway =
        TestGateway.serving(
            """
            admin: { listen: 127.0.0.1:0 }
            auth:
              tokens:
                boss: { hash: "%s", roles: [admin] }
                watcher: { hash: "%s", roles: [looks] }
              roles:
                looks: { admin: view }
            upstreams:
              search: { url: "%s" }
              files: { command: [/no/such/program], standby: { max: 0 } }
            """
                .formatted(TokenHash.of(BOSS), TokenHash.of(WATCHER), server.url()));
  }

  @AfterAll
  static void stop() {
    if (gateway != null) {
      gateway.close();
      server.close();
    }
    if (chromium != null) {
      chromium.close();
    }
  }

  @BeforeEach
  void open() {
    context = chromium.browser().newContext();
    context.setDefaultTimeout(PATIENCE);
    page = context.newPage();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") && !message.text().contains("status of 40")) {
            complaints.add(message.text());
          }
        });
    page.onPageError(complaints::add);
    page.navigate(AdminClient.of(gateway.gateway()).base() + "/admin");
  }

  @AfterEach
  void closePage() {
    context.close();
    assertThat(complaints).as("of the browser, its policy included").isEmpty();
  }

  private void signIn(String token) {
    page.getByLabel("Token").fill(token);
    button("Sign in").click();
  }

  private Locator button(String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private Locator heading(String name) {
    return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setLevel(1));
  }

  private static WireClient client() {
    return new WireClient(URI.create(gateway.url("/mcp/search")))
        .with("Authorization", "Bearer " + BOSS);
  }

  @Test
  void aWrongTokenIsRefusedAndARightOneShowsEachUpstream() {
    signIn(NewToken.make());
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("nobody here has this token");
    signIn(BOSS);
    assertThat(heading("Upstreams")).isVisible();
    Locator rows = page.locator("tbody tr");
    assertThat(rows).hasCount(2);
    assertThat(rows.nth(0)).containsText("search");
    assertThat(rows.nth(0)).containsText("0 in use");
    assertThat(rows.nth(1)).containsText("files");
    assertThat(page.url()).doesNotContain(BOSS);
    assertThat(context.cookies()).as("what a browser sends by itself").isEmpty();
    page.reload();
    assertThat(rows).hasCount(2);
    button("Sign out").click();
    assertThat(heading("Sign in")).isVisible();
  }

  @Test
  void byTheKeyboardAloneOneGetsFromTheOverviewToASessionAndEndsIt() throws Exception {
    try (WireClient client = client()) {
      client.open("2025-11-25", "{}");
      signIn(BOSS);
      tabTo("search");
      page.keyboard().press("Enter");
      assertThat(heading("search")).isVisible();
      assertThat(page.locator(".chart canvas")).hasCount(4);
      Locator session = page.locator("tbody a[href^='#/sessions/']").first();
      assertThat(session).isVisible();
      String name = session.textContent();
      tabTo(name);
      page.keyboard().press("Enter");
      assertThat(heading("Session " + name)).isVisible();
      tabTo("End session");
      assertThat(
              (Boolean)
                  page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'"))
          .as("one sees where one is")
          .isTrue();
      page.keyboard().press("Enter");
      assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
      page.keyboard().press("Tab");
      page.keyboard().press("Enter");
      assertThat(page.locator("#news")).containsText("session " + name + " is ended");
      assertThat(client.call("ping", null).status()).isEqualTo(404);
    }
  }

  private void tabTo(String text) {
    page.getByText(text, new Page.GetByTextOptions().setExact(true)).first().waitFor();
    for (int i = 0; i < 100; i++) {
      page.keyboard().press("Tab");
      if (text.equals(page.evaluate("document.activeElement.textContent"))) {
        return;
      }
    }
    throw new AssertionError("Tab does not lead to " + text);
  }

  @Test
  void anActionIsAskedBackAndDoneOnlyWhenItIsConfirmed() {
    signIn(BOSS);
    page.getByText("files", new Page.GetByTextOptions().setExact(true)).click();
    button("Drain").click();
    Locator dialog = page.getByRole(AriaRole.DIALOG);
    assertThat(dialog).containsText("takes nobody new");
    page.keyboard().press("Escape");
    assertThat(dialog).isHidden();
    assertThat(button("Drain")).isFocused();
    button("Resize").click();
    dialog.getByLabel("Min").fill("3");
    dialog.getByLabel("Max").fill("2");
    dialog.getByText("Resize", new Locator.GetByTextOptions().setExact(true)).click();
    assertThat(dialog.getByRole(AriaRole.ALERT)).hasText("min is at most max, which is 2");
    dialog.getByText("Cancel").click();
    button("Drain").click();
    dialog.getByText("Drain", new Locator.GetByTextOptions().setExact(true)).click();
    assertThat(page.locator("#news")).containsText("takes nobody new");
    assertThat(button("Resume")).isVisible();
    assertThat(page.locator(".reasons")).containsText("drained");
    button("Resume").click();
    dialog.getByText("Resume", new Locator.GetByTextOptions().setExact(true)).click();
    assertThat(button("Drain")).isVisible();
  }

  @Test
  void whoMayOnlyLookHasNoButtons() {
    signIn(WATCHER);
    page.getByText("search", new Page.GetByTextOptions().setExact(true)).click();
    assertThat(heading("search")).isVisible();
    assertThat(page.getByText("The last hour")).isVisible();
    assertThat(page.locator(".facts")).containsText("Isolation");
    assertThat(button("Drain")).hasCount(0);
    assertThat(page.locator("#who")).hasText("watcher, may view");
  }

  @Test
  void whatAClientCallsSomethingIsTextAndNeverMarkup() throws Exception {
    String hostile = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>";
    server.hold(hostile);
    try (WireClient client = client()) {
      client.open("2025-11-25", "{}");
      try (WireExchange _ = client.begin(hostile, "{}")) {
        signIn(BOSS);
        page.getByText("search", new Page.GetByTextOptions().setExact(true)).click();
        page.locator("tbody tr th a[href^='#/sessions/']").first().click();
        assertThat(page.getByText(hostile)).isVisible();
        assertThat(page.locator("main img, main script")).hasCount(0);
        assertThat((Boolean) page.evaluate("window.hacked === undefined")).isTrue();
        server.release();
      }
      client.delete();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void whatIsWrittenCanBeReadByDayAndByNight(ColorScheme scheme) {
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
    signIn(BOSS);
    assertThat(page.locator("tbody tr")).hasCount(2);
    double page1 = luminance(page.locator("body"), "background-color");
    assertThat(page1 < 0.2).isEqualTo(scheme == ColorScheme.DARK);
    for (String written :
        List.of("h1", "tbody th a", "tbody .status", ".words", ".more", "thead th", ".card h3")) {
      Locator text = page.locator(written).first();
      double contrast =
          contrast(luminance(text, "color"), luminance(page.locator("table"), "background-color"));
      assertThat(contrast).as("%s, %s", scheme, written).isGreaterThan(4.5);
    }
  }

  /** WCAG 2.2, "relative luminance". */
  private static double luminance(Locator element, String property) {
    String colour =
        Objects.toString(
            element.evaluate(
                "(e, property) => getComputedStyle(e).getPropertyValue(property)", property));
    List<Double> parts =
        Pattern.compile("[\\d.]+")
            .matcher(colour)
            .results()
            .map(part -> Double.parseDouble(part.group()) / 255)
            .toList();
    return 0.2126 * linear(parts.get(0))
        + 0.7152 * linear(parts.get(1))
        + 0.0722 * linear(parts.get(2));
  }

  private static double linear(double part) {
    return part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
  }

  private static double contrast(double one, double other) {
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  }
}
