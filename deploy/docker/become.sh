# Containers start as root only to hand their volume over, then run as a user of their own.

# become USER FOLDER ARGUMENTS...: runs the calling entrypoint again as USER, who owns FOLDER.
become() {
  [ "$(id -u)" = 0 ] || return 0
  local user=$1 folder=$2
  shift 2
  # A base image made by hand may keep its root folder to root alone.
  chmod 755 / 2>/dev/null || true
  [ -z "$folder" ] || install -d -o "$user" -g "$user" -m 700 "$folder"
  export HOME=/tmp
  exec setpriv --reuid="$user" --regid="$user" --init-groups --no-new-privs /bin/bash "$0" "$@"
}
