package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.internal.codec.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One round of a call whose server needs input (2026-07-28, Multi Round-Trip Requests): the
 * questions it holds, as a legacy server would ask them, and the call that brings the answers.
 *
 * @param questions method and parameters by the server's key
 * @param state the JSON text of {@code requestState}, to be given back byte for byte; null for none
 */
record InputRound(SequencedMap<String, Input> questions, @Nullable String state) {

  /** What the server wants of the client: a request without id. */
  record Input(String method, @Nullable String params) {
    /** The capability that its client must have declared; null for what no legacy client knows. */
    @Nullable String capability() {
      return switch (method) {
        case "elicitation/create" -> "elicitation";
        case "sampling/createMessage" -> "sampling";
        case "roots/list" -> "roots";
        default -> null;
      };
    }
  }

  /** An answer that cannot be carried over; the message says why. */
  static final class UncarriableException extends Exception {
    private static final long serialVersionUID = 1L;

    UncarriableException(String message) {
      super(message);
    }
  }

  static boolean isAskedBy(Envelope answer) {
    return answer.kind() == Envelope.Kind.RESULT
        && "input_required".equals(Json.string(answer.member("resultType")));
  }

  static InputRound of(Envelope request, Envelope answer, ClientProfile client)
      throws UncarriableException {
    boolean mayAsk =
        request.is("tools/call") || request.is("prompts/get") || request.is("resources/read");
    if (!mayAsk) {
      throw new UncarriableException(
          "the server wants input for " + request.method() + ", for which there can be none");
    }
    SequencedMap<String, Input> questions = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry :
        Json.members(answer.member("inputRequests")).entrySet()) {
      questions.put(entry.getKey(), input(entry.getValue(), client));
    }
    String state = answer.member("requestState");
    if (questions.isEmpty() && state == null) {
      throw new UncarriableException("the server wants input, but does not say which");
    }
    return new InputRound(questions, state);
  }

  private static Input input(String json, ClientProfile client) throws UncarriableException {
    Map<String, String> members = Json.members(json);
    String method = String.valueOf(Json.string(members.get("method")));
    String params = members.get("params");
    if (method.equals("elicitation/create")) {
      params = elicitation(params);
    }
    var input = new Input(method, params);
    String capability = input.capability();
    if (capability == null || !client.has(capability)) {
      throw new UncarriableException(
          "the server asks for "
              + method
              + (capability == null
                  ? ", which no client of protocol versions before 2026-07-28 knows"
                  : ", but this client has not declared the capability " + capability));
    }
    return input;
  }

  /** Legacy clients tell out-of-band elicitations apart by an id, which the modern era dropped. */
  private static @Nullable String elicitation(@Nullable String params) {
    Map<String, String> members = Json.members(params);
    if ("url".equals(Json.string(members.get("mode")))) {
      members.putIfAbsent("elicitationId", Json.quote(UUID.randomUUID().toString()));
      return Json.object(members);
    }
    return params;
  }

  Envelope question(Questions.Question asked, Input input) {
    return Messages.request(asked.id(), input.method(), input.params());
  }

  /**
   * The call once more.
   *
   * @param answers JSON texts by the server's key
   */
  Envelope repeated(Envelope request, Map<String, String> answers) {
    Envelope repeated =
        answers.isEmpty() ? request : request.withMember("inputResponses", Json.object(answers));
    return state == null ? repeated : repeated.withMember("requestState", state);
  }
}
