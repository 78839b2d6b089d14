"""One invented value for each published rule of gitleaks, made from the rule's pattern, as it says that such a secret is
written. It measures how many types of secrets are known, not how often they occur."""
import os
import random
import re
import tomllib
from re import _constants as codes
from re import _parser as parser

from documents import DataSet, Document, label

PRINTABLE = "".join(map(chr, range(32, 127)))
MOST_REPEATS = 24


def python_pattern(pattern):
    """The rule's pattern (Go) as Python reads it: flags in front, no class names."""
    pattern = pattern.replace(r"\z", r"\Z").replace("[[:alnum:]]", "[0-9A-Za-z]").replace("[:alnum:]", "0-9A-Za-z")
    pattern = re.sub(r"\\x\{([0-9a-fA-F]{2})\}", r"\\x\1", pattern)
    if "(?i)" in pattern:
        pattern = "(?i)" + pattern.replace("(?i)", "")
    return pattern


class Writer:
    """Writes one text that a pattern matches, and remembers where its first group stands."""

    def __init__(self, rng):
        self.rng, self.out, self.groups = rng, [], {}

    def size(self):
        return sum(map(len, self.out))

    def write(self, tree):
        for code, value in tree:
            getattr(self, "on_" + str(code).lower())(value)

    def on_literal(self, value):
        self.out.append(chr(value))

    def on_not_literal(self, value):
        self.out.append("x" if value != ord("x") else "y")

    def on_any(self, _):
        self.out.append(self.rng.choice("abcdefghkmnpqrstuvwxyz0123456789"))

    def on_in(self, items):
        self.out.append(self.rng.choice(self.members(items)))

    def members(self, items):
        found, negated = set(), False
        for code, value in items:
            if code is codes.NEGATE:
                negated = True
            elif code is codes.LITERAL:
                found.add(chr(value))
            elif code is codes.RANGE:
                found |= {chr(c) for c in range(value[0], min(value[1], 126) + 1)}
            elif code is codes.CATEGORY:
                found |= set(self.category(value))
        pool = sorted(set(PRINTABLE) - found) if negated else sorted(found & set(PRINTABLE)) or sorted(found)
        # A letter or a digit where there is a choice: the rest of a class is what values seldom have.
        return [c for c in pool if c.isalnum()] or pool

    @staticmethod
    def category(value):
        tests = {"DIGIT": str.isdigit, "SPACE": str.isspace, "WORD": lambda c: c.isalnum() or c == "_"}
        name = str(value).replace("CATEGORY_", "")
        test = tests[name.replace("NOT_", "")]
        return [c for c in PRINTABLE if test(c) != name.startswith("NOT_")]

    def on_branch(self, value):
        # The first way that writes something.
        self.write(next((way for way in value[1] if len(way)), value[1][0]))

    def on_subpattern(self, value):
        group, _, _, tree = value
        first = self.size()
        self.write(tree)
        if group:
            self.groups.setdefault(group, (first, self.size()))

    def on_max_repeat(self, value):
        least, most, tree = value
        # Optional things stay away; what must stand there stands as often as it must.
        count = least if least else 0 if most == 1 or most > MOST_REPEATS else 0
        for _ in range(count):
            self.write(tree)

    on_min_repeat = on_possessive_repeat = on_max_repeat

    def on_at(self, value):
        pass

    def on_assert(self, value):
        pass

    on_assert_not = on_atomic_group = on_at


def value_of(rule, tries=50):
    """(text, first, end of the secret) that the rule's own pattern finds, or None."""
    pattern = python_pattern(rule["regex"])
    try:
        tree, compiled = parser.parse(pattern), re.compile(pattern)
    except (re.error, KeyError):
        return None
    for seed in range(tries):
        writer = Writer(random.Random("%s %d" % (rule["id"], seed)))
        try:
            writer.write(tree)
        except (AttributeError, IndexError, KeyError):
            return None
        text = '%s\n' % "".join(writer.out)
        found = compiled.search(text)
        if found:
            return (text,) + (found.span(1) if compiled.groups and found.group(1) else found.span())
    return None


def read(path):
    with open(path, "rb") as file:
        rules = tomllib.load(file)["rules"]
    for rule in rules:
        made = value_of(rule) if "regex" in rule else None
        if made:
            text, first, end = made
            yield Document(rule["id"], "any", text, [label("secret", first, end)], ())


def data_sets(data, algorithms):
    yield DataSet("secret types", "one value for each type that gitleaks has a rule for", (),
        read(os.path.join(data, "secrets/gitleaks.toml")), {"secret"})
