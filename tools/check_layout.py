#!/usr/bin/env python3
"""Checks the rules of the tree that neither compiler nor CMake can see.

    tools/check_layout.py ROOT [--libraries BUILD]

Prints one line a problem ("path:line: what is wrong") and exits with 1 if there is any. With
--libraries it also looks into the built libcsvm_*.a. Each rule is a function of `Tree`; its first
line says what it demands. tools/check_layout_test.py shows each of them a tree that breaks it.
"""
import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

MAX_LINES = 600
MAX_HEADER_LINES = 300

# Which modules may include which library. A header that no pattern knows is a problem too, so that
# a new library is entered here. "tests" and "bench" are the folders inside a module.
LIBRARY_OWNERS = {
    r"boost/system/": {"base"},
    r"fmt/": {"*"},
    r"unicode/": {"bytes", "text", "clean", "fetch"},
    r"zlib\.h": {"bytes", "server"},  # compressed answers
    r"uchardet": {"bytes"},
    r"hwy/": {"bytes", "csv", "text"},
    r"libpsl\.h": {"clean"},
    r"xxhash\.h": {"cluster"},
    # In server it checks the payloads of Socket.IO, nothing of ours.
    r"boost/json": {"output", "recipe", "server", "api", "app"},
    r"curl/": {"fetch"},
    r"sqlite3\.h": {"store"},
    r"openssl/": {"store", "files", "deliver", "api", "tests"},
    r"hiredis/": {"store"},
    r"boost/(asio|beast)": {"server", "receiver", "api", "app"},
    r"spdlog/": {"jobs", "server", "app"},
    r"prometheus/": {"api"},
    r"CLI/": {"app"},
    r"g(test|mock)/": {"tests"},
    r"benchmark/": {"bench"},
}
POSIX_HEADER = re.compile(
    r"(sys|arpa|net|netinet)/|(unistd|fcntl|dirent|signal|poll|netdb|pthread|spawn|termios|dlfcn|time)\.h$")
SOURCE_SUFFIXES = {".cc", ".h", ".in", ".py", ".sh", ".cmake", ".js", ".ts", ".css"}
MADE_FOLDERS = {".git", "node_modules", "__pycache__"}
MADE_TOP_FOLDERS = {"build", "out", "data"}  # as in .gitignore
# Bytes made to be odd: tests read them, people rarely.
DATA_FOLDERS = re.compile(r"(^|/)(tests/data|fuzz/corpus|samples|tests/golden/[^/]+)/|^src/[^/]+/data/")
README_HEADINGS = ("## Belongs here", "## Does not belong here", "## Invariants")


class Tree:
    """The files of the project: read once, asked by every rule."""

    def __init__(self, root, build=None):
        self.root = Path(root)
        self.build = Path(build) if build else None
        self.files = sorted(self._walk())
        order = re.search(r"set\(CSVM_MODULE_ORDER\s+([^)]*)\)", self.text("cmake/CsvmModule.cmake"))
        self.order = order.group(1).split() if order else []
        source_folder = self.root / "src"
        self.modules = sorted(path.name for path in source_folder.iterdir() if path.is_dir())

    def _walk(self):
        for folder, folders, names in os.walk(self.root):
            made = MADE_FOLDERS | (MADE_TOP_FOLDERS if Path(folder) == self.root else set())
            folders[:] = [name for name in folders if name not in made]
            for name in names:
                yield (Path(folder) / name).relative_to(self.root).as_posix()

    def bytes(self, path):
        return (self.root / path).read_bytes()

    def text(self, path):
        file = self.root / path
        return file.read_text("utf-8", "replace") if file.is_file() else ""

    def sources(self):
        """Paths of what people write and tools run, test data left out."""
        for path in self.files:
            if DATA_FOLDERS.search(path):
                continue
            is_script = self.bytes(path)[:2] == b"#!"
            if Path(path).suffix in SOURCE_SUFFIXES or path.endswith("CMakeLists.txt") or is_script:
                yield path

    def code(self, folder="src"):
        """(path, module, part) of the C++ files; part is "tests", "fuzz", "bench" or "" ."""
        for path in self.files:
            if not path.startswith(folder + "/") or Path(path).suffix not in {".cc", ".h"}:
                continue
            parts = path.split("/")
            part = parts[2] if parts[2] in {"tests", "fuzz", "bench"} else ""
            if not DATA_FOLDERS.search(path):
                yield path, parts[1], part

    def call(self, module, function):
        """The arguments of every call of a CMake function in a module, as one list of words."""
        calls = re.findall(rf"^\s*{function}\(([^)]*)\)", self.text(f"src/{module}/CMakeLists.txt"), re.M)
        return " ".join(re.sub(r"#.*", "", call) for call in calls).split()

    def uses(self, module):
        """Content of the module's USES line."""
        words = self.call(module, "csvm_module")
        if "USES" not in words:
            return set()
        after = words[words.index("USES") + 1:]
        return set(after[:after.index("PRIVATE_LIBS")] if "PRIVATE_LIBS" in after else after)


