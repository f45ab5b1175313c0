package dev.weir.bench.databases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** A few short hours of a service, a restart and a rotation among them. */
@Timeout(300)
class ServiceCommandTest {
  @Test
  void aServiceLeavesNoConnectionBehind() {
    StringWriter out = new StringWriter();
    CommandLine line = new CommandLine(new ServiceCommand());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(new StringWriter()));
    assertThat(line.execute("--hours", "4", "--hour", "3")).as(out.toString()).isZero();
    assertThat(out.toString())
        .contains("Reached: the server's view and the pool's agree")
        .contains("Reached: no session is left")
        .doesNotContain("| served | 0 |");
  }
}
