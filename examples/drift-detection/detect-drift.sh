#!/usr/bin/env bash
# Looks for drift and changes nothing: detect-drift.sh STACK, in the folder of the stack's project.
#
# Exit code: 0 nothing has drifted, 1 something has, 2 it could not be looked at. What was found goes to the file
# drift-report.md (or $DRIFT_REPORT) and, in GitHub Actions, to the job's summary.
set -euo pipefail
# A command that fails ends the script, with 1 of its own.
found=2
notes=
commands=
trap 'rm -rf "$notes"; if [[ $commands ]]; then printf "\n::%s::\n" "$commands"; fi; exit "$found"' EXIT

stack=${1:?usage: detect-drift.sh STACK}
report=${DRIFT_REPORT:-drift-report.md}
notes=$(mktemp -d)
if [[ -n ${GITHUB_ACTIONS:-} ]]; then
  # The runner would obey a line of the preview that begins with "::", and in a directory others choose names and notes.
  commands=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "::stop-commands::$commands"
fi

preview=0
pulumi preview --stack "$stack" --refresh --expect-no-changes --diff \
  --non-interactive --color never --suppress-progress 2>&1 | tee "$notes/preview" || preview=$?
if [[ $preview == 0 ]]; then
  echo "Nothing has drifted."
  found=0
  exit
fi

# The preview says what an update would change; the check says which link is broken, and whose it is.
check=0
crosstenant check --stack "$stack" --with-secret 2>&1 | tee "$notes/chain" || check=$?
if [[ $check == 1 ]] || grep -q 'no changes were expected' "$notes/preview"; then
  found=1
fi
# Names and notes in a directory may be Markdown. In a block by indentation nothing ends the block, as ``` ends another.
block() { tr '\r' '\n' <"$1" | sed 's/^/    /'; }
{
  printf '## Drift of stack %s\n\n' "$stack"
  block "$notes/chain"
  printf '\n<details><summary>pulumi preview --refresh</summary>\n\n'
  block "$notes/preview"
  printf '\n</details>\n'
} >"$report"
if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then
  cat "$report" >>"$GITHUB_STEP_SUMMARY"
fi

if [[ $found == 2 ]]; then
  echo "Drift could not be looked for; see above." >&2
fi
