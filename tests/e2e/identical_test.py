#!/usr/bin/env python3
"""A slice of `./dev bench identical`: the fast way of the detectors finds what the way byte by byte finds."""
import os
import subprocess
import sys

from rig import BUILD, FULL, ROOT, STAUNCH, check, folder, run_tests, skip

GIB = 2 if FULL else 0.0625


def the_fast_way_finds_what_byte_by_byte_finds_and_a_program_the_same_twice():
    with folder() as keep:
        done = subprocess.run([sys.executable, os.path.join(ROOT, "bench/identical_bench.py"), STAUNCH, "--keep", keep, "--gib", str(GIB),
            "--jobs", "1", "--against", STAUNCH, "--against-mib", "1", "--every", "20"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=3600 if FULL else 600, check=False)
    check(done.returncode == 0, done.stdout[-3000:])
    if "NO FAST WAY" in done.stdout:
        skip("this processor has no AVX2: there is nothing to compare")


def a_text_that_is_found_otherwise_is_told_and_cut_down():
    """The tool itself: what it says of a difference, shown by an engine told to look for less."""
    with folder() as keep:
        listing, text, shown = (os.path.join(keep, name) for name in ("list", "text", "shown"))
        with open(text, "wb") as out:
            out.write(b"nothing here " * 500 + b"write to anna.rossi@contoso.com" + b" or not" * 500)
        with open(listing, "w", encoding="utf-8") as out:
            out.write(text + "\n")
        done = subprocess.run([os.path.join(BUILD, "bench/identical"), "--mib", "0", "--blind", "@", "--out", shown, listing],
            stdout=subprocess.PIPE, text=True, timeout=120, check=False)
        check(done.returncode == 1 and "offset 6509" in done.stdout, done.stdout)
        with open(shown, "rb") as file:
            small = file.read()
        check(b"@" in small and len(small) < 20, small)


if __name__ == "__main__":
    run_tests(the_fast_way_finds_what_byte_by_byte_finds_and_a_program_the_same_twice, a_text_that_is_found_otherwise_is_told_and_cut_down)
