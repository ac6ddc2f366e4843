#!/usr/bin/env bash
# Installs the Debian packages that the project needs, those that are missing only.
#   tools/install_dependencies.sh build       to build and run (./run)
#   tools/install_dependencies.sh test        also what ./test needs
#   tools/install_dependencies.sh long        also what ./test --long needs
# Without a missing package it neither asks apt nor needs any rights. Words go to standard error.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

# Debian's npm is a package of its own; other builds of nodejs bring it along.
node_packages() {
  if command -v node >/dev/null && command -v npm >/dev/null; then return; fi
  echo nodejs npm
}

packages_for() {
  echo g++ cmake ninja-build pkg-config ccache mold python3 \
    zlib1g-dev libfmt-dev libspdlog-dev libcli11-dev libicu-dev libhwy-dev libpsl-dev publicsuffix \
    libuchardet-dev libxxhash-dev libsqlite3-dev libhiredis-dev libssl-dev libcurl4-openssl-dev \
    prometheus-cpp-dev ca-certificates libgtest-dev libgmock-dev libbenchmark-dev \
    "$(node_packages)"
  case $1 in
    build) ;;
    test) echo clang-format-19 binutils chromium redis-server ;;
    long) echo clang-format-19 binutils chromium redis-server clang-tidy-19 clang-19 libclang-rt-19-dev ;;
    *)
      say "usage: $0 build|test|long"
      exit 2
      ;;
  esac
}

is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true) == installed ]]
}

# Boost carries its version in the package's name: the first that is installed, else that is offered.
boost_versions=(1.83 1.81 1.88 1.90)
boost_package() {
  local version
  for version in "${boost_versions[@]}"; do
    if is_installed "libboost-json$version-dev"; then
      echo "libboost-json$version-dev"
      return
    fi
  done
  for version in "${boost_versions[@]}"; do
    if apt-cache show "libboost-json$version-dev" >/dev/null 2>&1; then
      echo "libboost-json$version-dev"
      return
    fi
  done
  echo libboost-json-dev
}

missing_of() {
  local package
  for package in "$@"; do
    is_installed "$package" || echo "$package"
  done
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  say "This is not Debian: apt-get is missing. Install what CONTRIBUTING.md lists under" \
    "\"What the build needs\" by hand; then \"cmake --workflow --preset release\" builds and tests."
  exit 1
fi

read -ra wanted <<<"$(packages_for "${1:-build}" | tr '\n' ' ')"
mapfile -t missing < <(missing_of "${wanted[@]}" "$(boost_package)")
if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    say "These packages are missing and only root can install them (there is no sudo here):"
    say "  apt-get install ${missing[*]}"
    exit 1
  fi
  as_root=(sudo)
  # Without a terminal sudo could not ask for a password.
  if [[ ! -t 0 ]]; then as_root=(sudo -n); fi
fi

log=$(mktemp)
authorities_before=$(mktemp)
trap 'rm -f "$log" "$authorities_before"' EXIT
quietly() {
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 30 "$log" >&2
    say "Failed: $*"
    exit 1
  fi
}

# The list of authorities that the environment names may be the system's. Installing ca-certificates
# writes that anew, without those that were only put into it, and npm would find no registry that it
# trusts: they are added again.
authorities=${NODE_EXTRA_CA_CERTS:-${SSL_CERT_FILE:-}}
keep_authorities() {
  if [[ -f $authorities ]]; then cp "$authorities" "$authorities_before"; fi
}
add_lost_authorities() {
  if [[ ! -s $authorities_before ]] || cmp -s "$authorities_before" "$authorities"; then return; fi
  "${as_root[@]}" tee -a "$authorities" <"$authorities_before" >/dev/null
}

say "Installing $((${#missing[@]})) packages with apt: ${missing[*]}"
keep_authorities
quietly "${as_root[@]}" apt-get update
mapfile -t missing < <(missing_of "${wanted[@]}" "$(boost_package)")
quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y \
  --no-install-recommends "${missing[@]}"
add_lost_authorities
