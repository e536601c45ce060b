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

# Those that failed in the last whole run, by themselves and one share after the other.
second_look() {
  local number outcome=0
  for number in 1 2; do
    share_of "$number" --last-failed --last-failed-no-failures none || {
      # 5: nothing had failed in this share.
      local code=$?
      [ "$code" -eq 5 ] || outcome=$code
    }
  done
  return "$outcome"
}
