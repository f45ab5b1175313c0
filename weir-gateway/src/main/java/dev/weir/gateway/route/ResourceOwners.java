package dev.weir.gateway.route;

import dev.weir.gateway.call.JsonText;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Which member a resource belongs to. URIs pass unchanged through the aggregate, since they also
 * stand inside of results, so they are told apart by who has listed them. Thread-safe.
 */
final class ResourceOwners {
  private final Map<String, Member> byUri = new ConcurrentHashMap<>();
  private final Map<String, Member> byTemplateStart = new ConcurrentHashMap<>();

  void listed(Member member, List<String> resources) {
    for (String resource : resources) {
      String uri = JsonText.string(resource, Kind.RESOURCES.identity);
      if (uri != null) {
        byUri.putIfAbsent(uri, member);
      }
    }
  }

  void listedTemplates(Member member, List<String> templates) {
    for (String template : templates) {
      String uri = JsonText.string(template, Kind.TEMPLATES.identity);
      if (uri != null) {
        int variable = uri.indexOf('{');
        byTemplateStart.putIfAbsent(variable < 0 ? uri : uri.substring(0, variable), member);
      }
    }
  }

  /** Whether a member has listed the resource, or a template that it may come from. */
  boolean knows(String uri) {
    return byUri.containsKey(uri) || byTemplateStart.keySet().stream().anyMatch(uri::startsWith);
  }

  /** Everyone who may know the resource, the likeliest first. */
  List<Member> candidates(String uri, List<Member> members) {
    Member lister = byUri.get(uri);
    Stream<Member> likely =
        lister != null
            ? Stream.of(lister)
            : byTemplateStart.entrySet().stream()
                .filter(entry -> uri.startsWith(entry.getKey()))
                .sorted(Comparator.comparingInt(entry -> -entry.getKey().length()))
                .map(Map.Entry::getValue);
    Stream<Member> rest = members.stream().filter(member -> member.can("resources"));
    return Stream.concat(likely, rest)
        .distinct()
        .filter(member -> member.view().resources().has(uri))
        .toList();
  }
}
