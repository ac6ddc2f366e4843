#!/usr/bin/env python3
"""Runs the tests of the page (web/) with the Node of its lock file.

    run_page_tests.py types | unit | e2e [VITEST_ARGUMENTS...]

The program under test is CSVM_PROGRAM; e2e needs Chromium (CSVM_CHROMIUM names another one).
"""
import os
import pathlib
import sys

from build_page import node

WEB = pathlib.Path(__file__).resolve().parent.parent / "web"
TOOLS = {
    "types": ["node_modules/typescript/bin/tsc", "-p", "jsconfig.json"],
    "unit": ["node_modules/vitest/vitest.mjs", "run", "--project", "unit", "--project", "page"],
    "e2e": ["node_modules/vitest/vitest.mjs", "run", "--project", "e2e"],
}

if len(sys.argv) < 2 or sys.argv[1] not in TOOLS:
    sys.exit(__doc__)
os.chdir(WEB)
program = node(WEB)
os.execv(program, [program, *TOOLS[sys.argv[1]], *sys.argv[2:]])
