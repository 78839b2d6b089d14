"""Charts as SVG, drawn by hand: bars of a figure and its peers with lines where the targets are, and seconds over sizes. Legible in light and
dark, by colour and by shape, with a title and a description for those who do not see them. The same results give the same bytes."""
import math
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, BAR, GAP, TITLE = 760, 210, 180, 16, 6, 24
GROWTH_HEIGHT, TEXT_SIZE = 150, 12
# In the order of use: text, quiet text and lines, ours, others, the targets.
STYLE = """<style>
text{font:%dpx system-ui,-apple-system,"Segoe UI",sans-serif;fill:#1c2024}.quiet{fill:#5a626b}.head{font-weight:600}
.ours{fill:#1664c0}.peer{fill:#9aa4af}.spread{stroke:#1c2024;stroke-width:1}.land{stroke:#a8471c;stroke-width:2}
.aim{stroke:#a8471c;stroke-width:2;stroke-dasharray:4 3}.axis{stroke:#9aa4af;stroke-width:1}.line{stroke:#1664c0;stroke-width:2;fill:none}
.linear{stroke:#9aa4af;stroke-width:1;stroke-dasharray:2 3;fill:none}
@media (prefers-color-scheme:dark){text{fill:#e6e9ec}.quiet{fill:#a3adb8}.ours{fill:#5aa2f0}.peer{fill:#6b7580}.spread{stroke:#e6e9ec}
.land,.aim{stroke:#f0915c}.axis,.linear{stroke:#6b7580}.line{stroke:#5aa2f0}}
</style>""" % TEXT_SIZE


def short(value):
    """A figure in at most four digits that count."""
    if value >= 1e6:
        return "%.3g M" % (value / 1e6)
    if value >= 1000:
        return f"{value:,.0f}"
    return "%.3g" % value


def text(x, y, words, classes="", anchor="start"):
    return '<text x="%.1f" y="%.1f"%s%s>%s</text>' % (x, y, ' class="%s"' % classes if classes else "",
        ' text-anchor="%s"' % anchor if anchor != "start" else "", escape(words))


def line(classes, x1, y1, x2, y2):
    return '<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>' % (classes, x1, y1, x2, y2)


def limits(case):
    """(land, aim) of the figure itself; None where it has none."""
    for target in case["targets"]:
        if target["what"] == case["what"]:
            return target["land"], target["aim"]
    return None, None


def bars(case, top):
    """(lines of SVG, height) of one figure beside its peers."""
    land, aim = limits(case)
    rows = [("staunch", case["ours"], "ours", None)] + [((p["name"] + " " + p["version"]).strip(), p["spread"], "peer", p["ratio"]["median"])
        for p in case["peers"]]
    most = max([row[1]["high"] for row in rows] + [limit for limit in (land, aim) if limit])
    scale = (WIDTH - LEFT - RIGHT) / most
    out = [text(0, top + TITLE - 9, "%s, %s%s" % (case["what"], case["unit"], " (less is better)" if case["less_is_better"] else ""), "head")]
    y = top + TITLE
    for name, spread, classes, times in rows:
        end = LEFT + max(spread["median"] * scale, 1)
        out.append(text(LEFT - 8, y + BAR - 4, name, "" if classes == "ours" else "quiet", "end"))
        out.append('<rect class="%s" x="%d" y="%.1f" width="%.1f" height="%d"/>' % (classes, LEFT, y, end - LEFT, BAR))
        if spread["high"] - spread["low"] > most / 200:
            out.append(line("spread", LEFT + spread["low"] * scale, y + BAR / 2, LEFT + spread["high"] * scale, y + BAR / 2))
        out.append(text(max(end, LEFT + spread["high"] * scale) + 6, y + BAR - 4, short(spread["median"]) + ("" if times is None else
            "  (ours %s times)" % short(times)), "" if classes == "ours" else "quiet"))
        y += BAR + GAP
    for limit, classes in ((land, "land"), (aim, "aim")):
        if limit:
            out.append(line(classes, LEFT + limit * scale, top + TITLE - 4, LEFT + limit * scale, y - GAP + 4))
    if land:
        out.append(text(LEFT, y + 8, "line: %s %s%s" % ("at most" if case["less_is_better"] else "at least", short(land),
            "; broken line: %s, wanted" % short(aim) if aim else ""), "quiet"))
        y += TEXT_SIZE + 6
    return out, y + 12 - top


def growth(case, top):
    """(lines of SVG, height): seconds over sizes, both logarithmic; a straight line at 45 degrees of the dotted kind is linear."""
    grown, points = case["growth"], case["growth"]["points"]
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    span_x, span_y = max(xs) - min(xs), max(max(ys) - min(ys), max(xs) - min(xs))
    bottom, right = top + TITLE + GROWTH_HEIGHT, WIDTH - RIGHT
    place = lambda x, y: (LEFT + (x - min(xs)) / span_x * (right - LEFT - 20) + 10, bottom - 10 - (y - min(ys)) / span_y * (GROWTH_HEIGHT - 20))
    dots = [place(x, y) for x, y in zip(xs, ys)]
    straight = [place(x, ys[0] + x - xs[0]) for x in (xs[0], xs[-1])]
    out = [text(0, top + TITLE - 9, "%s: seconds over %s, both logarithmic; exponent %.2f (dotted: 1, linear)" % (case["what"], grown["unit"],
        grown["exponent"]), "head")]
    out += [line("axis", LEFT, bottom, right, bottom), line("axis", LEFT, top + TITLE, LEFT, bottom)]
    out.append(line("linear", *straight[0], *straight[1]))
    out.append('<polyline class="line" points="%s"/>' % " ".join("%.1f,%.1f" % dot for dot in dots))
    for (x, y), (size, taken) in zip(dots, points):
        out.append('<circle class="ours" cx="%.1f" cy="%.1f" r="4"/>' % (x, y))
        out.append(text(x, y - 9, "%s s" % short(taken), "quiet", "middle"))
        out.append(text(x, bottom + 15, short(size), "quiet", "middle"))
    return out, TITLE + GROWTH_HEIGHT + 30


def told(row):
    """The chart in words."""
    parts = []
    for case in row["cases"]:
        land, aim = limits(case)
        beside = ", ".join("%s %s" % (p["name"], short(p["spread"]["median"])) for p in case["peers"])
        parts.append("%s: %s %s%s%s." % (case["what"], short(case["ours"]["median"]), case["unit"], "; beside it " + beside if beside else "",
            "; target %s%s" % (short(land), ", wanted %s" % short(aim) if aim else "") if land else ""))
        if case["growth"]:
            parts.append("Seconds grow with the power %.2f of the size." % case["growth"]["exponent"])
    return " ".join(parts)


def svg(row):
    """The chart of one row of results."""
    body, top = [], 4
    for case in row["cases"]:
        for draw, wanted in ((bars, True), (growth, case["growth"])):
            if wanted:
                lines, height = draw(case, top)
                body += lines
                top += height
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="t d">' % (
        WIDTH, top, WIDTH, top), '<title id="t">%s</title>' % escape("%s: %s" % (row["name"], row["asks"])), '<desc id="d">%s</desc>' %
        escape(told(row)), STYLE, *body, "</svg>"]) + "\n"
