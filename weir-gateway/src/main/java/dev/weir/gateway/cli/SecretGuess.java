package dev.weir.gateway.cli;

import java.util.regex.Pattern;

/** Guesses which values of a desktop client's configuration are secrets. */
final class SecretGuess {
  private static final Pattern NAME =
      Pattern.compile(
          "(?i).*(key|token|secret|passw|pwd|credential|auth|cookie|(^|[_-])pat($|[_-])).*");
  private static final Pattern KNOWN_FORM =
      Pattern.compile(
          "(?:(?:Bearer|Basic) )?(?:sk-|ghp_|gho_|github_pat_|glpat-|xox[a-z]-|AKIA|AIza|eyJ|npm_|hf_).{8,}");
  private static final Pattern RANDOM =
      Pattern.compile("(?=.*\\d)(?=.*[A-Za-z])[A-Za-z0-9+/_=-]{24,}");
  private static final Pattern HARMLESS =
      Pattern.compile("(?i)true|false|\\d{1,5}|[a-z]+://[^@?]*|\\.{0,2}/.*|[a-z]:\\\\.*|");

  private SecretGuess() {}

  /** Whether a value under this name should not be written down. */
  static boolean isSecret(String name, String value) {
    if (HARMLESS.matcher(value).matches()) {
      return false;
    }
    return NAME.matcher(name).matches() || looksSecret(value);
  }

  /** Whether a value looks secret by itself. */
  static boolean looksSecret(String value) {
    return KNOWN_FORM.matcher(value).matches() || RANDOM.matcher(value).matches();
  }
}
