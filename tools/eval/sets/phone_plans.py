"""The example numbers of every numbering plan, written in the ways of the plan. The detector's own tables come from the same
source: this shows that they and the reading of numbers are right, not that the source is."""
from documents import DataSet, Document, label

SENTENCES = {"international": "Please call %s before noon.", "national, region known": "Tel. %s",
    "E.164": "Please call %s before noon."}


def document(name, number, value, why, regions):
    first = SENTENCES[name].index("%s")
    return Document(number, "any", SENTENCES[name] % value, [label("phone_number", first, first + len(value), why)], regions)


def read(plans, name):
    for plan in plans.territories:
        for kind, national in plan.examples:
            here, abroad = plan.written(national)
            if name == "E.164":
                abroad = "+%s%s" % (plan.code, national)
            value = here if name.startswith("national") else abroad
            if value and plan.region.isalpha():
                why = plans.number("+%s%s" % (plan.code, national))
                regions = (plan.region,) if name.startswith("national") else ()
                yield document(name, "%s-%s" % (plan.region, kind), value, why, regions)


def data_sets(data, algorithms):
    for name in SENTENCES:
        yield DataSet("phone plans, " + name, "example numbers of every plan, " + name, {"phone_number"},
            read(algorithms.plans, name), ())
