# SPDX-License-Identifier: Apache-2.0
# Sourced by the commands beside it: where things are, and how a step tells what it does.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/.deps
build=$root/build/release
log_dir=$root/build/log
if ! mkdir -p "$log_dir" 2>/dev/null || [ ! -w "$log_dir" ]; then
  echo "$root/build cannot be written, and what is built goes there: copy the tree to a folder of yours, and start it there" >&2
  exit 2
fi

# attempt LABEL EXPECTATION COMMAND...: one line while it runs and after; its talk goes to attempt_log. How it ended is
# in attempt_status.
attempt() {
  local label=$1 expected=$2 started=$SECONDS
  shift 2
  attempt_log=$log_dir/$(tr -cs '[:alnum:]' - <<<"${label##*\] }" | sed 's/-$//').log
  printf '%s%s... ' "$label" "${expected:+ ($expected)}"
  # Not as a condition: bash would then go on after a command that fails inside of a function.
  set +e
  (
    set -e
    "$@"
  ) >"$attempt_log" 2>&1
  attempt_status=$?
  set -e
  if [ $attempt_status = 0 ]; then
    printf 'done in %s s\n' $((SECONDS - started))
  else
    printf 'FAILED after %s s\n' $((SECONDS - started))
  fi
}

# The end of the log of an attempt that failed.
show_log() {
  tail -n 40 "$attempt_log" >&2
  printf '\nThe whole log is %s\n' "$attempt_log" >&2
}

# The same for what there is no other way around.
step() {
  attempt "$@"
  if [ "$attempt_status" != 0 ]; then
    show_log
    return "$attempt_status"
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
