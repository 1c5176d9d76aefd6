#!/usr/bin/env python3
"""What the fork adds to the vtables of a real program: builds it in release mode with stock 1.95.0 and with the fork,
and counts the vtables that the linker kept, and their bytes."""

import argparse
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

# An input section that GNU ld placed: its name in the object file, address and size, on one line or two.
PLACED = re.compile(r"^ \.data\.rel\.ro\S*\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) \S", re.MULTILINE)


def build(package, rustc, target):
    """Builds the package, and returns its program and the linker's map of it."""
    linker_map = os.path.join(target, "map")
    env = dict(os.environ, RUSTC=rustc, RUSTC_BOOTSTRAP="1", CARGO_TARGET_DIR=target)
    env.pop("RUSTUP_TOOLCHAIN", None)
    command = ["cargo", "rustc", "--release", "--locked", "--message-format=json", "--bins"]
    command += ["--manifest-path", os.path.join(package, "Cargo.toml"), "--"]
    # The same linker for both: stock has its own.
    command += ["-Clinker-features=-lld", f"-Clink-arg=-Wl,-Map={linker_map}"]
    built = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True)
    if built.returncode != 0:
        sys.exit(f"error: {package} did not build with {rustc}")
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    programs = [message["executable"] for message in messages if message.get("executable")]
    return programs[-1], linker_map


def sections(program):
    """Name, address, offset in the file and size of each section."""
    listed = subprocess.run(["readelf", "-SW", program], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.findall(r"\] (\.\S+) +\S+ +([0-9a-f]{16}) ([0-9a-f]+) ([0-9a-f]+)", listed)
    return {name: tuple(int(number, 16) for number in numbers) for name, *numbers in found}


def pointers(program):
    """Where the program holds the address of something in itself, and of what."""
    listed = subprocess.run(["readelf", "-rW", program], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.findall(r"^([0-9a-f]+) +\S+ R_X86_64_RELATIVE +([0-9a-f]+)", listed, re.MULTILINE)
    return {int(place, 16): int(value, 16) for place, value in found}


def is_vtable(place, words, points, text):
    """A vtable starts with its drop glue or null, the size, and the alignment."""
    if len(words) < 3 or place + 8 in points or place + 16 in points:
        return False
    start, size = text
    glue = points.get(place)
    no_code = glue is None and words[0] != 0 or glue is not None and not start <= glue < start + size
    alignment = words[2]
    return not no_code and 0 < alignment <= 1 << 29 and alignment & (alignment - 1) == 0


def measure(package, rustc):
    with tempfile.TemporaryDirectory(prefix="vtables-") as target:
        program, linker_map = build(package, rustc, target)
        found, points = sections(program), pointers(program)
        text, (address, offset, length) = found[".text"], found[".data.rel.ro"]
        with open(program, "rb") as file:
            content = file.read()
        count, size = 0, 0
        with open(linker_map) as file:
            placed = file.read().partition("Linker script and memory map")[2]
        for match in PLACED.finditer(placed):
            place, words = int(match[1], 16), int(match[2], 16) // 8
            data = content[offset + place - address :][: words * 8]
            if is_vtable(place, struct.unpack(f"<{words}Q", data), points, (text[0], text[2])):
                count, size = count + 1, size + words * 8
        return {
            "vtables": count,
            "vtable_bytes": size,
            "data_rel_ro": length,
            "text": text[2],
            "file": len(content),
        }


def rustc_of(toolchain):
    found = subprocess.run(["rustup", "which", "--toolchain", toolchain, "rustc"], stdout=subprocess.PIPE, text=True)
    if found.returncode != 0:
        sys.exit(f"error: there is no toolchain {toolchain}")
    return found.stdout.strip()


def main():
    repo = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", help="default: examples/pool and src/fork")
    parser.add_argument("--fork", metavar="RUSTC", help="default: the linked toolchain asyncdrop")
    parser.add_argument("--json", metavar="FILE")
    args = parser.parse_args()
    packages = args.packages or [os.path.join(repo, name) for name in ("examples/pool", "src/fork")]
    stock, fork = rustc_of("1.95.0"), args.fork or rustc_of("asyncdrop")

    print("| program | figure | stock | fork | difference |")
    print("| --- | --- | ---: | ---: | ---: |")
    entries = []
    for package in packages:
        name = os.path.basename(os.path.abspath(package))
        before, after = measure(package, stock), measure(package, fork)
        for figure, value in before.items():
            print(f"| {name} | {figure} | {value} | {after[figure]} | {after[figure] - value:+} |")
        entries.append({"program": name, "stock": before, "fork": after})
    if args.json:
        with open(args.json, "w") as file:
            json.dump(entries, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()
