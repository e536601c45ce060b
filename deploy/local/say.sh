# What every part of ./run says and how it gives up.

say() { printf '%s\n' "mainbreak: $*" >&2; }

die() {
  printf '%s\n' "mainbreak: $*" >&2
  exit 1
}

am_root() { [ "$EUID" -eq 0 ]; }

# Start time of a process in clock ticks since boot: with the id, a name no later process can have.
# Fails for one that has ended, even if its parent has not taken notice yet.
start_time() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  set -- ${stat##*) }
  [ "$1" != Z ] || return 1
  printf '%s' "${20}"
}
