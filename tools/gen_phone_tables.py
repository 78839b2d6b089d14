#!/usr/bin/env python3
"""Turns the facts of libphonenumber's PhoneNumberMetadata.xml into src/detect/phone_plan_tables.c.

    tools/gen_phone_tables.py PhoneNumberMetadata.xml --source "..." >src/detect/phone_plan_tables.c

What stands in the table, and nothing else of the file: which digit strings are national numbers under each country
calling code (a minimal deterministic automaton shared between all codes), the international and national prefixes of
each territory (small programs for the matcher in phone_plan.c), and the rule that rewrites a dialled number.
The output is a pure function of the input. Only the standard library is used.
"""
import argparse
import re
import sys
import xml.etree.ElementTree as ElementTree

DEAD = -1
ALL_DIGITS = 0x3FF
# Kinds of number that make a number valid; noInternationalDialling only qualifies others.
TYPES = ("fixedLine", "mobile", "pager", "tollFree", "premiumRate", "sharedCost", "personalNumber", "voip", "uan",
         "voicemail")


class Pattern:
    """The regular expressions of the metadata: digits, \\d, classes, groups, |, ?, {n} and {n,m}, $."""

    def __init__(self, text):
        self.text, self.at = re.sub(r"\s+", "", text), 0
        self.groups = 0
        self.tree = self.alternatives()
        if self.at != len(self.text):
            raise ValueError("pattern not understood: " + self.text)

    def peek(self):
        return self.text[self.at:self.at + 1]

    def alternatives(self):
        branches = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else ("alt", branches)

    def sequence(self):
        parts = []
        while self.peek() not in ("", "|", ")"):
            atom = self.atom()
            low, high = self.count()
            parts += [atom] * low
            optional = ("seq", [])
            for _ in range(high - low):
                optional = ("alt", [("seq", [atom, optional]), ("seq", [])])
            if high > low:
                parts.append(optional)
        return ("seq", parts)

    def count(self):
        if self.peek() == "?":
            self.at += 1
            return 0, 1
        if self.peek() != "{":
            return 1, 1
        close = self.text.index("}", self.at)
        bounds = self.text[self.at + 1:close].split(",")
        self.at = close + 1
        return int(bounds[0]), int(bounds[-1])

    def atom(self):
        char = self.peek()
        if char == "(":
            capture = not self.text.startswith("(?:", self.at)
            self.at += 1 if capture else 3
            if capture:
                self.groups += 1
            group = self.groups
            inner = self.alternatives()
            if self.peek() != ")":
                raise ValueError("group not closed: " + self.text)
            self.at += 1
            return ("cap", group, inner) if capture else inner
        if char == "[":
            close = self.text.index("]", self.at)
            body, self.at = self.text[self.at + 1:close], close + 1
            return ("set", self.digit_class(body))
        if char == "$":
            self.at += 1
            return ("end",)
        if char == "\\" and self.text[self.at + 1] == "d":
            self.at += 2
            return ("set", ALL_DIGITS)
        if char.isdigit():
            self.at += 1
            return ("set", 1 << int(char))
        raise ValueError("pattern not understood: " + self.text)

    @staticmethod
    def digit_class(body):
        mask = 0
        for low, high in re.findall(r"(\d)(?:-(\d))?", body):
            for digit in range(int(low), int(high or low) + 1):
                mask |= 1 << digit
        return mask


