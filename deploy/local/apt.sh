#!/usr/bin/env bash
# Installs the named packages, as root, without starting the services that some of them bring: an
# instance runs its own database and Redis on ports of its own.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

conf=/etc/postgresql-common/createcluster.conf
if [ ! -e "$conf" ]; then
  mkdir -p "${conf%/*}"
  echo 'create_main_cluster = false' >"$conf"
fi
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi

apt-get update -qq -o DPkg::Lock::Timeout=300
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 \
  -o Dpkg::Options::=--force-confold "$@" >/dev/null
