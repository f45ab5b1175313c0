package dev.weir.gateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Guesses which values are secrets that somebody wrote down. */
public final class SecretGuess {
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

  private static final Pattern PAIR = Pattern.compile("(([^=:]+)(?:=|: ?))(.+)");

  private SecretGuess() {}

  /** Whether a value under this name should not be written down. */
  public static boolean isSecret(String name, String value) {
    if (HARMLESS.matcher(value).matches()) {
      return false;
    }
    return NAME.matcher(name).matches() || looksSecret(value);
  }

  /** Whether a value looks secret by itself. */
  public static boolean looksSecret(String value) {
    return KNOWN_FORM.matcher(value).matches() || RANDOM.matcher(value).matches();
  }

  /** The arguments of a program, with {@link Secret#MASK} for what looks secret among them. */
  static List<String> masked(List<String> command) {
    List<String> shown = new ArrayList<>();
    String before = "";
    for (String argument : command) {
      shown.add(masked(before, argument));
      before = argument;
    }
    return shown;
  }

  /** {@code --token x}, {@code TOKEN=x}, {@code Cookie: x}, or a value that says what it is. */
  private static String masked(String before, String argument) {
    Matcher pair = PAIR.matcher(argument);
    if (pair.matches() && isSecret(pair.group(2), pair.group(3))) {
      return pair.group(1) + Secret.MASK;
    }
    boolean named = before.startsWith("-") && !argument.startsWith("-");
    return isSecret(named ? before : "", argument) ? Secret.MASK : argument;
  }
}
