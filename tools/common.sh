# SPDX-License-Identifier: Apache-2.0
# Sourced by the commands beside it: where things are, and how a step tells what it does.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/.deps
build=$root/build/release
log_dir=$root/build/log
mkdir -p "$log_dir"

# step LABEL EXPECTATION COMMAND...: one line while it runs and after; its talk goes to a log that
# is shown only when it fails.
step() {
  local label=$1 expected=$2 log started=$SECONDS
  shift 2
  log=$log_dir/$(tr -cs '[:alnum:]' - <<<"${label##*\] }" | sed 's/-$//').log
  printf '%s%s... ' "$label" "${expected:+ ($expected)}"
  local status=0
  # Not as a condition: bash would then go on after a command that fails inside of a function.
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1
  status=$?
  set -e
  if [ $status = 0 ]; then
    printf 'done in %s s\n' $((SECONDS - started))
  else
    printf 'FAILED after %s s\n' $((SECONDS - started))
    tail -n 40 "$log" >&2
    printf '\nThe whole log is %s\n' "$log" >&2
    return $status
  fi
}

# Ninja where it is, because the preset asks for it; make serves as well.
configure_release() {
  local generator=()
  command -v ninja >/dev/null || generator=(-G "Unix Makefiles")
  (cd "$root" && cmake --preset release "${generator[@]}")
}

build_release() {
  (cd "$root" && cmake --build --preset release --parallel "$(nproc)" "$@")
}

# "mirror codename" of the archive that serves the distribution's main component to this machine. apt
# reads its own configuration, whatever the form of the files; a third party's entry has another origin.
distribution_archive() {
  local id codename
  # shellcheck source=/dev/null
  id=$(. /etc/os-release && echo "$ID")
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v id="$id" -v codename="$codename" \
      'tolower($1) == id && $2 == codename && $3 == "main" { print $4, $2; exit }'
}
