# The virtual environment ./.venv, exactly as the hash-locked files say.

UV_VERSION=0.13.9
VENV=$HERE/.venv
PYTHON=$VENV/bin/python

lock_file() { [ "$1" = dev ] && echo requirements-dev.lock || echo requirements.lock; }

# Level dev holds all of core, so a current dev environment serves both.
python_is_current() {
  local level
  for level in dev "$1"; do
    [ -f "$VENV/.lock-$level" ] && [ "$(<"$VENV/.lock-$level")" = "$(cksum <"$(lock_file "$level")")" ] && return
  done
  return 1
}

# ensure_python core|dev
ensure_python() {
  python_is_current "$1" && return
  ensure_system
  local level=$1
  # An environment with the dev packages is kept so, whatever the verb at hand needs.
  [ -f "$VENV/.lock-dev" ] && level=dev
  (
    flock 8
    python_is_current "$level" && exit
    say "installing the Python packages ($level)"
    if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      "$(find_python)" -m venv --clear "$VENV"
    fi
    rm -f "$VENV"/.lock-*
    sync_packages "$(lock_file "$level")"
    cksum <"$(lock_file "$level")" >"$VENV/.lock-$level"
  ) 8>"$HERE/.venv.flock"
}

sync_packages() {
  local uv=$VENV/bin/uv
  if [ -x "$uv" ] || "$PYTHON" -m pip install -q --disable-pip-version-check "uv==$UV_VERSION" 2>/dev/null; then
    # uv brings its own certificates; behind a gateway that has another, the machine's are needed.
    "$uv" pip sync -q --python "$PYTHON" --require-hashes "$1" 2>/dev/null && return
    "$uv" pip sync -q --python "$PYTHON" --require-hashes --system-certs "$1" && return
    say "uv could not do it; trying pip"
  fi
  "$PYTHON" -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r "$1" ||
    die "the Python packages of $1 could not be installed: is the package index reachable?"
}

# Compiled translations are made from the .po files and not kept in the repository.
ensure_catalogues() {
  local po
  while IFS= read -r po; do
    if [ "$po" -nt "${po%.po}.mo" ]; then
      "$PYTHON" -m gisapp.catalogues
      return
    fi
  done < <(compgen -G "$HERE/locale/*/LC_MESSAGES/*.po"; compgen -G "$HERE/*/locale/*/LC_MESSAGES/*.po")
}
