package dev.weir.jdbc.internal;

import java.util.regex.Pattern;

/** SQL for a log: what was asked, without the values. */
final class SqlText {
  private static final int LONGEST = 400;
  private static final Pattern VALUES =
      Pattern.compile(
          "\\$(\\w*)\\$.*?\\$\\1\\$" // PostgreSQL's quotes of dollars
              + "|'(?:[^'\\\\]|''|\\\\.)*+(?:'|$)" // text, also one that never ends
              + "|(?<![\\w$:?])[-+]?(?:0[xX][0-9a-fA-F]+|\\d+(?:\\.\\d*)?(?:[eE][-+]?\\d+)?|\\.\\d+)",
          Pattern.DOTALL);
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern COMMENT =
      Pattern.compile("/\\*.*?(?:\\*/|$)|--[^\\n]*", Pattern.DOTALL);

  private SqlText() {}

  /**
   * The statement on one line, with a question mark in place of every text and number, without
   * comments, cut after 400 characters.
   */
  static String withoutValues(String sql) {
    // Values before comments: two dashes within a text are no comment.
    String bare = VALUES.matcher(sql).replaceAll("?");
    bare = COMMENT.matcher(bare).replaceAll(" ");
    bare = SPACE.matcher(bare).replaceAll(" ").trim();
    return bare.length() <= LONGEST ? bare : bare.substring(0, LONGEST) + "…";
  }
}