def lines_matching(text, pattern):
    for number, line in enumerate(text.splitlines(), 1):
        found = re.search(pattern, line)
        if found:
            yield number, found


def without_comments_and_strings(text):
    """C++ with the inside of comments and strings blanked, line numbers kept."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"'
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found.group(0)), text, flags=re.S)


def declared_modules(tree):
    """A module includes only modules that its USES line (for a test, also its LIBS) names."""
    for path, module, part in tree.code():
        if module == "app":
            continue
        allowed = tree.uses(module) | {module}
        if part:
            for function in ("csvm_tests", "csvm_bench", "csvm_fuzz"):
                allowed |= {word[6:] for word in tree.call(module, function) if word.startswith("csvm::")}
        for number, found in lines_matching(tree.text(path), r'^\s*#include "csvm/(\w+)\.h"'):
            if found.group(1) not in allowed:
                yield f"{path}:{number}: includes module '{found.group(1)}', which USES does not name"


def private_libraries(tree):
    """A library is included only by the modules that own it."""
    for path, module, part in tree.code():
        for number, found in lines_matching(tree.text(path), r"^\s*#include <([^>]+)>"):
            header = found.group(1)
            if ("/" not in header and "." not in header) or POSIX_HEADER.match(header):
                continue
            owners = next((who for known, who in LIBRARY_OWNERS.items() if re.match(known, header)), None)
            if owners is None:
                yield f"{path}:{number}: <{header}> is of no library that LIBRARY_OWNERS knows"
            elif not owners & {"*", module, part}:
                yield f"{path}:{number}: <{header}> may be included only in {', '.join(sorted(owners))}"


def coroutines_at_the_edge(tree):
    """Coroutines stay in server, receiver, api and app."""
    for path, module, _ in tree.code():
        if module in {"server", "receiver", "api", "app"}:
            continue
        text = without_comments_and_strings(tree.text(path))
        for number, found in lines_matching(text, r"\b(co_await|awaitable)\b"):
            yield f"{path}:{number}: '{found.group(1)}' outside server, receiver, api and app"


def passed_in_time_and_chance(tree):
    """Nobody but base and app reads a clock, sleeps or makes random numbers; benchmarks may."""
    for path, module, part in tree.code():
        if module in {"base", "app"} or part == "bench":
            continue
        text = without_comments_and_strings(tree.text(path))
        for number, found in lines_matching(text, r"\b(sleep_for|sleep_until)\b|::now\(|\brandom_device\b"):
            yield f"{path}:{number}: '{found.group(0)}' outside base and app: have it passed in"


def names_with_a_subject(tree):
    """No file or folder is called util, common, helper, misc, manager or types."""
    seen = set()
    for path in tree.files:
        for depth, part in enumerate(path.split("/"), 1):
            place = "/".join(path.split("/")[:depth])
            if place in seen or DATA_FOLDERS.search(place):
                continue
            seen.add(place)
            for word in re.split(r"[_.\-]", part.lower()):
                if re.match(r"(util|common|helper|misc|manager)|types$", word):
                    yield f"{place}: '{word}' names no subject"


def file_sizes(tree):
    """No source above 600 lines, no public header above 300."""
    for path in tree.sources():
        limit = MAX_HEADER_LINES if "/include/csvm/" in path else MAX_LINES
        lines = tree.text(path).count("\n")
        if lines > limit:
            yield f"{path}: {lines} lines; the limit is {limit}"


def ascii_sources(tree):
    """Sources are ASCII; other characters are escaped or lie in data files."""
    for path in tree.sources():
        for number, line in enumerate(tree.bytes(path).split(b"\n"), 1):
            if not line.isascii():
                yield f"{path}:{number}: not ASCII"


def nothing_left_to_do(tree):
    """Unfinished work is an issue, not a comment."""
    for path in tree.sources():
        if path.startswith("tools/check_layout"):
            continue
        for number, found in lines_matching(tree.text(path), r"\b(TODO|FIXME|XXX)\b"):
            yield f"{path}:{number}: {found.group(1)}"


def whole_modules(tree):
    """A module has CMakeLists, a README of the usual form, tests, and one header of its name."""
    for module in tree.modules:
        folder = f"src/{module}"
        own = [path for path in tree.files if path.startswith(folder + "/")]
        readme = tree.text(f"{folder}/README.md")
        if f"{folder}/CMakeLists.txt" not in own:
            yield f"{folder}: no CMakeLists.txt"
        if not readme:
            yield f"{folder}: no README.md"
        elif not readme.startswith(f"# {module} "):
            yield f"{folder}/README.md: must begin with '# {module} - what it does'"
        if module == "app":  # has no header; its tests are the golden runs
            continue
        for heading in README_HEADINGS:
            if readme and heading not in readme.splitlines():
                yield f"{folder}/README.md: no heading '{heading}'"
        if not any(re.match(rf"{folder}/tests/\w+_test\.cc$", path) for path in own):
            yield f"{folder}: no tests/*_test.cc"
        headers = [path for path in own if path.startswith(f"{folder}/include/")]
        if headers != [f"{folder}/include/csvm/{module}.h"]:
            yield f"{folder}: include/ must hold csvm/{module}.h and nothing else"
        if module not in tree.order:
            yield f"{folder}: not in CSVM_MODULE_ORDER (cmake/CsvmModule.cmake)"


def modules_in_the_documents(tree):
    """ARCHITECTURE.md has a heading and src/README.md a line for each module, in their order."""
    expected = [name for name in [*tree.order, "app"] if name in tree.modules]
    section = re.search(r"^## Modules.*?$(.*?)(?=^## |\Z)", tree.text("ARCHITECTURE.md"), re.M | re.S)
    headings = re.findall(r"^### (\w+)$", section.group(1), re.M) if section else []
    listed = re.findall(r"^\| \[?`?(\w+)`?\]?(?:\([^)]*\))? \|", tree.text("src/README.md"), re.M)
    for document, names in (("ARCHITECTURE.md", headings), ("src/README.md", listed)):
        names = [name for name in names if name not in {"Module", "module"}]
        for name in expected:
            if name not in names:
                yield f"{document}: says nothing of src/{name}"
        for name in names:
            if name not in tree.modules:
                yield f"{document}: names '{name}', but there is no src/{name}"
        if set(names) == set(expected) and names != expected:
            yield f"{document}: modules are not in the order of CSVM_MODULE_ORDER"


def explained_test_data(tree):
    """Every file of test data and every sample has a line in the README of its folder."""
    for path in tree.files:
        found = re.match(r"(.*?tests/data|samples)/(.+)$", path)
        if found and found.group(2) != "README.md":
            folder, name = found.groups()
            if f"`{name}`" not in tree.text(f"{folder}/README.md"):
                yield f"{path}: no line in {folder}/README.md (origin, what is odd about it)"


def true_references(tree):
    """What documents link to, and the source files that they name, exist."""
    for path in tree.files:
        # Decisions and the changelog tell of their own day.
        if not path.endswith(".md") or path.startswith("docs/adr/") or path == "CHANGELOG.md":
            continue
        here = Path(path).parent
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            named = re.findall(r"`([\w./-]+\.(?:cc|h|py|sh|cmake))`", line)
            linked = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", line)
            for target in [*named, *linked]:
                places = [here / target, here / "include/csvm" / target, Path(target)]
                if not any((tree.root / place).exists() for place in places):
                    yield f"{path}:{number}: '{target}' does not exist"


# What each folder or file of web/src may import, besides libraries.
PAGE_ORDER = ["state", "show", "api", "work", "components", "main"]
PURE_PAGE_FOLDERS = {"state", "show"}
PAGE_EXPRESSION = re.compile(r"[\w$.]+(\([\w$., ']*\))?")


def layers_of_the_page(tree):
    """web/src imports only what stands before it: state, show <- api <- work <- components <- main."""
    for path in tree.files:
        if not re.match(r"web/src/.*\.js$", path):
            continue
        layer = path.split("/")[2].removesuffix(".js")
        layer = "work" if layer == "navigation" else layer
        for number, found in lines_matching(tree.text(path), r"^import .*?'([^']+)'|^} from '([^']+)'"):
            target = found.group(1) or found.group(2)
            if not target.startswith("."):
                if layer in PURE_PAGE_FOLDERS:
                    yield f"{path}:{number}: imports '{target}': state and show are pure"
                continue
            place = os.path.normpath(os.path.join(os.path.dirname(path), target))
            other = place.split("/")[2].removesuffix(".js")
            other = "work" if other == "navigation" else other
            if other in PAGE_ORDER and PAGE_ORDER.index(other) > PAGE_ORDER.index(layer):
                yield f"{path}:{number}: imports '{target}', which stands after it"


def inert_markup(tree):
    """The page's markup holds no script or style, and its attributes only names and calls."""
    for path in tree.files:
        if not re.match(r"web/(index|src/.*)\.html$", path):
            continue
        text = re.sub(r'<script type="module" src="[^"]*"></script>', "", tree.text(path))
        for number, found in lines_matching(text, r"<script|<style|\sstyle=|\son\w+=|x-html"):
            yield f"{path}:{number}: '{found.group(0).strip()}': markup is inert"
        for number, line in enumerate(text.splitlines(), 1):
            for name, value in re.findall(r'\s(x-[\w-]+|:[\w-]+|@[\w.:-]+)="([^"]*)"', line):
                if name == "x-for":
                    value = re.sub(r"^\w+ in ", "", value)
                if not PAGE_EXPRESSION.fullmatch(value):
                    yield f"{path}:{number}: {name}=\"{value}\": names and calls only; logic goes to a module"


