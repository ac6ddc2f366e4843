#!/usr/bin/env bash
# Takes the picture of README.md anew, with the program of build/dev.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CSVM_PROGRAM=$PWD/build/dev/csv-merger CSVM_PICTURES=$PWD/build/web/pictures
tools/run_page_tests.py e2e columns
mkdir -p docs/images
cp "$CSVM_PICTURES/columns.png" docs/images/page.png
