#!/usr/bin/env bash
# Writes requirements.lock and requirements-dev.lock anew: the newest versions that pyproject.toml allows, for every
# supported Python, each with the hashes of all its files. uv resolves (`pipx install uv`); pip installs from the result.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "lock: cannot: uv is missing; pipx install uv" >&2; exit 1; }

# pip builds the project itself with hatchling, from the lock as well: nothing unpinned is fetched.
build=$(mktemp)
trap 'rm -f "$build"' EXIT
echo 'hatchling>=1.25' >"$build"

resolve() {
  uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
    --custom-compile-command 'make lock' pyproject.toml "$build" "$@"
}
resolve -o requirements.lock
resolve --extra dev -c requirements.lock -o requirements-dev.lock
