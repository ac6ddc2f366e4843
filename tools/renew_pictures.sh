#!/usr/bin/env bash
# Takes the pictures of README.md and docs/page.md anew, in light and dark, with the program of build/dev.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CSVM_PROGRAM=$PWD/build/dev/csv-merger CSVM_PICTURES=$PWD/build/web/pictures
tools/run_page_tests.py e2e columns
tools/run_page_tests.py e2e duplicates
tools/run_page_tests.py e2e delivery
mkdir -p docs/images
for theme in "" -dark; do
  cp "$CSVM_PICTURES/columns$theme.png" "docs/images/page$theme.png"
  cp "$CSVM_PICTURES/duplicates-decided$theme.png" "docs/images/duplicates$theme.png"
  cp "$CSVM_PICTURES/job-sending$theme.png" "docs/images/job$theme.png"
done
