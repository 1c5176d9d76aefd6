#!/usr/bin/env python3
"""Build the tool in src/fork and hand it the arguments. All logic is there; `./x.py --help` lists the verbs."""

import os
import shutil
import subprocess
import sys


def ensure_linker():
    """cargo cannot build anything without a C compiler; all else is `setup`'s to look for."""
    if shutil.which("cc"):
        return
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "g++"]
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("setup: installing g++", file=sys.stderr)
        if subprocess.call(["apt-get", "update", "--quiet"], stdout=sys.stderr) == 0:
            if subprocess.call(install, stdout=sys.stderr) == 0:
                return
    sys.exit("error: there is no C compiler\nnext: install g++ (on Debian, as root: apt-get install g++)")


def cache_root(args):
    """The same rule as in src/fork/src/place.rs, needed here for where cargo puts the tool."""
    for i, arg in enumerate(args):
        if arg == "--cache" and i + 1 < len(args):
            return args[i + 1]
        if arg.startswith("--cache="):
            return arg.split("=", 1)[1]
    if os.environ.get("ASYNCDROP_CACHE"):
        return os.environ["ASYNCDROP_CACHE"]
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "asyncdrop")


def main():
    repo = os.path.dirname(os.path.realpath(__file__))
    target = os.path.join(os.path.abspath(cache_root(sys.argv[1:])), "tool")
    try:
        os.makedirs(target, exist_ok=True)
    except OSError as err:
        sys.exit(f"error: the cache folder cannot be written: {err}\nnext: ./x.py --cache DIR …, or set ASYNCDROP_CACHE")
    ensure_linker()
    manifest = os.path.join(repo, "src", "fork", "Cargo.toml")
    build = ["cargo", "build", "--release", "--quiet", "--locked", "--manifest-path", manifest, "--target-dir", target]
    try:
        status = subprocess.call(build)
    except FileNotFoundError:
        sys.exit("error: cargo is not on PATH; Rust 1.95.0 is needed\nnext: rustup toolchain install 1.95.0")
    if status != 0:
        sys.exit(f"error: the tool in src/fork did not build\nnext: {' '.join(build)}")
    tool = os.path.join(target, "release", "asyncdrop-x")
    os.execve(tool, [tool] + sys.argv[1:], dict(os.environ, ASYNCDROP_REPO=repo))


if __name__ == "__main__":
    main()
