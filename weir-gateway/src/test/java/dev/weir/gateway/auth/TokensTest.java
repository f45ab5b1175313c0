package dev.weir.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.gateway.call.Identity;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {
  private static final Grant NOTHING = new Grant(List.of());

  private static Tokens knowing(String name, String token) {
    return new Tokens(List.of(new Tokens.Entry(name, TokenHash.of(token), NOTHING)));
  }

  @Test
  void aTokenIsItsNamesAndNobodyElseIsKnown() {
    String token = NewToken.make();
    Tokens tokens = knowing("ci", token);
    var ci = Principal.of(new Identity(Tokens.ISSUER, "ci"));
    assertThat(tokens.identify(token)).isEqualTo(new Access.Known(ci, null));
    assertThat(tokens.grant(ci)).isEqualTo(NOTHING);
    assertThat(tokens.identify(NewToken.make())).isNull();
    assertThat(tokens.identify("")).isNull();
    assertThat(tokens.grant(Principal.of(new Identity("other", "ci")))).isNull();
  }

  @Test
  void aPasswordThatSomebodyHashedByHandIsNoToken() {
    assertThat(knowing("ci", "hunter2").identify("hunter2")).isNull();
  }

  @Test
  void theHashIsTheOneThatEveryToolComputes() {
    assertThat(TokenHash.of("abc"))
        .hasToString("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        .isEqualTo(TokenHash.parse(TokenHash.of("abc").toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sha256:", "weir_secret", "sha512:00", "sha256:zz"})
  void whatIsNoHashIsRefusedAndNotRepeated(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenHash.parse(text))
        .withMessage("expected " + TokenHash.EXPECTED);
  }
}
