#!/usr/bin/env bash
# Builds the image of the Dockerfile and tries it, on a machine without a container engine: buildah
# with chroot isolation, on a base that debootstrap makes. Debian, root.
#   tools/container.sh build   makes the image csv-merger:test
#   tools/container.sh try     starts it: user 10001, read-only root, one volume; health, the main
#                              job, SIGTERM under load, the next start (tools/try_container.py)
#   tools/container.sh         both
#   tools/container.sh compose runs what compose.yaml describes with the image (tools/try_compose.py);
#                              redis-server and npm must be there
# A ccache folder named in CCACHE_DIR is used by the build. Exits with 1 if anything is not as it should be.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
image=csv-merger:test
base=docker.io/library/debian:bookworm-slim
most_bytes=80000000
most_stop_seconds=30

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "FAILED: $*"
  exit 1
}

install_tools() {
  local missing=() tool
  for tool in buildah debootstrap curl python3; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  apt-get update >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >/dev/null
}

# Under the name that the Dockerfile gives, so that the Dockerfile needs no change. Packages come from
# where this machine gets its own.
make_base() {
  if buildah images -q "$base" >/dev/null 2>&1; then return; fi
  say "Making $base with debootstrap ..."
  local root container
  root=$(mktemp -d)
  debootstrap --variant=minbase bookworm "$root" >/dev/null
  rm -rf "$root/etc/apt/sources.list" "$root/var/cache/apt/archives"/*.deb
  cp -r /etc/apt/sources.list* /etc/apt/apt.conf.d "$root/etc/apt/"
  rm -f "$root"/etc/apt/apt.conf.d/*docker* "$root"/etc/apt/apt.conf.d/*packagekit*
  container=$(buildah from scratch)
  buildah add -q "$container" "$root" / >/dev/null
  buildah commit -q "$container" "$base" >/dev/null
  buildah rm "$container" >/dev/null
  rm -rf "$root"
}

build() {
  make_base
  local extra=()
  if command -v npm >/dev/null; then
    extra+=(--build-arg "NPM_CONFIG_REGISTRY=$(npm config get registry)")
  fi
  # Behind a proxy with an authority of its own, npm needs to know those that this machine trusts.
  local authorities=/etc/ssl/certs/ca-certificates.crt
  if [[ -f $authorities ]]; then
    extra+=(--volume "$authorities:/mnt/authorities.crt:ro"
      --build-arg NODE_EXTRA_CA_CERTS=/mnt/authorities.crt)
  fi
  if [[ -n ${CCACHE_DIR:-} ]]; then
    extra+=(--volume "$CCACHE_DIR:/root/.cache/ccache:rw")
  fi
  say "Building $image ..."
  # Docker's format: the other one has no health check.
  buildah bud --format docker --layers --isolation chroot --network host --pull-never "${extra[@]}" \
    -t "$image" .
}

mount_image() {
  container=$(buildah from --pull-never "$image")
  trap 'buildah rm "$container" >/dev/null' EXIT
  mounted=$(buildah mount "$container")
}

try() {
  mount_image
  # The mounts are in a namespace of their own and go with it.
  unshare --mount --propagation private python3 tools/try_container.py "$mounted" \
    <(buildah inspect --type image "$image") --stop-seconds "$most_stop_seconds" \
    --most-bytes "$most_bytes"
}

compose() {
  local tool
  for tool in redis-server redis-cli npm; do
    command -v "$tool" >/dev/null || fail "compose needs $tool"
  done
  python3 -c 'import yaml' || fail "compose needs python3-yaml"
  [[ -d tests/service/s3rver/node_modules ]] || (cd tests/service/s3rver && npm ci --silent)
  mount_image
  # A network of its own, so that the ports of the file are free.
  unshare --mount --net --propagation private python3 tools/try_compose.py "$mounted" \
    <(buildah inspect --type image "$image")
}

if [[ $(id -u) -ne 0 ]]; then fail "needs root, for chroot and mounts"; fi
install_tools
case ${1:-} in
  build) build ;;
  try) try ;;
  compose) compose ;;
  '')
    build
    try
    ;;
  *)
    say "usage: $0 [build | try | compose]"
    exit 2
    ;;
esac
