package dev.weir.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
  @ParameterizedTest
  @CsvSource({
    "512B,512,512B",
    "64KiB,65536,64KiB",
    "1.5 MiB,1572864,1536KiB",
    "1GiB,1073741824,1GiB",
    "0B,0,0B"
  })
  void aSizeIsReadAndWrittenInTheLargestUnitThatDividesIt(String text, long bytes, String written) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    assertThat(ByteSize.parse(text)).hasToString(written);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "4", "4MB", "4 TiB", "-1B", "MiB", "1e3B"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "500ms,500,500ms",
    "5s,5000,5s",
    "90s,90000,90s",
    "60m,3600000,1h",
    "2d,172800000,48h",
    "0ms,0,0s"
  })
  void aDurationIsReadAndWrittenInTheLargestUnitThatDividesIt(
      String text, long millis, String written) {
    assertThat(Durations.parse(text)).hasMillis(millis);
    assertThat(Durations.format(Durations.parse(text))).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:8722,127.0.0.1,8722,true",
    "localhost:1,localhost,1,true",
    "[::1]:80,::1,80,true",
    "[0:0:0:0:0:0:0:1]:80,0:0:0:0:0:0:0:1,80,true",
    "0.0.0.0:8722,0.0.0.0,8722,false",
    "[::]:8722,::,8722,false",
    "weir.example.com:443,weir.example.com,443,false",
    "127.evil.example.com:443,127.evil.example.com,443,false"
  })
  void anAddressIsReadAndKnowsWhetherItIsLoopback(
      String text, String host, int port, boolean loopback) {
    ListenAddress address = ListenAddress.parse(text);
    assertThat(address).isEqualTo(new ListenAddress(host, port)).hasToString(text);
    assertThat(address.isLoopback()).isEqualTo(loopback);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "8722", ":8722", "a:b", "a:70000", "::1:80", "[::1]", "a b:80"})
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> ListenAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSlipOfTheHandFindsTheNameThatWasMeant() {
    List<String> names = List.of("echo", "add", "longRunningOperation", "get-tiny-image");
    assertThat(Nearest.to("ehco", names)).contains("echo");
    assertThat(Nearest.to("longrunningoperation", names)).contains("longRunningOperation");
    assertThat(Nearest.to("get_tiny_imag", names)).contains("get-tiny-image");
    assertThat(Nearest.to("zzz", names)).isEmpty();
    assertThat(Nearest.several("image", names, 3)).containsExactly("get-tiny-image");
  }

  @Test
  void twoSecretsOfOneValueAreEqualAndNeitherShowsIt() {
    assertThat(Secret.of("hunter2")).isEqualTo(Secret.of("hunter2")).hasToString("***");
  }

  @Test
  void aPartIsWrittenInHundredths() {
    assertThat(Percent.parse("10%").fraction()).isEqualTo(0.1);
    assertThat(Percent.parse("0 %")).hasToString("0%");
    for (String wrong : new String[] {"10", "101%", "-1%", "ten%", "1.5%"}) {
      assertThatThrownBy(() -> Percent.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
