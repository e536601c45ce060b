# One instance: its state folder, its private PostgreSQL and Redis, its tables.

default_state() {
  if am_root; then
    echo "/var/tmp/mainbreak-$(printf '%s' "$HERE" | cksum | cut -d' ' -f1)"
  else
    echo "$HERE/.state"
  fi
}

STATE=${MAINBREAK_STATE:-$(default_state)}
[ "${STATE#/}" != "$STATE" ] || STATE=$PWD/$STATE
ENV_FILE=$STATE/env

# As root, servers run as the user that their package made.
as_user() {
  local user=$1
  shift
  if am_root && id "$user" >/dev/null 2>&1; then runuser -u "$user" -- "$@"; else "$@"; fi
}

own_by() { if am_root && id "$1" >/dev/null 2>&1; then chown "$1" "$2"; fi; }

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A free port below the range that the kernel hands out to clients.
free_port() {
  local port
  for _ in {1..200}; do
    port=$((20000 + RANDOM % 12000))
    if port_is_free "$port"; then
      echo "$port"
      return
    fi
  done
  die "found no free port between 20000 and 32000"
}

load_environment() {
  set -a
  . "$ENV_FILE"
  set +a
  export DATABASE_URL="postgis://mainbreak_app:$APP_DB_PASSWORD@127.0.0.1:$PGPORT/mainbreak"
  export OWNER_DATABASE_URL="postgis://mainbreak:$PGPASSWORD@127.0.0.1:$PGPORT/mainbreak"
  export PUBLIC_DATABASE_URL="postgis://mainbreak_public:$PUBLIC_DB_PASSWORD@127.0.0.1:$PGPORT/mainbreak"
  export REDIS_URL="redis://:$REDIS_PASSWORD@127.0.0.1:$REDIS_PORT/0"
  export STATE_DIR=$STATE MAINBREAK_STATE=$STATE
  export HTTPS=${HTTPS:-false}
}

# For what makes databases of its own: everything runs as the owner, who may.
as_owner() {
  export APPLICATION_DATABASE_URL=$DATABASE_URL DATABASE_URL=$OWNER_DATABASE_URL
  unset OWNER_DATABASE_URL
}

write_environment() {
  (
    umask 077
    cat >"$ENV_FILE" <<EOF
# Made by ./run for this instance alone. Ports are chosen once and kept.
PGHOST=127.0.0.1
PGUSER=mainbreak
PGDATABASE=mainbreak
PGPORT=${PGPORT:-$(free_port)}
PGPASSWORD=${PGPASSWORD:-$(random_hex 24)}
REDIS_PORT=${REDIS_PORT:-$(free_port)}
REDIS_PASSWORD=${REDIS_PASSWORD:-$(random_hex 24)}
WEB_PORT=${WEB_PORT:-$(free_port)}
SMS_PORT=${SMS_PORT:-$(free_port)}
PUBLIC_PORT=${PUBLIC_PORT:-$(free_port)}
APP_DB_PASSWORD=${APP_DB_PASSWORD:-$(random_hex 24)}
PUBLIC_DB_PASSWORD=${PUBLIC_DB_PASSWORD:-$(random_hex 24)}
PUBLIC_SECRET_KEY=${PUBLIC_SECRET_KEY:-$(random_hex 32)}
SECRET_KEY=${SECRET_KEY:-$(random_hex 32)}
DEMO_PASSWORD=${DEMO_PASSWORD:-water-$(random_hex 4)}
EOF
  )
}

make_state() {
  [ -f "$ENV_FILE" ] && return
  # Others may pass through (the servers' own users must), but not look.
  chmod 711 "$STATE"
  (umask 077 && mkdir -p "$STATE"/{log,media,snapshots,public,imports,static,mail})
  if am_root && ! runuser -u postgres -- test -x "$STATE"; then
    die "the database server runs as user postgres, who cannot enter $STATE; name another folder in MAINBREAK_STATE"
  fi
  local PGPORT= PGPASSWORD= REDIS_PORT= REDIS_PASSWORD= WEB_PORT= SMS_PORT= SECRET_KEY= DEMO_PASSWORD= \
    PUBLIC_PORT= PUBLIC_DB_PASSWORD= PUBLIC_SECRET_KEY= APP_DB_PASSWORD=
  write_environment
}

