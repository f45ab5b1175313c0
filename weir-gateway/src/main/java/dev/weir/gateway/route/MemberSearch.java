package dev.weir.gateway.route;

import dev.weir.gateway.call.JsonText;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the member that a name or a URI of a client's request belongs to, by what the members list.
 * Thread-safe.
 */
final class MemberSearch {
  private final List<Member> members;
  private final AggregateLists lists;
  private final ResourceOwners owners = new ResourceOwners();

  /**
   * @param members those that are not lost; changed elsewhere
   */
  MemberSearch(List<Member> members, AggregateLists lists) {
    this.members = members;
    this.lists = lists;
  }

  /** What all of them list, as the client is shown it; remembers who has what. */
  AggregateLists.Merged gathered(Kind kind) throws InterruptedException {
    AggregateLists.Merged merged = lists.list(kind, members);
    for (Member member : members) {
      Catalogue.Known known = lists.lastKnown(member, kind);
      if (known != null && kind == Kind.RESOURCES) {
        owners.listed(member, known.elements());
      } else if (known != null && kind == Kind.TEMPLATES) {
        owners.listedTemplates(member, known.elements());
      }
    }
    return merged;
  }

  /**
   * Whose name it is. Most are told from their prefix; where several could have it, the first that
   * lists it, which is the one that the client was shown.
   */
  @Nullable Member ofName(String shown, Kind kind) throws InterruptedException {
    List<Member> candidates =
        members.stream().filter(member -> member.view().names(kind).inward(shown) != null).toList();
    if (candidates.size() > 1) {
      if (candidates.stream().anyMatch(member -> lists.lastKnown(member, kind) == null)) {
        var _ = gathered(kind);
      }
      for (Member member : candidates) {
        if (lists(member, kind, Objects.requireNonNull(member.view().names(kind).inward(shown)))) {
          return member;
        }
      }
    }
    return candidates.isEmpty() ? null : candidates.getFirst();
  }

  private boolean lists(Member member, Kind kind, String name) {
    Catalogue.Known known = lists.lastKnown(member, kind);
    return known != null
        && known.elements().stream()
            .anyMatch(element -> name.equals(JsonText.string(element, kind.identity)));
  }

  /** Whose resource it may be, most likely first. */
  List<Member> ofUri(String uri) {
    return owners.candidates(uri, members);
  }

  /**
   * Asks for the lists that the client has not asked for. A read finds its member by trying, but
   * many servers accept a subscription to anything, also to what is another one's.
   */
  void findOwner(String uri) throws InterruptedException {
    if (!owners.knows(uri)) {
      var _ = gathered(Kind.RESOURCES);
    }
    if (!owners.knows(uri)) {
      var _ = gathered(Kind.TEMPLATES);
    }
  }
}
