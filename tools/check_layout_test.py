#!/usr/bin/env python3
"""Shows each rule of check_layout.py a small tree that keeps it and one that breaks it."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import check_layout  # noqa: E402  (after the line that keeps the source folder clean)

README = """# {name} - one thing

## Belongs here
## Does not belong here
## Invariants
- Seen in `tests/{name}_test.cc`.
"""
GOOD_TREE = {
    "cmake/CsvmModule.cmake": "set(CSVM_MODULE_ORDER base bytes csv\n  jobs server)\n",
    "ARCHITECTURE.md": "# Architecture\n## Modules\n### base\nx\n### csv\nx\n### app\n\n## Other\n### Not one\n",
    "src/README.md": "| Module | does |\n|---|---|\n| `base` | a |\n| `csv` | b |\n| `app` | c |\n",
    "src/base/README.md": README.format(name="base"),
    "src/base/CMakeLists.txt": "csvm_module(base SOURCES clock.cc)\n",
    "src/base/include/csvm/base.h": "#include <boost/system/result.hpp>\n#include <string>\n",
    "src/base/clock.cc": "auto now = std::chrono::steady_clock::now();\n",
    "src/base/tests/base_test.cc": "#include <gtest/gtest.h>\n",
    "src/csv/README.md": README.format(name="csv"),
    "src/csv/CMakeLists.txt": "csvm_module(csv\n  SOURCES read.cc  # one\n  USES base\n  PRIVATE_LIBS hwy)\n",
    "src/csv/include/csvm/csv.h": "#include \"csvm/base.h\"\n",
    "src/csv/read.cc": "#include <hwy/highway.h>\n#include <unistd.h>\n// never ::now()\n",
    "src/csv/tests/csv_test.cc": "#include \"csvm/base.h\"\n",
    "src/csv/tests/data/README.md": "- `odd.csv`: own work; odd\n",
    "src/csv/tests/data/odd.csv": "caf\u00e9\n",
    "src/csv/bench/csv_bench.cc": "#include <benchmark/benchmark.h>\nauto t = clock::now();\n",
    "web/index.html": "<script type=\"module\" src=\"/src/main.js\"></script><p x-show=\"a.b('c')\">\n",
    "web/src/main.js": "import { w } from './work.js'\nimport a from 'alpine'\n",
    "web/src/screens/a.html": "<li x-for=\"x in list(y)\" :class=\"of(x, $event)\" @click.prevent=\"go\">\n",
    "src/app/README.md": "# app - the one binary\n",
    "src/app/CMakeLists.txt": "add_executable(csv-merger main.cc)\n",
    "src/app/main.cc": "#include \"csvm/csv.h\"\n",
}
# rule -> trees that break it: files to write (None: to remove) and what must be said about it
BREAKS = {
    "declared_modules": [
        ({"src/csv/read.cc": "#include \"csvm/bytes.h\"\n"}, "read.cc:1: includes module 'bytes'"),
        ({"src/csv/tests/csv_test.cc": "\n#include \"csvm/bytes.h\"\n"}, "csv_test.cc:2: includes module 'bytes'"),
    ],
    "private_libraries": [
        ({"src/base/clock.cc": "#include <hwy/highway.h>\n"}, "<hwy/highway.h> may be included only in"),
        ({"src/csv/read.cc": "#include <gtest/gtest.h>\n"}, "<gtest/gtest.h> may be included only in tests"),
        ({"src/csv/read.cc": "#include <boost/regex.hpp>\n"}, "of no library that LIBRARY_OWNERS knows"),
    ],
    "coroutines_at_the_edge": [({"src/csv/read.cc": "auto x = co_await y;\n"}, "read.cc:1: 'co_await'")],
    "passed_in_time_and_chance": [
        ({"src/csv/read.cc": "auto t = clock::now();\n"}, "read.cc:1: '::now('"),
        ({"src/csv/read.cc": "\nstd::random_device d;\n"}, "read.cc:2: 'random_device'"),
        ({"src/csv/tests/csv_test.cc": "sleep_for(1s);\n"}, "csv_test.cc:1: 'sleep_for'"),
    ],
    "names_with_a_subject": [
        ({"src/csv/string_utils.cc": ""}, "src/csv/string_utils.cc: 'utils'"),
        ({"src/csv/helpers/a.cc": ""}, "src/csv/helpers: 'helpers'"),
        ({"src/csv/types.h": ""}, "src/csv/types.h: 'types'"),
    ],
    "file_sizes": [
        ({"src/csv/read.cc": "\n" * 601}, "read.cc: 601 lines; the limit is 600"),
        ({"src/csv/include/csvm/csv.h": "\n" * 301}, "csv.h: 301 lines; the limit is 300"),
    ],
    "layers_of_the_page": [
        ({"web/src/state/a.js": "import { b } from '../api/b.js'\n"}, "a.js:1: imports '../api/b.js'"),
        ({"web/src/state/a.js": "import alpine from 'alpine'\n"}, "state and show are pure"),
        ({"web/src/work.js": "import {\n  c\n} from './components/c.js'\n"}, "work.js:3: imports"),
    ],
    "inert_markup": [
        ({"web/index.html": "<p onclick=\"x\">\n"}, "index.html:1: 'onclick='"),
        ({"web/src/screens/a.html": "<p x-html=\"x\">\n"}, "a.html:1: 'x-html'"),
        ({"web/src/screens/a.html": "<p x-show=\"a && b\">\n"}, "names and calls only"),
    ],
    "ascii_sources": [({"src/csv/read.cc": "// caf\u00e9\n"}, "read.cc:1: not ASCII")],
    "nothing_left_to_do": [({"src/csv/read.cc": "\n// TO" + "DO: later\n"}, "read.cc:2: TODO")],
    "whole_modules": [
        ({"src/csv/README.md": None}, "src/csv: no README.md"),
        ({"src/csv/README.md": "# csv\n"}, "must begin with '# csv - what it does'"),
        ({"src/csv/README.md": "# csv - x\n## Belongs here\n"}, "no heading '## Invariants'"),
        ({"src/csv/CMakeLists.txt": None, "src/csv/include/csvm/csv.h": "", "src/csv/tests/csv_test.cc": ""},
         "src/csv: no CMakeLists.txt"),
        ({"src/csv/tests/csv_test.cc": None}, "src/csv: no tests/*_test.cc"),
        ({"src/csv/include/csvm/more.h": ""}, "must hold csvm/csv.h and nothing else"),
        ({"cmake/CsvmModule.cmake": "set(CSVM_MODULE_ORDER base)\n"}, "src/csv: not in CSVM_MODULE_ORDER"),
    ],
    "modules_in_the_documents": [
        ({"ARCHITECTURE.md": "## Modules\n### base\n### app\n"}, "ARCHITECTURE.md: says nothing of src/csv"),
        ({"ARCHITECTURE.md": "## Modules\n### base\n### csv\n### xml\n### app\n"}, "but there is no src/xml"),
        ({"src/README.md": "| `csv` | b |\n| `base` | a |\n| `app` | c |\n"}, "src/README.md: modules are not in"),
        ({"src/README.md": None}, "src/README.md: says nothing of src/base"),
    ],
    "explained_test_data": [
        ({"src/csv/tests/data/new.csv": "a\n"}, "new.csv: no line in src/csv/tests/data/README.md"),
        ({"samples/people/a.csv": "a\n"}, "samples/people/a.csv: no line in samples/README.md"),
    ],
    "true_references": [
        ({"src/csv/README.md": README.format(name="csv") + "`gone.cc`\n"}, "'gone.cc' does not exist"),
        ({"README.md": "[see](docs/gone.md)\n"}, "README.md:1: 'docs/gone.md' does not exist"),
    ],
    "silent_libraries": [],  # needs a compiler: see SilentLibraries
}


def write(root, files):
    for path, content in files.items():
        file = Path(root) / path
        if content is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")


class Rules(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)
        write(self.root, GOOD_TREE)

    def test_a_good_tree_has_no_problem(self):
        self.assertEqual(check_layout.problems_of(self.root), [])

    def test_every_rule_finds_what_breaks_it(self):
        self.assertEqual({rule.__name__ for rule in check_layout.RULES}, set(BREAKS))
        for rule in check_layout.RULES:
            for files, message in BREAKS[rule.__name__]:
                with self.subTest(rule=rule.__name__, message=message):
                    with tempfile.TemporaryDirectory() as root:
                        write(root, GOOD_TREE)
                        write(root, files)
                        found = list(rule(check_layout.Tree(root)))
                        self.assertTrue(any(message in problem for problem in found), found)


class SilentLibraries(unittest.TestCase):
    SOURCES = {
        "std::cout": "#include <iostream>\nvoid f() { std::cout << 1; }\n",
        "std::cerr": "#include <iostream>\nvoid f() { std::cerr << 1; }\n",
        "exit": "#include <cstdlib>\nvoid f() { std::exit(1); }\n",
        "printf": "#include <cstdio>\nvoid f(int n) { std::printf(\"%d\", n); }\n",
        "fmt": "#include <fmt/format.h>\nvoid f(int n) { fmt::print(\"{}\", n); }\n",
        "": "#include <fmt/format.h>\n#include <cstdio>\n"
            "std::string f(int n) { char s[9]; std::snprintf(s, 9, \"%d\", n); return fmt::format(\"{}\", s); }\n",
    }

    def problems_with(self, source):
        with tempfile.TemporaryDirectory() as root:
            write(root, GOOD_TREE)
            write(root, {"build/src/base/b.cc": "int g() { return 1; }\n", "build/src/csv/c.cc": source})
            for module, letter in (("base", "b"), ("csv", "c")):
                folder = Path(root) / "build/src" / module
                subprocess.run(["g++", "-std=c++20", "-O1", "-c", f"{letter}.cc"], cwd=folder, check=True)
                subprocess.run(["ar", "rc", f"libcsvm_{module}.a", f"{letter}.o"], cwd=folder, check=True)
            return list(check_layout.silent_libraries(check_layout.Tree(root, Path(root) / "build")))

    def test_finds_a_library_that_prints_or_exits(self):
        for name, source in self.SOURCES.items():
            with self.subTest(name=name):
                problems = self.problems_with(source)
                self.assertEqual(len(problems), 1 if name else 0, problems)
                self.assertTrue(not name or name in problems[0], problems)

    def test_finds_a_library_that_was_not_built(self):
        with tempfile.TemporaryDirectory() as root:
            write(root, GOOD_TREE)
            problems = list(check_layout.silent_libraries(check_layout.Tree(root, root)))
            self.assertEqual(len(problems), 2, problems)


if __name__ == "__main__":
    unittest.main()
