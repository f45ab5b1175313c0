package dev.weir.jdbc;

/**
 * Who opens a connection. Its text shows no password.
 *
 * @param user the name
 * @param password the password; empty: none
 */
public record Credentials(String user, String password) {
  @Override
  public String toString() {
    return user;
  }
}