class Automaton:
    """Hash-consed acyclic automata over ten digits: equal languages have equal numbers, so the result is minimal."""

    def __init__(self):
        self.numbers, self.states = {}, []
        self.memo = {}

    def state(self, accepts, row):
        if not accepts and all(target == DEAD for target in row):
            return DEAD
        key = (accepts, row)
        if key not in self.numbers:
            self.numbers[key] = len(self.states)
            self.states.append(key)
        return self.numbers[key]

    def of_pattern(self, text):
        empty, moves = [], []

        def node():
            empty.append([])
            moves.append([])
            return len(empty) - 1

        def build(tree, start):
            if tree[0] == "set":
                end = node()
                moves[start].append((tree[1], end))
                return end
            if tree[0] == "seq":
                for part in tree[1]:
                    start = build(part, start)
                return start
            if tree[0] == "cap":
                return build(tree[2], start)
            end = node()
            for branch in tree[1]:
                first = node()
                empty[start].append(first)
                empty[build(branch, first)].append(end)
            return end

        def closure(nodes):
            seen, stack = set(nodes), list(nodes)
            while stack:
                for target in empty[stack.pop()]:
                    if target not in seen:
                        seen.add(target)
                        stack.append(target)
            return frozenset(seen)

        first = node()
        last = build(Pattern(text).tree, first)
        done = {}

        def determine(nodes):
            if nodes not in done:
                row = []
                for digit in range(10):
                    reached = {end for at in nodes for mask, end in moves[at] if mask >> digit & 1}
                    row.append(determine(closure(reached)) if reached else DEAD)
                done[nodes] = self.state(last in nodes, tuple(row))
            return done[nodes]

        return determine(closure({first}))

    def of_lengths(self, lengths):
        at = DEAD
        for length in range(max(lengths), -1, -1):
            at = self.state(length in lengths, (at,) * 10)
        return at

    def both(self, a, b):
        if a == DEAD or b == DEAD:
            return DEAD
        if a == b:
            return a
        key = ("both", min(a, b), max(a, b))
        if key not in self.memo:
            (accept_a, row_a), (accept_b, row_b) = self.states[a], self.states[b]
            row = tuple(self.both(x, y) for x, y in zip(row_a, row_b))
            self.memo[key] = self.state(accept_a and accept_b, row)
        return self.memo[key]

    def either(self, a, b):
        if a == DEAD or a == b:
            return b
        if b == DEAD:
            return a
        key = ("either", min(a, b), max(a, b))
        if key not in self.memo:
            (accept_a, row_a), (accept_b, row_b) = self.states[a], self.states[b]
            row = tuple(self.either(x, y) for x, y in zip(row_a, row_b))
            self.memo[key] = self.state(accept_a or accept_b, row)
        return self.memo[key]


# Operations of the prefix programs; phone_plan.c has the same numbers.
OP_MATCH, OP_DIGIT, OP_SPLIT, OP_JUMP, OP_SAVE, OP_END = range(6)


def program(text):
    """A backtracking program: 16-bit words, operation in the upper four bits, argument in the lower twelve."""
    code = []

    def emit(operation, argument=0):
        code.append([operation, argument])
        return len(code) - 1

    def build(tree):
        if tree[0] == "set":
            emit(OP_DIGIT, tree[1])
        elif tree[0] == "seq":
            for part in tree[1]:
                build(part)
        elif tree[0] == "cap":
            emit(OP_SAVE, 2 * tree[1])
            build(tree[2])
            emit(OP_SAVE, 2 * tree[1] + 1)
        elif tree[0] == "end":
            emit(OP_END)
        else:
            jumps = []
            for branch in tree[1][:-1]:
                split = emit(OP_SPLIT)
                build(branch)
                jumps.append(emit(OP_JUMP))
                code[split][1] = len(code) - split
            build(tree[1][-1])
            for jump in jumps:
                code[jump][1] = len(code) - jump

    pattern = Pattern(text)
    if pattern.groups > 2:
        raise ValueError("more groups than the matcher holds: " + text)
    build(pattern.tree)
    emit(OP_MATCH)
    return [operation << 12 | argument for operation, argument in code]


def lengths_of(text):
    lengths = set()
    for low, high, one in re.findall(r"\[(\d+)-(\d+)\]|(\d+)", text):
        lengths |= {int(one)} if one else set(range(int(low), int(high) + 1))
    return lengths


def national_numbers(automaton, territory):
    """Valid national numbers of one territory: the general pattern and one type's pattern and lengths."""
    general = automaton.of_pattern(territory.find("generalDesc/nationalNumberPattern").text)
    valid = DEAD
    for kind in TYPES:
        element = territory.find(kind)
        if element is None or element.find("nationalNumberPattern") is None:
            continue
        numbers = automaton.of_pattern(element.find("nationalNumberPattern").text)
        numbers = automaton.both(numbers, automaton.of_lengths(lengths_of(element.find("possibleLengths").get("national"))))
        valid = automaton.either(valid, automaton.both(numbers, general))
    return valid


def pattern_of(element):
    return re.compile(re.sub(r"\s+", "", element.text))


def prefix_expected(territory, formats):
    """Is the national prefix written in the landline and mobile numbers of the territory? Then one without it needs a
    label. `formats` are those of the country calling code."""
    prefix = territory.get("nationalPrefix")
    if prefix is None or prefix == "1":
        return False
    default = territory.get("nationalPrefixFormattingRule", "")
    examples = [e.text.strip() for e in (territory.find(kind + "/exampleNumber") for kind in ("fixedLine", "mobile"))
                if e is not None]
    for example in examples:
        for form in formats:
            leading = form.findall("leadingDigits")
            if leading and not pattern_of(leading[-1]).match(example):
                continue
            if not re.fullmatch(re.sub(r"\s+", "", form.get("pattern")), example):
                continue
            if ("$NP" not in form.get("nationalPrefixFormattingRule", default) or
                    form.get("nationalPrefixOptionalWhenFormatting", territory.get("nationalPrefixOptionalWhenFormatting"))):
                return False
            break
    return bool(examples)


