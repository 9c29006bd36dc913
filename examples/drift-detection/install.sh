#!/usr/bin/env bash
# Installs what pin.sh has pinned, and nothing whose content differs: install.sh FOLDER, for the job.
#
# Python's packages and the two providers' plugins; FOLDER/bin and FOLDER/pulumi get the commands. No package is built,
# so that none of its code runs while it is installed.
set -euo pipefail
folder=${1:?usage: install.sh FOLDER}
pins=$(cd "$(dirname "$0")" && pwd)

python -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --require-hashes --only-binary :all: -r "$pins/requirements.txt"

read -r _ archive <"$pins/pulumi.sha256"
(
  cd "$folder"
  curl -fsSLO "https://get.pulumi.com/releases/sdk/$archive"
  sha256sum --check --strict --quiet "$pins/pulumi.sha256"
  tar -xzf "$archive"
  rm "$archive"
)
while read -r plugin version digest; do
  "$folder/pulumi/pulumi" plugin install resource "$plugin" "$version" --checksum "$digest"
done <"$pins/plugins.txt"
