#!/usr/bin/env python3
"""Builds the page (web/) and makes the source file that embeds it in the binary.

    build_page.py WEB_FOLDER OUT_FOLDER

Writes OUT_FOLDER/dist (what Vite makes), OUT_FOLDER/packed (the same, gzip) and, last,
OUT_FOLDER/page_assets.cc, which holds them as csvm::server::Asset. Does nothing when the inputs are
those of the last time, and only one of several at once does it: all presets share the folder.
"""
import base64
import fcntl
import gzip
import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
         ".json": "application/json", ".txt": "text/plain; charset=utf-8"}
SKIPPED = {"node_modules", "tests"}


def fail(sentence):
    sys.exit(f"The page cannot be built: {sentence}")


def digest_of(paths):
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def inputs(web):
    return [path for path in web.rglob("*")
            if path.is_file() and path.relative_to(web).parts[0] not in SKIPPED]


def run(arguments, web, environment=None):
    done = subprocess.run(arguments, cwd=web, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env=environment)
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
        fail(f"'{' '.join(map(str, arguments))}' failed in {web}")


def install(web):
    """`npm ci`, when the lock file is not the one that was installed."""
    stamp = web / "node_modules" / ".installed_lock"
    lock = digest_of([web / "package-lock.json", web / "package.json"])
    if stamp.is_file() and stamp.read_text() == lock:
        return
    npm = shutil.which("npm")
    if npm is None:
        fail("npm is missing; tools/install_dependencies.sh installs it")
    run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], web)
    add_skipped(web, npm)
    stamp.write_text(lock)


def machine_name():
    return {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), "none")


def add_skipped(web, npm):
    """npm leaves out what is optional and needs a newer Node than the system's, such as Debian 12's.
    Vite runs on ours (see `node`), and needs it."""
    libc = "glibc" if platform.libc_ver()[0] == "glibc" else "musl"
    packages = json.loads((web / "package-lock.json").read_text())["packages"]
    for place, package in packages.items():
        is_ours = (package.get("optional") and "linux" in package.get("os", []) and
                   machine_name() in package.get("cpu", []) and libc in package.get("libc", [libc]))
        if not is_ours or (web / place).is_dir():
            continue
        name = place.rsplit("node_modules/", 1)[1]
        with tempfile.TemporaryDirectory() as folder:
            run([npm, "pack", "--silent", "--pack-destination", folder,
                 f"{name}@{package['version']}"], web)
            archive = next(pathlib.Path(folder).iterdir())
            algorithm, _, digest = package["integrity"].partition("-")
            if hashlib.new(algorithm, archive.read_bytes()).digest() != base64.b64decode(digest):
                fail(f"{name} is not the one of package-lock.json")
            with tarfile.open(archive) as tar:
                tar.extractall(folder)
            (web / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(str(pathlib.Path(folder) / "package"), str(web / place))


def node(web):
    """The Node of the lock file, which Vite needs newer than Debian 12's; else the system's."""
    ours = web / "node_modules" / f"node-linux-{machine_name()}" / "bin" / "node"
    return str(ours if ours.is_file() else shutil.which("node") or fail("node is missing"))


def symbol(number, kind, path):
    # No compiler reads the bytes: the assembler puts them into the object file.
    name = f"csvm_page_{number}_{kind}"
    return f'''asm(R"(.pushsection .rodata
.balign 16
.globl {name}, {name}_end
{name}: .incbin "{path}"
{name}_end: .popsection)");
extern "C" const char {name}[], {name}_end[];
'''


def embed(out):
    dist, packed = out / "dist", out / "packed"
    shutil.rmtree(packed, ignore_errors=True)
    symbols, rows = [], []
    for number, path in enumerate(sorted(p for p in dist.rglob("*") if p.is_file())):
        name = path.relative_to(dist).as_posix()
        plain = path.read_bytes()
        small = gzip.compress(plain, 9, mtime=0)
        symbols.append(symbol(number, "plain", path))
        gzip_view = "{}"
        if len(small) < len(plain):
            place = packed / (name + ".gz")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(small)
            symbols.append(symbol(number, "gzip", place))
            gzip_view = f"view(csvm_page_{number}_gzip, csvm_page_{number}_gzip_end)"
        if path.suffix not in TYPES:
            fail(f"no content type is known for {name} (tools/build_page.py)")
        tag = hashlib.sha256(plain).hexdigest()[:32]
        rows.append(f'''      {{"/{name}", "{TYPES[path.suffix]}",
       view(csvm_page_{number}_plain, csvm_page_{number}_plain_end), {gzip_view},
       "\\"{tag}\\"", {"true" if name.startswith("assets/") else "false"}}},
''')
    return f'''// Made by tools/build_page.py.
#include "page.h"

#include <array>

{"".join(symbols)}
namespace csvm::app {{
namespace {{

std::string_view view(const char* begin, const char* end) {{
  return {{begin, static_cast<std::size_t>(end - begin)}};
}}

}}  // namespace

std::span<const server::Asset> page_assets() {{
  static const std::array<server::Asset, {len(rows)}> assets = {{{{
{"".join(rows)}  }}}};
  return assets;
}}

}}  // namespace csvm::app
'''


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    web, out = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    with open(out / ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        source, stamp = out / "page_assets.cc", out / ".inputs"
        now = digest_of(inputs(web) + [pathlib.Path(__file__).resolve()])
        if source.is_file() and stamp.is_file() and stamp.read_text() == now:
            os.utime(source)
            return
        stamp.unlink(missing_ok=True)
        install(web)
        environment = dict(os.environ, CSVM_PAGE_OUT=str(out / "dist"), NODE_ENV="production")
        run([node(web), web / "node_modules/vite/bin/vite.js", "build"], web, environment)
        source.write_text(embed(out), encoding="utf-8")
        stamp.write_text(now)


if __name__ == "__main__":
    main()
