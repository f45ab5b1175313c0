package dev.weir.gateway.route;

import dev.weir.gateway.call.JsonText;
import dev.weir.gateway.route.Catalogue.Audience;
import dev.weir.gateway.route.Catalogue.Known;
import dev.weir.gateway.route.Pages.Element;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lists of one aggregate conversation: those of its members, one after the other, each in its
 * own order.
 *
 * <p>A member that has not answered within the patience, or fails, does not hold up the others: it
 * is shown as it was last known, with a mark on each element and a word in the result, or left out
 * with a word. When its answer comes after all and is another one, the client is told that the list
 * has changed. So a member is asked again with each list, but never twice at a time, and one that
 * is always slow is told of once.
 *
 * <p>Thread-safe.
 */
final class AggregateLists {
  /** In {@code _meta} of an element: since when it has not been heard of. */
  static final String STALE = "dev.weir/stale";

  /** In {@code _meta} of a result: what is the matter with upstreams that did not answer. */
  static final String UPSTREAMS = "dev.weir/upstreams";

  private record Asked(Member member, Kind kind) {}

  private final Catalogue catalogue;
  private final Duration patience;
  private final Consumer<Kind> changed;
  private final ListMerge merge = new ListMerge();
  private final Map<Asked, CompletableFuture<List<String>>> asked = new ConcurrentHashMap<>();
  private volatile @Nullable Audience audience;

  /**
   * @param changed told of a list that is another one than the client was shown
   */
  AggregateLists(Catalogue catalogue, Duration patience, Consumer<Kind> changed) {
    this.catalogue = catalogue;
    this.patience = patience;
    this.changed = changed;
  }

  /** Whose conversation it is; null for one whose lists are not kept. */
  void belongTo(@Nullable Audience audience) {
    this.audience = audience;
  }

  /**
   * A merged list.
   *
   * @param elements in order, as clients see them
   * @param remarks by upstream, what is the matter with its part
   * @param holds for how many milliseconds all of its parts hold; null where nobody says
   */
  record Merged(List<Element> elements, Map<String, String> remarks, @Nullable Long holds) {}

  /** Asks those that can, and merges what they say. */
  Merged list(Kind kind, List<Member> members) throws InterruptedException {
    List<Member> able = members.stream().filter(member -> member.can(kind.capability)).toList();
    Map<Member, CompletableFuture<List<String>>> answers = new LinkedHashMap<>();
    able.forEach(member -> answers.put(member, ask(member, kind)));
    Gather.await(answers.values(), patience);
    List<Element> elements = new ArrayList<>();
    Set<String> shown = new HashSet<>();
    Map<String, String> remarks = new LinkedHashMap<>();
    Long holds = null;
    for (Member member : able) {
      holds = Holds.shorter(holds, member.holds(kind));
      CompletableFuture<List<String>> answer = answers.get(member);
      List<String> fresh = answer == null ? null : Gather.now(answer);
      if (fresh == null && answer != null) {
        String why = Gather.why(answer, patience);
        Known known = lastKnown(member, kind);
        remarks.put(
            member.name(), why + (known == null ? "; left out" : "; as it was at " + known.at()));
        fresh = known == null ? List.of() : marked(known);
        tellWhenOther(member, kind, answer, known);
      }
      for (String element : fresh == null ? List.<String>of() : fresh) {
        Element seen = outward(member.view(), kind, element);
        if (seen != null && shown.add(seen.shown())) {
          elements.add(seen);
        }
      }
    }
    return new Merged(elements, remarks, holds);
  }

  private CompletableFuture<List<String>> ask(Member member, Kind kind) {
    var what = new Asked(member, kind);
    return asked.computeIfAbsent(
        what,
        _ -> {
          var answer =
              Gather.begin(
                  member,
                  one -> {
                    one.awaitReady();
                    return merge.all(one, kind);
                  });
          answer.whenComplete(
              (elements, _) -> {
                if (elements != null) {
                  learn(member, kind, elements);
                }
                // On another thread: this may be the one that is just putting it in.
                Thread.startVirtualThread(() -> asked.remove(what, answer));
              });
          return answer;
        });
  }

  /** What this member is just asked for it may answer as it was: it has said that it changed. */
  void changed(Member member, String method) {
    for (Kind kind : Kind.values()) {
      if (kind.changed().equals(method)) {
        asked.remove(new Asked(member, kind));
      }
    }
  }

  private void learn(Member member, Kind kind, List<String> elements) {
    Audience mine = audience;
    if (mine != null && member.isUnused()) {
      catalogue.listed(member.name(), mine, kind, elements);
    }
    member.listed(kind, catalogue.now(elements));
  }

  /** What this session was told last, or one that was as new as this one. */
  @Nullable Known lastKnown(Member member, Kind kind) {
    Known mine = member.lastListed(kind);
    Audience client = audience;
    return mine != null || client == null ? mine : catalogue.list(member.name(), client, kind);
  }

  private void tellWhenOther(
      Member member, Kind kind, CompletableFuture<List<String>> late, @Nullable Known shown) {
    List<String> seen = shown == null ? List.of() : shown.elements();
    var _ =
        late.thenAccept(
            elements -> {
              if (!elements.equals(seen)) {
                changed.accept(kind);
              }
            });
  }

  private static List<String> marked(Known known) {
    String since = JsonText.quote(known.at().toString());
    return known.elements().stream()
        .map(element -> JsonText.withMeta(element, STALE, since))
        .toList();
  }

  private static @Nullable Element outward(View view, Kind kind, String element) {
    String identity = JsonText.string(element, kind.identity);
    if (identity == null) {
      return null;
    }
    if (!kind.isNamed()) {
      return view.resources().has(identity) ? new Element(identity, element) : null;
    }
    String shown = view.names(kind).outward(identity);
    return shown == null
        ? null
        : new Element(shown, JsonText.replaceString(element, kind.identity, _ -> shown));
  }
}
