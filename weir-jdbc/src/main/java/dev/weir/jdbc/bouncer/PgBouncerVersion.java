package dev.weir.jdbc.bouncer;

import java.util.Comparator;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of PgBouncer, and what follows from it for data sources behind it.
 *
 * @param major such as the 1 of 1.21.0
 * @param minor such as the 21
 * @param patch such as the 0
 */
public record PgBouncerVersion(int major, int minor, int patch)
    implements Comparable<PgBouncerVersion> {
  /** The first that keeps prepared statements apart in transaction mode. */
  private static final PgBouncerVersion TRACKS_STATEMENTS = new PgBouncerVersion(1, 21, 0);

  private static final Pattern FORM =
      Pattern.compile("(?:PgBouncer )?(\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4}))?(?:\\D.*)?");
  private static final Comparator<PgBouncerVersion> ORDER =
      Comparator.comparingInt(PgBouncerVersion::major)
          .thenComparingInt(PgBouncerVersion::minor)
          .thenComparingInt(PgBouncerVersion::patch);

  /**
   * Reads {@code 1.18} or what {@code SHOW VERSION} says: {@code PgBouncer 1.18.0}.
   *
   * @throws IllegalArgumentException when the text is no version
   */
  public static PgBouncerVersion parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no version of PgBouncer such as 1.18 or 1.24.1");
    }
    String patch = matcher.group(3);
    return new PgBouncerVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        patch == null ? 0 : Integer.parseInt(patch));
  }

  /** Whether there is the setting {@code max_prepared_statements}: from 1.21 on. */
  public boolean tracksPreparedStatements() {
    return compareTo(TRACKS_STATEMENTS) >= 0;
  }

  /**
   * What pgjdbc has to be told in transaction mode, as properties of its URL or data source; empty
   * when nothing. Without it the driver prepares a statement on one server connection after some
   * uses and runs it on another, which fails: {@code prepared statement "S_1" already exists}.
   *
   * @param maxPreparedStatements PgBouncer's setting of that name; 0 where it has none
   */
  public Map<String, String> driverProperties(int maxPreparedStatements) {
    return tracksPreparedStatements() && maxPreparedStatements > 0
        ? Map.of()
        : Map.of("prepareThreshold", "0");
  }

  @Override
  public int compareTo(PgBouncerVersion other) {
    return ORDER.compare(this, other);
  }

  /** Such as {@code 1.18.0}. */
  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
