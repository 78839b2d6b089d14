"""Texts of the portal: every one in the sources is in po/, in every language, whole, with the same places; nothing else is.
With the gettext tools, as whoever translates uses them."""
import os
import re
import subprocess
import sys

import rig

sys.path.insert(0, os.path.join(rig.ROOT, "tools"))
import po_tables  # noqa: E402

LANGUAGES = ("it", "fr")


def path(language):
    return os.path.join(rig.ROOT, "po/%s.po" % language)


def in_sources():
    with rig.folder() as folder:
        out = os.path.join(folder, "all.pot")
        sources = [os.path.join(rig.ROOT, "src/portal", name) for name in sorted(os.listdir(os.path.join(rig.ROOT, "src/portal")))
            if name.endswith(".c")]
        subprocess.run(["xgettext", "--language=C", "--from-code=UTF-8", "--keyword", "--keyword=T", "--keyword=T_PLURAL:1,2",
            "-o", out, *sources], check=True, capture_output=True)
        return {row[:2] for row in po_tables.entries(out)}


def every_text_of_the_sources_is_translated_and_nothing_else():
    wanted = in_sources()
    rig.check(len(wanted) > 250, "xgettext finds only %d texts" % len(wanted))
    for language in LANGUAGES:
        have = {row[:2] for row in po_tables.entries(path(language))}
        rig.equal(sorted(wanted - have), [], "not in " + language)
        rig.equal(sorted(have - wanted), [], "no longer in the sources, in " + language)


def translations_are_whole_and_have_the_same_places():
    for language in LANGUAGES:
        rows = po_tables.entries(path(language))
        rig.equal(list(po_tables.faults(language, rows)), [], "faults in " + language)
        done = subprocess.run(["msgfmt", "--check-format", "--check-header", "--statistics", "-o", os.devnull, path(language)],
            capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
        rig.check(done.returncode == 0 and re.search(r"\d+ translated messages\.", done.stderr) and "fuzzy" not in done.stderr
            and "untranslated" not in done.stderr, "msgfmt says of %s: %s" % (language, done.stderr))


def the_files_are_as_the_tools_write_them():
    for language in LANGUAGES:
        written = subprocess.run(["msgcat", "--no-wrap", "--sort-output", path(language)], check=True, capture_output=True).stdout
        with open(path(language), "rb") as file:
            rig.check(file.read() == written, "msgcat --no-wrap --sort-output po/%s.po" % language)


def a_text_that_is_missing_fuzzy_or_has_other_places_ends_the_build():
    with rig.folder() as folder:
        with open(path("it"), encoding="utf-8") as file:
            text = file.read()
        for what, old, new in (("missing", 'msgstr "Esci"', 'msgstr ""'), ("fuzzy", 'msgid "Sign out"', '#, fuzzy\nmsgid "Sign out"'),
                ("places", "Contatto: {1}.", "Contatto: {2}."), ("gone", 'msgid "Sign out"', 'msgid "Sign off"')):
            rig.check(old in text, "po/it.po has no " + old)
            with open(folder + "/it.po", "w", encoding="utf-8") as file:
                file.write(text.replace(old, new))
            done = subprocess.run([sys.executable, os.path.join(rig.ROOT, "tools/po_tables.py"), folder + "/out.c", folder + "/it.po",
                path("fr")], capture_output=True, text=True)
            rig.check(done.returncode != 0 and not os.path.exists(folder + "/out.c"), "%s: the table was made" % what)


def no_text_says_what_the_portal_must_not_say():
    """Words of VISUAL that frighten or promise; and no text is left in English by mistake."""
    bad = re.compile(r"\b(may have been affected|might|unfortunately|we take your privacy|safe|secure|please)\b|!", re.I)
    for msgid, plural, *_ in po_tables.entries(path("it")):
        rig.check(not bad.search(msgid + (plural or "")), msgid)
    for language in LANGUAGES:
        same = [row[0] for row in po_tables.entries(path(language)) if row[2][0] == row[0] and len(row[0].split()) > 2]
        rig.equal(same, [], "in English, in " + language)


rig.run_tests(every_text_of_the_sources_is_translated_and_nothing_else, translations_are_whole_and_have_the_same_places,
    the_files_are_as_the_tools_write_them, a_text_that_is_missing_fuzzy_or_has_other_places_ends_the_build,
    no_text_says_what_the_portal_must_not_say)
