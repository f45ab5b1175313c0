package dev.weir.gateway.auth;

import dev.weir.gateway.call.Allowed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** What one caller may do: what any of the roles says. Immutable. */
public record Grant(List<Role> roles) {
  /** For whom nobody has to be verified. */
  public static final Grant EVERYTHING = of("admin");

  public static final Grant NOTHING = new Grant(List.of());

  public Grant {
    roles = List.copyOf(roles);
  }

  private static Grant of(String role) {
    return new Grant(List.of(Objects.requireNonNull(Role.BUILT_IN.get(role))));
  }

  /** What of it is about routes of these paths. */
  public Grant onlyOn(Collection<String> paths) {
    List<Role> narrowed = new ArrayList<>();
    for (Role role : roles) {
      for (String path : paths) {
        if (role.routes().has(path)) {
          Allowed only = Allowed.of(List.of(path), List.of());
          narrowed.add(new Role(Allowed.NONE, only, role.tools(), Administration.NONE));
        }
      }
    }
    return new Grant(narrowed);
  }

  /** Whether the page of this path may be read. */
  public boolean hasPage(String path) {
    return roles.stream().anyMatch(role -> role.pages().has(path));
  }

  /** Whether there is a tool on this route that may not be called. */
  public boolean limitsTools(String route) {
    return roles.stream()
        .noneMatch(role -> role.routes().has(route) && role.tools().equals(Allowed.ALL));
  }

  /**
   * Whether a tool may be called.
   *
   * @param names all that it has: on the route, and at its own server
   */
  public boolean hasTool(String route, Collection<String> names) {
    return roles.stream().anyMatch(role -> role.routes().has(route) && role.tools().has(names));
  }

  /** The most that any of the roles allows on the admin listener. */
  public Administration administration() {
    return roles.stream()
        .map(Role::admin)
        .max(Comparator.naturalOrder())
        .orElse(Administration.NONE);
  }

  /** Whether the route of this path may be used. */
  public boolean hasRoute(String path) {
    return roles.stream().anyMatch(role -> role.routes().has(path));
  }
}
