package dev.weir.gateway.modern;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.RequestId;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Why a modern request gets an error, with the HTTP status that the specification has for it. */
public final class ModernFault extends Exception {
  private static final long serialVersionUID = 1L;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final int status;
  private final int code;
  private final @Nullable String data;

  ModernFault(int status, int code, String message, @Nullable String data) {
    super(message);
    this.status = status;
    this.code = code;
    this.data = data;
  }

  /** The request is not what the specification says it is. */
  static ModernFault invalid(String message) {
    return new ModernFault(400, JsonRpcError.INVALID_PARAMS, message, null);
  }

  /** Only this call is concerned: 200, since clients hide HTTP errors from whoever asked. */
  static ModernFault ofCall(String cause, String message) {
    return new ModernFault(200, JsonRpcError.INVALID_PARAMS, message, cause(cause));
  }

  /** A header field is missing, or says something else than the body. */
  public static ModernFault header(String message) {
    return new ModernFault(400, JsonRpcError.HEADER_MISMATCH, message, null);
  }

  static ModernFault unknownMethod(String method) {
    return new ModernFault(
        404,
        JsonRpcError.METHOD_NOT_FOUND,
        "no method " + method + " in protocol version 2026-07-28 here",
        null);
  }

  static ModernFault unsupportedVersion(String requested) {
    ObjectNode data = JSON.createObjectNode();
    supportedVersions().forEach(data.putArray("supported")::add);
    data.put("requested", requested);
    return new ModernFault(
        400,
        JsonRpcError.UNSUPPORTED_PROTOCOL_VERSION,
        "protocol version " + requested + " is not supported here",
        data.toString());
  }

  static ModernFault missingCapability(JsonNode required) {
    ObjectNode data = JSON.createObjectNode();
    data.set("requiredCapabilities", required);
    return new ModernFault(
        400,
        JsonRpcError.MISSING_CLIENT_CAPABILITY,
        "the server asked for what this client has not declared: "
            + String.join(", ", required.propertyNames()),
        data.toString());
  }

  /** All that a route serves, newest first: modern requests, and sessions of the others. */
  static List<String> supportedVersions() {
    return Arrays.stream(ProtocolVersion.values())
        .map(ProtocolVersion::wire)
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  static String supportedVersionsAsJson() {
    return JSON.writeValueAsString(supportedVersions());
  }

  static String cause(String word) {
    return "{\"cause\":\"" + word + "\"}";
  }

  public int status() {
    return status;
  }

  /** The JSON-RPC error that answers the request with this id. */
  public Envelope toMessage(RequestId id) {
    return Messages.error(id, code, String.valueOf(getMessage()), data);
  }
}
