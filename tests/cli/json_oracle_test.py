"""The JSON reader against Python's: both accept the same documents, and find the same tokens in them."""
import json
import os
import random
import subprocess

import rig

PROGRAM = os.path.join(rig.BUILD, "tests/unit/base/json_tokens")


class Number(str):
    pass


def refuse(name):
    raise ValueError(name)


DECODER = json.JSONDecoder(object_pairs_hook=lambda pairs: ("object", pairs), parse_int=Number, parse_float=Number,
    parse_constant=refuse)


def spell(text, mark):
    return mark + text.encode("utf-8", "surrogatepass").hex()


def tokens(value, out):
    if isinstance(value, tuple):
        out.append("{")
        for key, member in value[1]:
            out.append(spell(key, "k"))
            tokens(member, out)
        out.append("}")
    elif isinstance(value, list):
        out.append("[")
        for element in value:
            tokens(element, out)
        out.append("]")
    elif isinstance(value, Number):
        out.append(spell(value, "n"))
    elif isinstance(value, str):
        out.append(spell(value, "s"))
    else:
        out.append({True: "t", False: "f", None: "0"}[value])


def expected(document):
    try:
        out = []
        tokens(DECODER.decode(document), out)
        return " ".join(out + ["."])
    except ValueError:
        return "!"


def found(documents, cut):
    given = b"".join(b"%d\n%s" % (len(d.encode("utf-8")), d.encode("utf-8")) for d in documents)
    done = subprocess.run([PROGRAM, str(cut)], input=given, stdout=subprocess.PIPE, check=True, timeout=300)
    for line in done.stdout.decode("ascii").splitlines():
        yield "!" if "!" in line else line.strip()


def one_value(line):
    """What Python calls a document is one value; the reader takes several, or none."""
    depth = values = 0
    for token in line.split():
        if token in "]}":
            depth -= 1
        if depth == 0 and token not in "[{." and token[0] != "k":
            values += 1
        if token in "[{":
            depth += 1
    return values == 1


def text(rng):
    letters = "ab\"\\/\b\n\t\u00e9\u20ac\U0001f600\ud83d\ude00\x7f\u2028 :,{}[]"
    return "".join(rng.choice(letters) for _ in range(rng.randrange(12)))


def value(rng, depth):
    kind = rng.randrange(9 if depth < 5 else 7)
    if kind < 3:
        return text(rng)
    if kind == 3:
        return rng.choice([0, -1, 10**20, 1.5, -2.5e-7, 1e300])
    if kind < 7:
        return [True, False, None][kind - 4]
    if kind == 7:
        return [value(rng, depth + 1) for _ in range(rng.randrange(5))]
    return {text(rng): value(rng, depth + 1) for _ in range(rng.randrange(5))}


def spelled(rng):
    whole = json.dumps(value(rng, 0), indent=rng.choice([None, None, 1, "\t"]), ensure_ascii=rng.random() < 0.5)
    return whole.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def mutated(rng, document):
    bytes_that_matter = "{}[]\",:\\u0123456789abcdef+-.eE tfnr\n\x00\x1f\u00e9"
    out = list(document)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(out) + 1)
        out[at:at + rng.randrange(2)] = rng.choice(["", rng.choice(bytes_that_matter)])
    return "".join(out)


def compare(documents, cut):
    for document, line in zip(documents, found(documents, cut)):
        got = line if one_value(line) else "!"
        rig.equal(got, expected(document), "tokens of %r cut every %d" % (document, cut))


def documents_that_python_writes_are_read_as_it_reads_them():
    rng = random.Random(2019)
    documents = [spelled(rng) for _ in range(4000)]
    for cut in (1, 7, 65536):
        compare(documents, cut)


def what_python_refuses_is_refused_and_the_rest_read_alike():
    rng = random.Random(2022)
    documents = [mutated(rng, spelled(rng)) for _ in range(20000 if not rig.FULL else 200000)]
    compare(documents, 7)


if __name__ == "__main__":
    rig.run_tests(documents_that_python_writes_are_read_as_it_reads_them,
        what_python_refuses_is_refused_and_the_rest_read_alike)