# What a younger version wants in the environment is added to that of an older one.
complete_environment() {
  [ -n "${APP_DB_PASSWORD:-}" ] && return
  write_environment
  . "$ENV_FILE"
}

# Gives a server another port where a stranger took the kept one, and keeps that.
move_port() {
  say "port ${!1} is taken by another program; choosing another"
  printf -v "$1" '%s' "$(free_port)"
  write_environment
}

# -- PostgreSQL

pg_data() { echo "$STATE/postgres/data"; }

postgres_pid() {
  local pid command
  { read -r pid <"$(pg_data)/postmaster.pid"; } 2>/dev/null || return 1
  { command=$(tr '\0' ' ' <"/proc/$pid/cmdline"); } 2>/dev/null || return 1
  case $command in *"$(pg_data)"*) echo "$pid" ;; *) return 1 ;; esac
}

postgres_bin() {
  local version
  if { read -r version <"$(pg_data)/PG_VERSION"; } 2>/dev/null; then
    [ -x "/usr/lib/postgresql/$version/bin/postgres" ] ||
      die "the data in $STATE are of PostgreSQL $version, which is not installed (postgresql-$version-postgis-3)"
    echo "/usr/lib/postgresql/$version/bin"
  else
    find_postgres
  fi
}

make_cluster() {
  [ -f "$(pg_data)/PG_VERSION" ] && return
  say "making a database cluster in $STATE"
  mkdir -p "$STATE/postgres"
  own_by postgres "$STATE/postgres"
  chmod 700 "$STATE/postgres"
  local fresh=$STATE/postgres/data.new password=$STATE/postgres/password
  rm -rf "$fresh"
  (umask 077 && printf '%s\n' "$PGPASSWORD" >"$password")
  own_by postgres "$password"
  # C.UTF-8, not C: trigram search finds nothing in Chinese text under C.
  as_user postgres "$(postgres_bin)/initdb" -D "$fresh" --username=mainbreak --locale=C.UTF-8 \
    --encoding=UTF8 --auth=scram-sha-256 --pwfile="$password" --data-checksums >/dev/null
  rm -f "$password"
  as_user postgres tee -a "$fresh/postgresql.conf" >/dev/null <<'EOF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 120
shared_buffers = 256MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
EOF
  mv "$fresh" "$(pg_data)"
}

start_postgres() {
  postgres_pid >/dev/null && return
  make_cluster
  port_is_free "$PGPORT" || move_port PGPORT
  local log=$STATE/postgres/log options="-p $PGPORT"
  # Emptying the tables after a test waits for the disk more than for anything else.
  [ -z "${MAINBREAK_THROWAWAY:-}" ] || options+=" -c fsync=off -c full_page_writes=off"
  as_user postgres "$(postgres_bin)/pg_ctl" -D "$(pg_data)" -l "$log" -o "$options" -w -t 60 start \
    </dev/null >/dev/null 2>&1 9>&- || die "PostgreSQL did not start; the end of $log:"$'\n'"$(tail -n 5 "$log" 2>/dev/null)"
  [ "$(psql_as_owner -c "SELECT 1 FROM pg_database WHERE datname = 'mainbreak'")" = 1 ] ||
    psql_as_owner -c 'CREATE DATABASE mainbreak'
  ensure_application_role
}

psql_as_owner() {
  PGPASSWORD=$PGPASSWORD "$(postgres_bin)/psql" -h 127.0.0.1 -p "$PGPORT" -U mainbreak -d postgres -qtA "$@"
}

# What the product runs as. Every migration ends with its rights on the tables.
ensure_application_role() {
  [ "$(psql_as_owner -c "SELECT 1 FROM pg_roles WHERE rolname = 'mainbreak_app'")" = 1 ] ||
    psql_as_owner <<<"CREATE ROLE mainbreak_app LOGIN PASSWORD '$APP_DB_PASSWORD'"
}

# -- Redis

redis_pid() {
  local pid command
  { read -r pid <"$STATE/redis/pid"; } 2>/dev/null || return 1
  { command=$(tr '\0' ' ' <"/proc/$pid/cmdline"); } 2>/dev/null || return 1
  case $command in redis-server*":$REDIS_PORT"*) echo "$pid" ;; *) return 1 ;; esac
}

