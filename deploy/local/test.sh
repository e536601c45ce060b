# The test suite. Whole, it runs as three shares side by side, on two processors: most tests wait for
# a server, a browser or a worker half of their time, journeys for most of it. Each share has a
# database, a Redis number, a folder and a pytest cache of its own (tests/settings.py), on the one
# instance.

# About as long as one another: what each test took is left in test-results/share-N.xml.
SHARES=("tests/outages"
  "tests/journeys tests/network tests/oracles"
  "tests --ignore=tests/outages --ignore=tests/journeys --ignore=tests/network --ignore=tests/oracles")

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

# What the last share says is shown as it says it; the others' follows when all are through.
side_by_side() {
  local logs number outcome=0 last=${#SHARES[@]} quiet=()
  logs=$(mktemp -d)
  # A process of its own group hears no Ctrl-C: it is passed on.
  set -m
  for ((number = 1; number < last; number++)); do
    share_of "$number" --junitxml="test-results/share-$number.xml" >"$logs/$number" 2>&1 &
    quiet+=("$!")
  done
  set +m
  trap 'for each in "${quiet[@]}"; do kill -INT -- "-$each"; done' INT TERM
  share_of "$last" --junitxml="test-results/share-$last.xml" || outcome=$?
  for number in "${quiet[@]}"; do wait "$number" || outcome=$?; done
  trap - INT TERM
  cat "$logs"/*
  rm -rf "$logs"
  return "$outcome"
}

# Those that failed in the last whole run, by themselves and one share after the other. A share in
# which all went well is left alone.
second_look() {
  local number outcome=0 looked=0
  for ((number = 1; number <= ${#SHARES[@]}; number++)); do
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
