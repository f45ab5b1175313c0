package dev.weir.bench.workloads.loopback;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * How a conversation starts, seen from both ends; shaped after SCRAM (RFC 5802), whose cost it has:
 * the client hashes the password for each login, the server keeps the hash.
 *
 * <pre>
 * client                         server
 * HELLO rounds, set-up      →
 *                           ←    CHALLENGE salt, nonce       (rounds above 0)
 * PROOF of the password     →
 *                           ←    WELCOME                     (after the set-up)
 * SETTINGS                  →                                (rounds above 0)
 *                           ←    READY
 * </pre>
 */
final class Handshake {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String PASSWORD = "weir";
  private static final byte[] SETTINGS = "time-zone=UTC".getBytes(UTF_8);
  private static final int SALT = 16;
  private static final int NONCE = 18;

  /** The server's only user: one salt, and the hash for each number of rounds asked for. */
  private static final byte[] USERS_SALT = random(SALT);

  private static final Map<Integer, byte[]> USERS_HASH = new ConcurrentHashMap<>();

  private Handshake() {}

  /** The client's end. */
  static void enter(DataInputStream in, DataOutputStream out, Login login) throws IOException {
    new Frame(Frame.HELLO, hello(login)).write(out);
    if (login.rounds() == 0) {
      Frame.read(in, Frame.WELCOME);
      return;
    }
    ByteBuffer challenge = ByteBuffer.wrap(Frame.read(in, Frame.CHALLENGE));
    byte[] salt = next(challenge, SALT);
    byte[] nonce = next(challenge, NONCE);
    byte[] hash = hash(PASSWORD, salt, login.rounds());
    new Frame(Frame.PROOF, proof(hash, nonce)).write(out);
    Frame.read(in, Frame.WELCOME);
    new Frame(Frame.SETTINGS, SETTINGS).write(out);
    Frame.read(in, Frame.READY);
  }

  /** The server's end; a client that cannot prove itself is told so. */
  static void admit(DataInputStream in, DataOutputStream out)
      throws IOException, InterruptedException {
    Login login = login(Frame.read(in, Frame.HELLO));
    if (login.rounds() == 0) {
      Thread.sleep(login.setUp());
      Frame.of(Frame.WELCOME).write(out);
      return;
    }
    byte[] nonce = random(NONCE);
    new Frame(Frame.CHALLENGE, ByteBuffer.allocate(SALT + NONCE).put(USERS_SALT).put(nonce).array())
        .write(out);
    byte[] proof = Frame.read(in, Frame.PROOF);
    byte[] hash =
        USERS_HASH.computeIfAbsent(login.rounds(), rounds -> hash(PASSWORD, USERS_SALT, rounds));
    if (!MessageDigest.isEqual(proof, proof(hash, nonce))) {
      throw new IOException("the proof does not fit the challenge");
    }
    Thread.sleep(login.setUp());
    Frame.of(Frame.WELCOME).write(out);
    Frame.read(in, Frame.SETTINGS);
    Frame.of(Frame.READY).write(out);
  }

  private static byte[] hello(Login login) {
    return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
        .putInt(login.rounds())
        .putLong(login.setUp().toNanos())
        .array();
  }

  private static Login login(byte[] hello) throws IOException {
    try {
      ByteBuffer body = ByteBuffer.wrap(hello);
      return new Login(body.getInt(), Duration.ofNanos(body.getLong()));
    } catch (RuntimeException e) {
      throw new IOException("not a greeting: " + e.getMessage(), e);
    }
  }

  private static byte[] next(ByteBuffer from, int length) throws IOException {
    if (from.remaining() < length) {
      throw new IOException("a challenge that is too short");
    }
    byte[] bytes = new byte[length];
    from.get(bytes);
    return bytes;
  }

  private static byte[] hash(String password, byte[] salt, int rounds) {
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
          .generateSecret(new PBEKeySpec(password.toCharArray(), salt, rounds, 256))
          .getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has PBKDF2WithHmacSHA256", e);
    }
  }

  private static byte[] proof(byte[] hash, byte[] nonce) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(hash, "HmacSHA256"));
      return mac.doFinal(nonce);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
