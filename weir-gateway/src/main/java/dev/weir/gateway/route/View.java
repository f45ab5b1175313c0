package dev.weir.gateway.route;

import dev.weir.gateway.call.Allowed;

/**
 * What an aggregate shows of one upstream.
 *
 * @param upstream its name
 * @param resources which URIs clients see; they pass unchanged, since they also stand inside of
 *     results
 */
public record View(String upstream, Names tools, Names prompts, Allowed resources) {
  /** The names of a list of this kind. */
  Names names(Kind kind) {
    return kind == Kind.PROMPTS ? prompts : tools;
  }
}
