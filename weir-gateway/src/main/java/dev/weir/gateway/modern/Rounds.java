package dev.weir.gateway.modern;

import dev.weir.gateway.call.Identity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The calls that wait for their clients' answers, each under a state that only its client knows:
 * unguessable, good for one round, and only for who got it, where, and for the same request.
 *
 * <p>Thread-safe. A state is taken out once: by the request that brings it, or when its time is up,
 * which gives the call up. Whoever brings a wrong one learns nothing, and takes nothing out.
 */
final class Rounds {
  private static final int STATE_BYTES = 24;
  private static final List<String> NOT_SALIENT =
      List.of("_meta", "inputResponses", "requestState");
  private static final JsonMapper SORTED =
      JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

  private final Supplier<Duration> answerTimeout;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();

  /** A call, who may go on with it, and the thread that gives it up in the end. */
  private record Waiting(
      PendingCall call,
      Carriers.Found found,
      String path,
      Identity identity,
      byte[] request,
      Thread deadline) {}

  /** A call that goes on, and the answers that it waits for. */
  record Resumed(PendingCall call, Carriers.Found found, ObjectNode answers) {}

  /**
   * @param answerTimeout how long a call waits for the answers of its client
   */
  Rounds(Supplier<Duration> answerTimeout) {
    this.answerTimeout = answerTimeout;
  }

  /** The state under which the client comes back. */
  String await(PendingCall call, Carriers.Found found, String path, Identity identity) {
    byte[] bytes = new byte[STATE_BYTES];
    random.nextBytes(bytes);
    String state = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Thread deadline =
        Thread.ofVirtual().name("answer-deadline").unstarted(() -> giveUpLater(state, call));
    byte[] request = digest(call.first());
    waiting.put(state, new Waiting(call, found, path, identity, request, deadline));
    deadline.start();
    return state;
  }

  private void giveUpLater(String state, PendingCall call) {
    Duration patience = answerTimeout.get();
    try {
      Thread.sleep(patience);
    } catch (InterruptedException e) {
      return; // the client has come back
    }
    if (waiting.remove(state) != null) {
      call.giveUp("its client has not answered within " + patience.toSeconds() + " s");
    }
  }

  /**
   * The call that waits for this request.
   *
   * @throws ModernFault when there is none: wrong, used, expired, or somebody else's; or when the
   *     answers cannot be read, and then the call waits on
   */
  Resumed resume(String state, ModernRequest request, String path, Identity identity)
      throws ModernFault {
    Waiting found = waiting.get(state);
    if (found == null
        || !found.path.equals(path)
        || !found.identity.equals(identity)
        || !Arrays.equals(found.request, digest(request))) {
      throw unknown();
    }
    ObjectNode answers = answers(request, found.call);
    if (!waiting.remove(state, found)) {
      throw unknown(); // another request was first
    }
    found.deadline.interrupt();
    return new Resumed(found.call, found.found, answers);
  }

  private static ModernFault unknown() {
    return ModernFault.ofCall(
        "unknown-state",
        "params.requestState: no call of this request waits for it: it was used, or it has expired,"
            + " or it never was; begin the call again without it");
  }

  private static ObjectNode answers(ModernRequest request, PendingCall call) throws ModernFault {
    JsonNode responses = request.inputResponses();
    if (responses == null) {
      return SORTED.createObjectNode(); // all is asked again
    }
    if (!(responses instanceof ObjectNode answers)) {
      throw ModernFault.invalid("params.inputResponses is not an object");
    }
    call.check(answers);
    return answers;
  }

  /** Method and parameters, without what differs from round to round. */
  private static byte[] digest(ModernRequest request) {
    ObjectNode salient =
        SORTED.readTree(request.message().toBytes()).path("params") instanceof ObjectNode params
            ? params
            : SORTED.createObjectNode();
    NOT_SALIENT.forEach(salient::remove);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(request.method().getBytes(StandardCharsets.UTF_8));
      return digest.digest(SORTED.writeValueAsBytes(salient));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