start_redis() {
  redis_pid >/dev/null && return
  port_is_free "$REDIS_PORT" || move_port REDIS_PORT
  mkdir -p "$STATE/redis"
  (
    umask 077
    cat >"$STATE/redis/conf" <<EOF
bind 127.0.0.1
port $REDIS_PORT
requirepass $REDIS_PASSWORD
daemonize yes
pidfile $STATE/redis/pid
logfile $STATE/redis/log
dir $STATE/redis
save ""
appendonly no
EOF
  )
  own_by redis "$STATE/redis"
  own_by redis "$STATE/redis/conf"
  as_user redis redis-server "$STATE/redis/conf" </dev/null >/dev/null 9>&- ||
    die "Redis did not start; see $STATE/redis/log"
  for _ in {1..100}; do
    redis_pid >/dev/null && ! port_is_free "$REDIS_PORT" && return
    sleep 0.05
  done
  die "Redis did not answer on port $REDIS_PORT; see $STATE/redis/log"
}

# -- All of it

# Both servers up; where they are already, this costs a few milliseconds.
ensure_instance() {
  if [ -f "$ENV_FILE" ]; then
    . "$ENV_FILE"
    complete_environment
    postgres_pid >/dev/null && redis_pid >/dev/null && return
  fi
  ensure_system
  mkdir -p "$STATE"
  exec 9>"$STATE/lock"
  flock 9
  make_state
  . "$ENV_FILE"
  start_postgres
  start_redis
  exec 9>&-
}

migration_fingerprint() {
  (
    shopt -s nullglob
    cat requirements.lock {network,outages,layers,gisapp/*}/migrations/*.py \
      gisapp/guards/*.py gisapp/public_side/grants.py | cksum
  )
}

# ensure_migrated COMMAND: brings the tables up to date unless COMMAND is about migrations itself.
ensure_migrated() {
  case ${1:-} in
    "" | help | check | makemigrations | migrate | showmigrations | sqlmigrate | squashmigrations | \
      makemessages | compilemessages | diffsettings | startapp | version | --version) return ;;
  esac
  local now
  now=$(migration_fingerprint)
  [ -f "$STATE/migrated" ] && [ "$(<"$STATE/migrated")" = "$now" ] && return
  (
    flock 9
    say "bringing the tables up to date"
    {
      # An instance that an older version started may be without it.
      ensure_application_role &&
        "$PYTHON" manage.py migrate --no-input --skip-checks &&
        "$PYTHON" manage.py grant_public --skip-checks
    } >"$STATE/log/migrate" 2>&1 9>&- || {
      tail -n 15 "$STATE/log/migrate"
      die "the migrations failed; all of it is in $STATE/log/migrate"
    }
    printf '%s' "$now" >"$STATE/migrated"
  ) 9>"$STATE/lock" || exit 1
}

# Ends PID if it is still the process that was recorded with START, and waits for it.
end_process() {
  local pid=$1 start=$2 seconds=${3:-30} signal=TERM
  [ "$(start_time "$pid")" = "$start" ] || return 0
  for _ in 1 2; do
    kill "-$signal" "$pid" 2>/dev/null || return 0
    for _ in $(seq $((seconds * 10))); do
      [ "$(start_time "$pid")" = "$start" ] || return 0
      sleep 0.1
    done
    signal=KILL
  done
}

# The processes that the supervisor recorded: itself first, then what it may have left behind.
stop_processes() {
  local name pid start
  [ -f "$STATE/processes" ] || return 0
  while read -r name pid start; do
    end_process "$pid" "$start"
  done <"$STATE/processes"
  rm -f "$STATE/processes"
}

stop_instance() {
  [ -f "$ENV_FILE" ] || {
    say "nothing was ever started in $STATE"
    return
  }
  . "$ENV_FILE"
  stop_processes
  local pid
  if pid=$(redis_pid); then end_process "$pid" "$(start_time "$pid")" 10; fi
  if postgres_pid >/dev/null; then
    as_user postgres "$(postgres_bin)/pg_ctl" -D "$(pg_data)" -m fast -w -t 60 stop >/dev/null ||
      die "PostgreSQL did not stop; see $STATE/postgres/log"
  fi
  say "stopped; the data stay in $STATE"
}
