# shellcheck shell=bash
# For scripts to source: finds Docker, or starts it.
#
# `need_docker` sets DOCKER_HOST where it starts a daemon, which ends with the script. It fails, and says why, where there
# is none.

need_docker() {
  docker info >/dev/null 2>&1 && return
  if [ "$(id -u)" != 0 ]; then
    echo "Docker does not answer, and only root can start it" >&2
    return 1
  fi
  start_daemon
}

# A daemon without a network of its own, which would need rules of the machine's firewall: containers use the host's.
start_daemon() {
  local folder
  command -v dockerd >/dev/null || install_daemon || return
  folder=$(realpath -m "${ENGINE_FOLDER:-target/engine}")
  # The path of a socket has at most 107 characters, which that of a repository may exceed.
  ENGINE_SOCKET=$(mktemp -d)
  mkdir -p "$folder"
  dockerd --bridge=none --iptables=false --ip6tables=false --data-root="$folder/data" --exec-root="$ENGINE_SOCKET/exec" \
    --pidfile="$ENGINE_SOCKET/pid" --host="unix://$ENGINE_SOCKET/socket" >"$folder/log" 2>&1 &
  DAEMON=$!
  trap stop_daemon EXIT
  export DOCKER_HOST="unix://$ENGINE_SOCKET/socket"
  for _ in $(seq 100); do
    docker info >/dev/null 2>&1 && return
    kill -0 "$DAEMON" 2>/dev/null || break
    sleep 0.2
  done
  echo "the Docker daemon did not start:" >&2
  tail -n 5 "$folder/log" >&2
  unset DOCKER_HOST
  return 1
}

# Fails in no case: it would take the place of the script's own exit status.
stop_daemon() {
  kill "$DAEMON" 2>/dev/null || true
  wait "$DAEMON" 2>/dev/null || true
  # The network of the machine, which containers used, stays mounted there.
  umount "$ENGINE_SOCKET"/exec/netns/* 2>/dev/null || true
  rm -rf "$ENGINE_SOCKET" || true
}

install_daemon() {
  if ! command -v apt-get >/dev/null; then
    echo "there is no Docker, and no apt-get to install Debian's" >&2
    return 1
  fi
  apt-get update --quiet >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes \
    --no-install-recommends docker.io >/dev/null
}
