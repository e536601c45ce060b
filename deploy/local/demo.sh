# The product with a demo town, in the foreground until Ctrl-C.

static_fingerprint() {
  # Paths, sizes and times are enough to see a change, and cost no reading.
  {
    cat requirements.lock
    find gisapp network outages layers -path '*/static/*' -type f -printf '%p %s %T@\n' | sort
  } | cksum
}

ensure_static() {
  local now
  now=$(static_fingerprint)
  [ -f "$STATE/collected" ] && [ "$(<"$STATE/collected")" = "$now" ] && return
  say "collecting the static files"
  "$PYTHON" manage.py collectstatic --no-input --clear >"$STATE/log/collectstatic" 2>&1 ||
    die "collecting the static files failed:"$'\n'"$(tail -n 5 "$STATE/log/collectstatic")"
  printf '%s' "$now" >"$STATE/collected"
}

# The town is loaded once; what happened in it since is kept.
ensure_town() {
  [ -f "$STATE/demo-loaded" ] && return
  say "loading the demo town"
  "$PYTHON" manage.py load_demo || die "the demo town could not be loaded"
  touch "$STATE/demo-loaded"
}

supervisor_is_running() {
  local name pid start
  { read -r name pid start <"$STATE/processes"; } 2>/dev/null || return 1
  [ "$(start_time "$pid")" = "$start" ]
}

# until_ready PID: waits for the pages of the supervisor with this id, then says so.
until_ready() {
  local tries
  for tries in {1..600}; do
    kill -0 "$1" 2>/dev/null || return 1
    if answers_200 /healthz/ready && answers_200 /public/; then return; fi
    [ "$tries" = 600 ] || sleep 0.1
  done
  return 1
}

# Something to say from the first request on, also when nothing is off.
ensure_published() {
  "$PYTHON" manage.py publish_public >"$STATE/log/publish_public" 2>&1 ||
    die "the public files could not be written; see $STATE/log/publish_public"
}

# answers_200 PATH: follows redirects, since most pages first ask who it is.
answers_200() {
  "$PYTHON" -c '
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=10) as answer:
    sys.exit(answer.status != 200)' "http://127.0.0.1:$WEB_PORT$1" 2>/dev/null
}

demo_fact() { "$PYTHON" "$HERE/deploy/local/demo_facts.py" "$STATE/demo" "$@"; }

show_burst() {
  local place
  place=$(demo_fact burst) || {
    say "the demo town names no burst to show"
    return
  }
  printf '\nA burst at %s:\n\n' "$place"
  "$PYTHON" manage.py isolate --at="${place%% *}" || say "isolate failed"
}

# The address that others reach this machine by, where the demo listens for them.
shown_host() { if [ "$1" = 0.0.0.0 ]; then hostname -I | cut -d' ' -f1; else echo "$1"; fi; }

show_addresses() {
  local host
  host=$(shown_host "$1")
  printf '\n  http://%s:%s/          sign in\n' "$host" "$WEB_PORT"
  printf '  http://%s:%s/   what everybody may see\n\n' "$host" "$PUBLIC_PORT"
  demo_fact logins "$DEMO_PASSWORD" || true
  printf '\nCtrl-C stops it; the data stay in %s\n' "$STATE"
}

# What needs no login must answer; the root leads to the sign-in page.
check_pages() {
  local page failed=0
  for page in /healthz/live /healthz/ready / /public/; do
    if answers_200 "$page"; then say "200 $page"; else
      say "no answer: $page"
      failed=1
    fi
  done
  return $failed
}

demo() {
  local once= host=127.0.0.1
  while [ $# -gt 0 ]; do
    case $1 in
      --once) once=1 ;;
      --lan) host=0.0.0.0 ;;
      --port) WANTED_PORT=${2:?"--port needs a number"} && shift ;;
      --port=*) WANTED_PORT=${1#*=} ;;
      *) die "demo knows --port N, --lan and --once, not '$1'" ;;
    esac
    shift
  done
  prepare core
  trap 'stop_instance; exit 130' INT TERM
  supervisor_is_running && die "this instance is running already: http://127.0.0.1:$WEB_PORT/ (./run stop ends it)"
  if [ -n "${WANTED_PORT:-}" ]; then WEB_PORT=$WANTED_PORT; fi
  port_is_free "$WEB_PORT" || {
    [ -z "${WANTED_PORT:-}" ] || die "port $WEB_PORT is taken by another program"
    move_port WEB_PORT
  }
  export WEB_PORT
  # Messages of the demo go to a simulator that keeps them in $STATE/sms.jsonl, and to files.
  port_is_free "$SMS_PORT" || move_port SMS_PORT
  port_is_free "$PUBLIC_PORT" || move_port PUBLIC_PORT
  export GATEWAYS=${GATEWAYS:-"{\"sms\": {\"url\": \"http://127.0.0.1:$SMS_PORT\", \"promise\": \"idempotent\"}}"}
  export PUBLIC_URL=${PUBLIC_URL:-http://$(shown_host "$host"):$PUBLIC_PORT} EMAIL_URL=${EMAIL_URL:-filemail:///$STATE/mail}
  [ "$host" = 127.0.0.1 ] || export ALLOWED_HOSTS="localhost,127.0.0.1,$(hostname -I | tr ' ' ',')"
  {
    ensure_migrated demo
    ensure_static
    ensure_town
    ensure_published
  } >&2
  "$PYTHON" -m gisapp.supervisor --host "$host" --port "$WEB_PORT" --public-port "$PUBLIC_PORT" \
    --sms-port "$SMS_PORT" &
  local supervisor=$! code=0
  trap 'kill -TERM $supervisor 2>/dev/null' INT TERM HUP
  if until_ready "$supervisor"; then
    show_burst
    show_addresses "$host"
    if [ -n "$once" ]; then
      check_pages || code=1
      kill -TERM "$supervisor"
    fi
  else
    say "the web did not become ready; see $STATE/log/"
    kill -TERM "$supervisor" 2>/dev/null
    code=1
  fi
  # A signal interrupts `wait`; the supervisor is gone only when its id is.
  while kill -0 "$supervisor" 2>/dev/null; do wait "$supervisor" || true; done
  stop_instance
  return $code
}