def number_states(automaton, starts):
    """Reachable states numbered from 1 in a fixed order; 0 is the dead state."""
    numbers = {}
    for start in starts:
        stack = [start]
        while stack:
            at = stack.pop()
            if at == DEAD or at in numbers:
                continue
            numbers[at] = len(numbers) + 1
            stack.extend(reversed(automaton.states[at][1]))
    return numbers


def rows(values, per_line, form):
    for at in range(0, len(values), per_line):
        print("\t" + " ".join(form % value + "," for value in values[at:at + per_line]))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("xml")
    arguments.add_argument("--source", required=True, help="name, revision and date of the snapshot")
    options = arguments.parse_args()
    territories = ElementTree.parse(options.xml).getroot().findall("territories/territory")

    automaton, by_code = Automaton(), {}
    for territory in territories:
        code = int(territory.get("countryCode"))
        by_code[code] = automaton.either(by_code.get(code, DEAD), national_numbers(automaton, territory))
    numbers = number_states(automaton, [by_code[code] for code in sorted(by_code)])
    order = sorted(numbers, key=numbers.get)
    if len(order) >= 0x8000:
        sys.exit("too many states for 15 bits")

    code_words, places = [0], {}

    def place(text):
        if not text:
            return 0
        text = re.sub(r"\s+", "", text)
        if text not in places:
            places[text] = len(code_words)
            code_words.extend(program(text))
        return places[text]

    formats, lines = {}, []
    for territory in territories:
        own = territory.findall("availableFormats/numberFormat")
        if own and (territory.get("mainCountryForCode") or territory.get("countryCode") not in formats):
            formats[territory.get("countryCode")] = own
    for territory in sorted(territories, key=lambda t: (t.get("id"), int(t.get("countryCode")))):
        parsing = territory.get("nationalPrefixForParsing") or territory.get("nationalPrefix")
        lines.append('\t{"%s", %s, %s, %d, %d, %s, "%s"},' % (
            territory.get("id"), territory.get("countryCode"),
            "true" if territory.get("mainCountryForCode") or sum(
                t.get("countryCode") == territory.get("countryCode") for t in territories) == 1 else "false",
            place(territory.get("internationalPrefix")), place(parsing),
            "true" if prefix_expected(territory, formats.get(territory.get("countryCode"), [])) else "false", territory.get("nationalPrefixTransformRule", "")))

    print("/*")
    print(" * Numbering plans of %d territories under %d country calling codes. Generated by tools/gen_phone_tables.py; do" %
          (len(territories), len(by_code)))
    print(" * not edit. Facts from %s, Apache-2.0." % options.source)
    print(" */")
    print('#include "detect/phone_plan.h"\n')
    print("/* Per state ten targets; 0 is dead, bit 15 of a target says that the number may end there. */")
    print("const uint16_t phone_plan_states[][10] = {")
    print("\t{0, 0, 0, 0, 0, 0, 0, 0, 0, 0},")
    for at in order:
        row = [0 if t == DEAD else numbers[t] | (0x8000 if automaton.states[t][0] else 0) for t in automaton.states[at][1]]
        print("\t{" + ", ".join(str(value) for value in row) + "},")
    print("};\n")
    print("/* First state under each country calling code; 0 where no territory has it. */")
    print("const uint16_t phone_plan_first_state[1000] = {")
    rows([numbers[by_code[code]] if code in by_code else 0 for code in range(1000)], 20, "%d")
    print("};\n")
    print("/* Prefix programs; see phone_plan.c. */")
    print("const uint16_t phone_plan_programs[] = {")
    rows(code_words, 16, "0x%04x")
    print("};\n")
    print("const struct phone_territory phone_plan_territories[] = {")
    print("\n".join(lines))
    print("};\n")
    print("const size_t phone_plan_territory_count = %d;\n" % len(lines))
    print("/* 1 + the first territory whose national prefix speaks for the country calling code; 0: none. */")
    print("const uint8_t phone_plan_main_territory[1000] = {")
    main_of = {}
    for number, line in enumerate(lines):
        fields = line.split(", ")
        if fields[2] == "true":
            main_of.setdefault(int(fields[1]), number + 1)
    rows([main_of.get(code, 0) for code in range(1000)], 20, "%d")
    print("};")


if __name__ == "__main__":
    main()
