# The test suite. Whole, it runs as two shares side by side: most tests wait for a server, a browser
# or a worker half of their time. Each share has a database, a Redis number, a folder and a pytest
# cache of its own (tests/settings.py), on the one instance.

# About as long as one another: what each test took is left in test-results/share-N.xml.
SHARES=("tests/outages tests/network tests/oracles"
  "tests --ignore=tests/outages --ignore=tests/network --ignore=tests/oracles")

# run_tests [pytest arguments]: with arguments that name tests, one process does as it is told.
run_tests() {
  case "$*" in
    "") side_by_side ;;
    --last-failed) second_look ;;
    *) exec "$PYTHON" -m pytest "$@" ;;
  esac
}

# share_of N [pytest arguments]
share_of() {
  local number=$1 folders
  shift
  read -ra folders <<<"${SHARES[number - 1]}"
  TEST_SHARE=$number "$PYTHON" -m pytest -o "cache_dir=.pytest_cache/share-$number" "${folders[@]}" "$@"
}

# What one share says is shown as it says it; the other's follows when both are through.
side_by_side() {
  local log quiet outcome=0
  log=$(mktemp)
  # A process of its own group hears no Ctrl-C: it is passed on.
  set -m
  share_of 1 --junitxml=test-results/share-1.xml >"$log" 2>&1 &
  quiet=$!
  set +m
  trap 'kill -INT -- "-$quiet"' INT TERM
  share_of 2 --junitxml=test-results/share-2.xml || outcome=$?
  wait "$quiet" || outcome=$?
  trap - INT TERM
  cat "$log"
  rm -f "$log"
  return "$outcome"
}

# Those that failed in the last whole run, by themselves and one share after the other. A share in
# which all went well is left alone.
second_look() {
  local number outcome=0 looked=0
  for number in 1 2; do
    has_failures "$number" || continue
    looked=1
    share_of "$number" --last-failed || outcome=$?
  done
  [ "$looked" = 1 ] || {
    echo "no test is on record as failed: run the whole suite first"
    return 1
  }
  return "$outcome"
}

# has_failures N: whether pytest remembers a test of this share that failed.
has_failures() {
  local kept=.pytest_cache/share-$1/v/cache/lastfailed
  [ -s "$kept" ] && [ "$(tr -d '[:space:]' <"$kept")" != "{}" ]
}
