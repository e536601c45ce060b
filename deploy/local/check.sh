#!/usr/bin/env bash
# Every static check, each named when it fails; all of them run, so that one call tells everything.
set -uo pipefail
failed=()
step() {
  local name=$1
  shift
  echo "== $name"
  "$@" || failed+=("$name")
}
bin=.venv/bin
# Checks need settings that load, not an instance that runs.
export SECRET_KEY=${SECRET_KEY:-only-for-static-checks-0123456789abcdef}
export DATABASE_URL=${DATABASE_URL:-postgis://nobody@127.0.0.1:1/nothing}
export REDIS_URL=${REDIS_URL:-redis://127.0.0.1:1/0}

step "ruff check" $bin/ruff check
step "ruff format" $bin/ruff format --check
step "mypy" $bin/mypy
step "import contracts" $bin/lint-imports
step "templates" $bin/djlint --check --lint --quiet gisapp network outages layers
step "makemigrations" $bin/python -W ignore manage.py makemigrations --check --dry-run

if [ ${#failed[@]} -gt 0 ]; then
  printf 'failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
echo "all checks passed"
