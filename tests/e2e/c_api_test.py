"""The C API as it is installed: header, pkg-config, shared and static library, the example, the names it exports."""
import contextlib
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import rig
from rig import ROOT, check, equal, folder

# What programs link against: a name is never taken away, and every new one is written here and into staunch(3).
EXPORTED = """
staunch_detect_close staunch_detect_feed staunch_detect_finish staunch_detect_open
staunch_error_text
staunch_mention_canonical staunch_mention_confidence staunch_mention_end staunch_mention_form staunch_mention_kind
staunch_mention_scheme staunch_mention_start staunch_mention_text
staunch_options_by_line staunch_options_close staunch_options_error staunch_options_format staunch_options_key
staunch_options_mode staunch_options_open staunch_options_own_domain staunch_options_pass_unsearched
staunch_options_policy staunch_options_region staunch_options_rules
staunch_redact_close staunch_redact_feed staunch_redact_finish staunch_redact_open staunch_redact_replaced
staunch_redact_unsearched staunch_redact_unsearched_at
staunch_version
""".split()
# Of the C library: what prints, ends the process or starts another.
NEVER = set("""exit _exit abort __assert_fail _Exit quick_exit raise kill fork execve system popen signal sigaction
printf __printf_chk fprintf __fprintf_chk vfprintf puts putchar fputs fwrite perror stdout stderr syslog socket""".split())
TEXT = b"From: Anna Rossi <anna.rossi@contoso.com>\ncall +39 06 6982 1234\n"


def run(*command, **kwargs):
    done = subprocess.run(command, capture_output=True, timeout=rig.TIMEOUT_S, **kwargs)
    check(done.returncode == 0, "%s: %s" % (" ".join(command)[:200], (done.stdout + done.stderr).decode()[-800:]))
    return done.stdout


@contextlib.contextmanager
def installed():
    """(prefix, what cc needs to link the shared library) of an installation into a folder."""
    with folder() as tmp:
        run("meson", "install", "-C", rig.BUILD, "--no-rebuild", "--destdir", tmp, "--tags", "devel,runtime")
        found = [os.path.join(at, "staunch.pc") for at, _, names in os.walk(tmp) if "staunch.pc" in names]
        equal(len(found), 1, "pkg-config files")
        env = {**os.environ, "PKG_CONFIG_PATH": os.path.dirname(found[0]), "PKG_CONFIG_SYSROOT_DIR": tmp}
        yield os.path.dirname(os.path.dirname(found[0])), env


def flags(env, *options):
    return run("pkg-config", *options, "staunch", env=env).decode().split()


def names(path, *options):
    rows = [line.split() for line in run("nm", *options, path).decode().splitlines()]
    return [re.sub("@.*", "", row[-1]) for row in rows if len(row) > 1]


def compiled(libraries, env, *options):
    out = os.path.join(libraries, "redact_stdin")
    run("cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", ROOT + "/examples/c/redact_stdin.c", "-o", out,
        *flags(env, "--cflags"), *options)
    return out


def the_example_built_against_the_installed_library_redacts_as_the_command_does():
    with installed() as (libraries, env):
        program = compiled(libraries, env, *flags(env, "--libs"))
        env = {**env, "LD_LIBRARY_PATH": libraries}
        want = rig.expect(rig.OK, rig.staunch("redact", stdin=TEXT)).stdout
        check(b"[email_address]" in want and b"rossi" not in want, want)
        equal(run(program, input=TEXT, env=env), want, "the output")
        key = os.path.join(libraries, "key")
        with open(key, "wb") as file:
            file.write(bytes(range(32)))
        tokens = run(program, "text", key, input=TEXT, env=env)
        check(re.search(rb"\[email_address:[B-Z]{16}\]", tokens) is not None, tokens)
        done = subprocess.run([program, "nonsense"], input=TEXT, capture_output=True, env=env)
        check(done.returncode == 1 and b"a format is auto" in done.stderr and done.stdout == b"", done.stderr)
        done = subprocess.run([program], input=bytes(100000), capture_output=True, env=env)
        check(done.returncode == 1 and b"byte 0: bytes that cannot be searched" in done.stderr, done.stderr)


def the_static_library_does_the_same():
    with installed() as (libraries, env):
        private = [flag for flag in flags(env, "--static", "--libs") if flag not in ("-lstaunch",)]
        program = compiled(libraries, env, os.path.join(libraries, "libstaunch.a"), *private)
        check("libstaunch" not in run("ldd", program).decode(), "the shared library is asked for")
        equal(run(program, input=TEXT), rig.staunch("redact", stdin=TEXT).stdout, "the output")


def the_header_stands_alone():
    with installed() as (_, env):
        for standard in ("c99", "c11", "gnu17"):
            run("cc", "-std=" + standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-x", "c", "-",
                *flags(env, "--cflags"), input=b"#include <staunch.h>\nint x = STAUNCH_OK;\n")


def only_the_names_of_the_header_are_exported():
    with open(ROOT + "/include/staunch.h", encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    declared = re.findall(r"STAUNCH_API[^;(]*?\b(staunch_\w+)\s*\(", text)
    equal(sorted(declared), sorted(EXPORTED), "functions of the header")
    with installed() as (libraries, _):
        shared = os.path.join(libraries, "libstaunch.so.0")
        equal(sorted(set(names(shared, "-D", "--defined-only")) - {"STAUNCH_0"}), sorted(EXPORTED), "names of libstaunch.so.0")
        equal(sorted(names(os.path.join(libraries, "libstaunch.a"), "-g", "--defined-only")), sorted(EXPORTED), "names of libstaunch.a")
        check(b"libstaunch.so.0" in run("readelf", "-d", shared), "its soname")


def nothing_in_it_prints_or_ends_the_process():
    with installed() as (libraries, _):
        for library, options in (("libstaunch.so.0", ("-D", "--undefined-only")), ("libstaunch.a", ("-g", "--undefined-only"))):
            asked = set(names(os.path.join(libraries, library), *options))
            check("malloc" in asked, "no malloc in " + library)
            equal(sorted(asked & NEVER), [], "what %s asks the C library for" % library)


def the_manual_page_names_every_function():
    with open(ROOT + "/docs/man/staunch.3", encoding="utf-8") as file:
        page = file.read()
    equal([name for name in EXPORTED if name not in page], [], "functions that staunch(3) lacks")
    for name in re.findall(r"^\.Fn (staunch_\w+)", page, flags=re.M):
        check(name in EXPORTED or name in ("staunch_write", "staunch_found"), name + " is no function")


if __name__ == "__main__":
    rig.run_tests(
        the_example_built_against_the_installed_library_redacts_as_the_command_does,
        the_static_library_does_the_same,
        the_header_stands_alone,
        only_the_names_of_the_header_are_exported,
        nothing_in_it_prints_or_ends_the_process,
        the_manual_page_names_every_function,
    )