def silent_libraries(tree):
    """No module above jobs prints or ends the program (looked up in the built libraries)."""
    if tree.build is None:
        return
    loud = re.compile(
        r"\s[UV] (std::(cout|cerr|clog)\b|fmt::v\d+::vprint|stdout|stderr|"
        r"(__)?v?f?printf(_chk)?\b|puts|putchar|fputs|perror|(_|quick_)?exit)(?![\w:])")
    above = tree.order[:tree.order.index("jobs")] if "jobs" in tree.order else tree.order
    for module in above:
        if not tree.call(module, "csvm_module"):
            continue
        archives = list(tree.build.glob(f"src/{module}/libcsvm_{module}.a"))
        if not archives:
            yield f"src/{module}: {tree.build}/src/{module}/libcsvm_{module}.a is not built"
            continue
        listing = subprocess.run(["nm", "-C", "--undefined-only", str(archives[0])], check=True,
                                 capture_output=True, text=True).stdout
        member = ""
        for line in listing.splitlines():
            if line.endswith(":"):
                member = line[:-1]
            found = loud.search(line)
            if found:
                yield f"src/{module}: {member} refers to '{found.group(1)}': only jobs and later may"


RULES = [
    declared_modules, private_libraries, coroutines_at_the_edge, passed_in_time_and_chance,
    names_with_a_subject, file_sizes, ascii_sources, nothing_left_to_do, whole_modules,
    modules_in_the_documents, explained_test_data, true_references,
    layers_of_the_page, inert_markup, silent_libraries,
]


def problems_of(root, build=None):
    tree = Tree(root, build)
    return [problem for rule in RULES for problem in rule(tree)]


def main():
    parser = argparse.ArgumentParser(description="Checks the rules of the tree.")
    parser.add_argument("root")
    parser.add_argument("--libraries", metavar="BUILD", help="build folder with libcsvm_*.a")
    arguments = parser.parse_args()
    problems = problems_of(arguments.root, arguments.libraries)
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{len(RULES)} rules, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
