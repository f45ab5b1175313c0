package dev.weir.gateway.route;

/** The lists of MCP: how each is asked for, and what its elements are known by. */
enum Kind {
  TOOLS("tools", "tools/list", "tools", "name"),
  PROMPTS("prompts", "prompts/list", "prompts", "name"),
  RESOURCES("resources", "resources/list", "resources", "uri"),
  TEMPLATES("resources", "resources/templates/list", "resourceTemplates", "uriTemplate");

  /** What a server declares that has such a list. */
  final String capability;

  final String method;

  /** The member of the result that holds the list. */
  final String key;

  /** The member of an element that tells it from the others. */
  final String identity;

  Kind(String capability, String method, String key, String identity) {
    this.capability = capability;
    this.method = method;
    this.key = key;
    this.identity = identity;
  }

  /** Whether its elements have names, which an aggregate may change. */
  boolean isNamed() {
    return this == TOOLS || this == PROMPTS;
  }

  /** Told to clients when the list is another one. */
  String changed() {
    return "notifications/" + capability + "/list_changed";
  }
}
