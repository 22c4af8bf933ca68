#!/usr/bin/env bash
# Prepares this clone: `.venv` with the console script `executor`, and the programs that it calls.
#
#   scripts/setup.sh          what running needs
#   scripts/setup.sh test     what the tests need as well
#
# Python packages come from requirements.lock or requirements-dev.lock, exact versions with hashes. As root on Debian (or
# a relative), missing programs are installed with apt-get; everywhere else it says what to install and stops. A second
# call finds everything in place and is done in an instant.
#
# PYTHON=/path/to/python chooses the interpreter (3.11 or newer, with venv).
set -euo pipefail
cd "$(dirname "$0")/.."

KIND=${1:-run}
VENV=$PWD/.venv
STAMP=$VENV/.executor-setup
APT_UPDATED=

say() { printf 'setup: %s\n' "$*"; }

# stop WHAT HOW...: ends with what is missing, and one line for each way to get it.
stop() {
  printf 'setup: cannot: %s\n' "$1" >&2
  shift
  printf '       %s\n' "$@" >&2
  exit 1
}

root_on_debian() { [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ] && command -v apt-get >/dev/null; }

# install PACKAGE...: with apt-get; only ever called where root_on_debian.
install() {
  say "installing $* (apt-get)"
  export DEBIAN_FRONTEND=noninteractive
  if [ -z "$APT_UPDATED" ]; then
    apt-get -q update >/dev/null
    APT_UPDATED=yes
  fi
  apt-get -qq install --yes --no-install-recommends "$@" >/dev/null
}

# have PROGRAM PACKAGE: a program that one Debian package brings.
have() {
  command -v "$1" >/dev/null && return
  if root_on_debian; then install "$2"; else stop "$1 is missing" "Debian, Ubuntu: sudo apt-get install $2"; fi
}

# Python

python_works() {
  command -v "$1" >/dev/null && "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
  local each
  for each in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
    if python_works "$each"; then
      command -v "$each"
      return
    fi
  done
  return 1
}

need_python() {
  local python
  if ! python=$(find_python) && root_on_debian; then
    install python3 python3-venv >&2
    python=$(find_python) || true
  fi
  [ -n "$python" ] || stop "no Python 3.11 or newer with the modules venv and ensurepip" \
    "Debian 12, Ubuntu 24.04 and newer: sudo apt-get install python3 python3-venv" \
    "elsewhere: https://www.python.org/downloads/, then PYTHON=/path/to/python3 make setup"
  echo "$python"
}

# kustomize: the real one, or the one inside kubectl; version 4 or newer (older ones cannot read today's files)

kustomize_version() {
  if command -v kustomize >/dev/null; then
    kustomize version 2>/dev/null
  elif command -v kubectl >/dev/null; then
    kubectl version --client 2>/dev/null | sed -n 's/^Kustomize Version: //p'
  fi
}

kustomize_works() {
  local major
  major=$(kustomize_version | grep -oE 'v[0-9]+' | head -n 1 | tr -d v)
  [ "${major:-0}" -ge 4 ]
}

# The version in Debian's kubernetes-client, as far as apt knows it: 12 has one of 2021, 13 a recent one.
debian_kubectl_is_recent() {
  local minor
  minor=$(apt-cache policy kubernetes-client 2>/dev/null | sed -n 's/.*Candidate: 1\.\([0-9]*\)\..*/\1/p')
  [ "${minor:-0}" -ge 22 ]
}

go_minor() { go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p'; }

kustomize_by_go() {
  local version=v5.7.1 folder=$VENV/bin
  [ "$(go_minor)" -ge 23 ] || version=v5.0.3 # the last one that Go 1.19 builds
  root_on_debian && folder=/usr/local/bin
  say "building kustomize $version with $(go env GOVERSION) into $folder (a minute or two)"
  mkdir -p "$folder"
  # It knows its own version only if it is told at the build.
  GOBIN=$folder GOFLAGS=-mod=mod CGO_ENABLED=0 \
    go install -ldflags "-X sigs.k8s.io/kustomize/api/provenance.version=$version" \
    "sigs.k8s.io/kustomize/kustomize/v5@$version" 2>&1 |
    { grep -v '^go: downloading' >&2 || true; }
  hash -r
}

need_kustomize() {
  if ! kustomize_works && root_on_debian; then
    apt-get -q update >/dev/null && APT_UPDATED=yes
    if debian_kubectl_is_recent; then
      install kubernetes-client
    elif ! command -v go >/dev/null; then
      install golang-go ca-certificates
    fi
  fi
  if ! kustomize_works && [ "$(go_minor)" -ge 19 ] 2>/dev/null; then kustomize_by_go; fi
  kustomize_works || stop "no kustomize 4 or newer, neither as \`kustomize\` nor inside \`kubectl\` (found: $(found_kustomize))" \
    "kubectl: https://kubernetes.io/docs/tasks/tools/" \
    "kustomize: https://kubectl.docs.kubernetes.io/installation/kustomize/" \
    "or put Go 1.19 or newer on the PATH, and \`make setup\` builds it"
}

found_kustomize() { kustomize_version | grep . || echo none; }

# .venv

digest_of() { cat pyproject.toml "$1" | cksum; }

# Scripts in a venv name their interpreter by its full path, so one that was moved or copied is made anew.
venv_is_here() {
  head -n 1 "$VENV/bin/pip" 2>/dev/null | grep -qF "$VENV/bin/python" && "$VENV/bin/python" -c 'import pip' 2>/dev/null
}

make_venv() {
  venv_is_here && return
  say "making .venv with $("$1" --version) ($1)"
  "$1" -m venv --clear "$VENV"
}

need_packages() {
  local kind=$1 lock=$2 wanted
  wanted="$kind $(digest_of "$lock")"
  if [ -f "$STAMP" ] && grep -qxF "$wanted" "$STAMP" && [ -x "$VENV/bin/executor" ]; then
    return
  fi
  say "installing the packages of $lock"
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock"
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
  if [ "$kind" = test ]; then
    wanted="$wanted"$'\n'"run $(digest_of requirements.lock)"
  fi
  printf '%s\n' "$wanted" >"$STAMP"
}

main() {
  local python
  case $KIND in run | test) ;; *) stop "unknown word: $KIND" "scripts/setup.sh [test]" ;; esac
  python=$(need_python)
  have git git
  have make make
  if [ "$KIND" = test ]; then
    have strace strace             # ends runs at a chosen system call
    have openssl openssl           # certificates of registries, and a second opinion on signatures
    have ssh-keygen openssh-client # keys for signed commits
  fi
  make_venv "$python"
  export PATH=$VENV/bin:$PATH
  if [ "$KIND" = test ]; then
    need_packages test requirements-dev.lock
  else
    need_packages run requirements.lock
  fi
  need_kustomize
  "$VENV/bin/python" -m compileall -q executor # where PYTHONDONTWRITEBYTECODE is set every start would compile again
  say "ready: .venv/bin/executor ($("$VENV/bin/python" --version), kustomize $(kustomize_version | tr -d '\n'))"
}

main
