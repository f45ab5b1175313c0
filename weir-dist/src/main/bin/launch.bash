# How a JVM is started for Weir: what ./weir of the sources and bin/weir of an archive have in common.
# Both source it, and set: java, class_path, cache (the file of the class cache), program (what the user called).

# A class cache fits only the options that it was made with. That it does not is no news for the user.
options=(--enable-native-access=ALL-UNNAMED -Xlog:disable '-Xlog:all=warning,aot*=off,cds*=off:stderr')

# Sets class_path to the jars of a folder, and depends on a locale for their order.
set_class_path() {
  local jars=("$1"/*.jar) IFS=:
  class_path="${jars[*]}"
}

# Sets jvm to the version of the JDK in a folder, as a part of a file's name. A linked runtime knows less of itself.
set_jvm() {
  local release=''
  if [ -r "$1/release" ]; then release=$(<"$1/release"); fi
  jvm=${release#*JAVA_RUNTIME_VERSION=\"}
  jvm=${jvm#*JAVA_VERSION=\"}
  jvm=${jvm%%\"*}
  jvm=${jvm//[^0-9A-Za-z.+-]/_}
}

# Makes the class cache, by which a start takes half the time. What goes wrong is in the log $1.
make_cache() {
  "$java" -XX:AOTCacheOutput="$cache.new" "${options[@]}" -cp "$class_path" dev.weir.gateway.Weir warm-up \
    >"$1" 2>&1 9>&- </dev/null
  [ -s "$cache.new" ] && mv "$cache.new" "$cache"
}

# Becomes the JVM with a main class and its arguments.
start_jvm() {
  local main=$1 terminal=none more
  shift
  # The classes of the cache, but not what its training knew of them: code made from that stays slow.
  if [ -r "$cache" ]; then
    options+=("-XX:AOTCache=$cache" -XX:+UnlockDiagnosticVMOptions -XX:-AOTReplayTraining)
  fi
  # A command that is over in a second has no use for the best code or for several collector threads.
  if [ "$main" = dev.weir.gateway.Weir ] && [ "${1:-}" != serve ]; then
    options+=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC)
  fi
  if [ -t 1 ]; then terminal+=,out; fi
  if [ -t 2 ]; then terminal+=,err; fi
  read -r -a more <<<"${WEIR_JAVA_OPTS:-}"
  exec "$java" "${options[@]}" "-Dweir.program=$program" "-Dweir.terminal=$terminal" ${more[@]+"${more[@]}"} \
    -cp "$class_path" "$main" "$@"
}

# The order of the jars and the reading of arguments depend on it.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in *[Uu][Tt][Ff]*8) ;; *) export LC_ALL=C.UTF-8 ;; esac
