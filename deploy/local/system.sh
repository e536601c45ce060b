# Debian and Ubuntu packages: what is missing, and how to get it.

# The newest PostgreSQL that has PostGIS beside it, as its folder of programs; empty if there is none.
find_postgres() {
  local dir version newest=
  for dir in /usr/lib/postgresql/*/bin; do
    version=${dir%/bin}
    version=${version##*/}
    [ -x "$dir/initdb" ] && [ -f "/usr/share/postgresql/$version/extension/postgis.control" ] || continue
    if [ -z "$newest" ] || [ "$version" -gt "$newest" ]; then newest=$version; fi
  done
  [ -z "$newest" ] || printf '%s' "/usr/lib/postgresql/$newest/bin"
}

# A Python >= 3.11 that can make virtual environments; the distribution's own is preferred, since
# any user can run it.
find_python() {
  local candidate
  for candidate in ${MAINBREAK_PYTHON:-} /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
}

have_file() { compgen -G "$1" >/dev/null; }

missing_packages() {
  [ -n "$(find_postgres)" ] || echo postgresql-postgis
  command -v redis-server >/dev/null || echo redis-server
  [ -n "$(find_python)" ] || echo python3-venv
  # PDF plans: text layout, and a font with Chinese.
  have_file '/usr/lib/*/libpangoft2-1.0.so.0' || echo libpangoft2-1.0-0
  have_file '/usr/lib/*/libharfbuzz-subset.so.0' || echo libharfbuzz-subset0
  have_file '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc' || echo fonts-wqy-microhei
}

# apt-get as root, through sudo where that asks no question, else the command to ask for.
install_packages() {
  [ $# -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    die "this needs $* and there is no apt-get here; docker-compose.yml is the way for other systems"
  if am_root; then
    bash "$HERE/deploy/local/apt.sh" "$@"
  elif sudo -n true 2>/dev/null; then
    sudo -n bash "$HERE/deploy/local/apt.sh" "$@"
  else
    die "these packages are missing; ask somebody with the right to install them for:
  sudo apt-get update && sudo apt-get install --no-install-recommends $*"
  fi
}

ensure_system() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -eq 0 ] && return
  say "installing ${missing[*]}"
  install_packages "${missing[@]}"
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -eq 0 ] || die "still missing after installation: ${missing[*]} (Python must be 3.11 or newer)"
}

# Chromium for the browser tests. Ubuntu's apt package is a stub for snap, so there Playwright
# fetches its own build (see ensure_browser's caller: needs the dev packages).
ensure_browser() {
  command -v chromium >/dev/null && return
  if grep -qi '^ID=ubuntu' /etc/os-release 2>/dev/null; then
    ensure_python dev
    am_root || say "Chromium's libraries are installed with sudo where it asks no question"
    "$PYTHON" -m playwright install --with-deps chromium ||
      die "no browser for the tests: install Chromium, or run ./run test --ignore=tests/browser"
    return
  fi
  say "installing chromium for the browser tests"
  install_packages chromium
}
