"""Every row of the table of contract 4, byte offsets included, through `staunch detect`, however the input is cut."""
import json
import os
import subprocess
import time

import rig

# (input, start, end, text, canonical, form); None: nothing is found.
ROWS = [
    ("mail anna.rossi@contoso.com.", 5, 27, "anna.rossi@contoso.com", "anna.rossi@contoso.com", "plain"),
    ("<Anna.Rossi@Contoso.COM>", 1, 23, "Anna.Rossi@Contoso.COM", "anna.rossi@contoso.com", "plain"),
    ("mailto:ops+eu@contoso.com?x=1", 7, 25, "ops+eu@contoso.com", "ops+eu@contoso.com", "plain"),
    ("scrivi a info@bücher.example oggi", 9, 29, "info@bücher.example", "info@xn--bcher-kva.example", "plain"),
    ("XYZ @contoso com", 0, 16, "XYZ @contoso com", "xyz@contoso.com", "obfuscated"),
    ("to mail maria @ fabrikam . it", 8, 29, "maria @ fabrikam . it", "maria@fabrikam.it", "obfuscated"),
    ("(joe [at] contoso [dot] com)", 1, 27, "joe [at] contoso [dot] com", "joe@contoso.com", "obfuscated"),
    ("joe at contoso dot com", 0, 22, "joe at contoso dot com", "joe@contoso.com", "obfuscated"),
    ("luca chiocciola contoso punto it", 0, 32, "luca chiocciola contoso punto it", "luca@contoso.it", "obfuscated"),
    ("zoe arobase contoso point fr", 0, 28, "zoe arobase contoso point fr", "zoe@contoso.fr", "obfuscated"),
    ("x&#64;contoso.com", 0, 17, "x&#64;contoso.com", "x@contoso.com", "encoded"),
    ("u=eve%40contoso.com&v=1", 2, 19, "eve%40contoso.com", "eve@contoso.com", "encoded"),
    ("bob=40contoso.com", 0, 17, "bob=40contoso.com", "bob@contoso.com", "encoded"),
    (r'"anna\u0040contoso.com"', 1, 22, r"anna\u0040contoso.com", "anna@contoso.com", "encoded"),
    (r'"\nanna@contoso.com"', 3, 19, "anna@contoso.com", "anna@contoso.com", "plain"),
    ("dan\uff20contoso.com", 0, 17, "dan\uff20contoso.com", "dan@contoso.com", "encoded"),
    ("ev\u200be@contoso.com", 0, 18, "ev\u200be@contoso.com", "eve@contoso.com", "encoded"),
    ("na me@contoso.com", 3, 17, "me@contoso.com", "me@contoso.com", "plain"),
    ("icon@2x.png pkg@1.2.3 @Override", None, None, None, None, None),
    ("meet at noon. com ports", None, None, None, None, None),
    ("thanks @alice is here", None, None, None, None, None),
]
BLOCKS = (1, 7, 64, 4096, 65536)


def found(done):
    """The mentions; the exit status says whether there are any."""
    mentions = [json.loads(line) for line in done.stdout.decode().splitlines()]
    rig.expect(rig.FOUND if mentions else rig.OK, done)
    return mentions


def fields(mention):
    return tuple(mention[k] for k in ("kind", "start", "end", "text", "canonical", "form"))


def every_row_of_the_table_is_found_as_written():
    wrong = []
    for text, start, end, written, canonical, form in ROWS:
        want = [] if start is None else [("email_address", start, end, written, canonical, form)]
        got = [fields(m) for m in found(rig.staunch("detect", "--format", "text", stdin=text.encode()))]
        if got != want:
            wrong.append("%r: %r, not %r" % (text, got, want))
    rig.check(not wrong, "\n    ".join(wrong))


def every_mention_is_counted_from_confidence_one_half():
    for row in ROWS:
        for mention in found(rig.staunch("detect", "--format", "text", stdin=row[0].encode())):
            rig.check(0.5 <= mention["confidence"] <= 1, "%r: confidence %r" % (row[0], mention["confidence"]))


def a_file_and_standard_input_give_the_same():
    with rig.folder() as out:
        path = os.path.join(out, "rows.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(row[0] for row in ROWS) + "\n")
        with open(path, "rb") as file:
            stdin = file.read()
        rig.equal(found(rig.staunch("detect", path)), found(rig.staunch("detect", stdin=stdin)), "mentions")


def fed_in_blocks(data, size, pause_s):
    process = subprocess.Popen([rig.STAUNCH, "detect", "--format", "text"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    for at in range(0, len(data), size):
        process.stdin.write(data[at:at + size])
        process.stdin.flush()
        if pause_s:
            time.sleep(pause_s)
    out, err = process.communicate(timeout=rig.TIMEOUT_S)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def the_table_cut_into_blocks_gives_the_same_mentions():
    data = "\n\n".join(row[0] + " ." for row in ROWS).encode()
    want = found(rig.staunch("detect", "--format", "text", stdin=data))
    rig.check(len(want) >= 18, "only %d mentions" % len(want))
    for size in (1, 7, 64):
        got = found(fed_in_blocks(data, size, 0.001))
        rig.equal(got, want, "mentions in blocks of %d bytes" % size)


def a_long_input_cut_into_blocks_gives_the_same_mentions():
    filler = "Nothing to see here, 12 lines of it at 10:30. "
    data = "\n".join(row[0] + " ; " + filler * (i % 40) for i in range(30) for row in ROWS).encode()
    rig.check(len(data) > 3 * 65536, "%d bytes are too few" % len(data))
    want = found(rig.staunch("detect", "--format", "text", stdin=data))
    for size in (4096, 65536):
        rig.equal(found(fed_in_blocks(data, size, 0)), want, "mentions in blocks of %d bytes" % size)


def mentions_are_sorted_and_never_overlap():
    data = " ".join(row[0] for row in ROWS).encode()
    end = 0
    for mention in found(rig.staunch("detect", "--format", "text", stdin=data)):
        rig.check(mention["start"] >= end, "%r begins before %d" % (mention, end))
        end = mention["end"]


def offsets_cut_the_text_out_of_the_input():
    data = " / ".join(row[0] for row in ROWS).encode()
    for mention in found(rig.staunch("detect", "--format", "text", stdin=data)):
        rig.equal(data[mention["start"]:mention["end"]].decode(), mention["text"], "bytes at start to end")


def nul_and_broken_utf8_end_a_candidate_and_nothing_else():
    data = b"a\x00b@contoso.com \xff\xfe eve@contoso.com\x00 \xc3 joe@\xc3contoso.com"
    got = [m["canonical"] for m in found(rig.staunch("detect", "--format", "text", stdin=data))]
    rig.equal(got[:2], ["b@contoso.com", "eve@contoso.com"], "addresses")


def an_empty_input_has_no_mentions():
    rig.equal(found(rig.staunch("detect", stdin=b"")), [], "mentions")


rig.run_tests(every_row_of_the_table_is_found_as_written, every_mention_is_counted_from_confidence_one_half,
    a_file_and_standard_input_give_the_same, the_table_cut_into_blocks_gives_the_same_mentions,
    a_long_input_cut_into_blocks_gives_the_same_mentions, mentions_are_sorted_and_never_overlap,
    offsets_cut_the_text_out_of_the_input, nul_and_broken_utf8_end_a_candidate_and_nothing_else,
    an_empty_input_has_no_mentions)
