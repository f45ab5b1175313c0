package dev.weir.bench.databases;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;

/** What a caller does with a connection. */
enum Work {
  /** The least that a server can be asked. */
  SELECT("select 1") {
    @Override
    void on(Connection connection) throws SQLException {
      try (PreparedStatement select = connection.prepareStatement("select 1");
          ResultSet rows = select.executeQuery()) {
        rows.next();
      }
    }
  },
  /** A row read and written, and committed. */
  TRANSACTION("a small transaction") {
    @Override
    void on(Connection connection) throws SQLException {
      int account = ThreadLocalRandom.current().nextInt(Database.ACCOUNTS) + 1;
      connection.setAutoCommit(false);
      try (PreparedStatement select =
          connection.prepareStatement("select balance from account where id = ?")) {
        select.setInt(1, account);
        try (ResultSet rows = select.executeQuery()) {
          rows.next();
        }
      }
      try (PreparedStatement update =
          connection.prepareStatement("update account set balance = balance + 1 where id = ?")) {
        update.setInt(1, account);
        update.executeUpdate();
      }
      connection.commit();
      connection.setAutoCommit(true);
    }
  };

  private final String title;

  Work(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  abstract void on(Connection connection) throws SQLException;
}
