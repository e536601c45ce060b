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
# Quiet, it does not even name the file that it found fault with.
templates() {
  local djlint=("$bin/djlint" --check --lint gisapp network outages layers)
  "${djlint[@]}" --quiet || { "${djlint[@]}" 2>/dev/null; return 1; }
}
# Checks need settings that load, not an instance that runs.
export SECRET_KEY=${SECRET_KEY:-only-for-static-checks-0123456789abcdef}
export DATABASE_URL=${DATABASE_URL:-postgis://nobody@127.0.0.1:1/nothing}
export REDIS_URL=${REDIS_URL:-redis://127.0.0.1:1/0}

step "ruff check" $bin/ruff check
step "ruff format" $bin/ruff format --check
step "mypy" $bin/mypy
step "import contracts" $bin/lint-imports
step "templates" templates
step "makemigrations" $bin/python -W ignore manage.py makemigrations --check --dry-run

if [ ${#failed[@]} -gt 0 ]; then
  printf 'failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
echo "all checks passed"
