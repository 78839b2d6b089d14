"""A row of the benchmark as data: cases with our spread, peers beside it and targets, which bench.py prints, results.json keeps and
page.py shows. All of it is plain enough for JSON."""
import dataclasses

import measure


@dataclasses.dataclass
class Target:
    """A figure that must be reached (land) and one that we want (aim); at_most: less is better."""
    what: str
    value: float
    land: float
    aim: float = None
    unit: str = ""
    at_most: bool = False
    reached: str = ""  # "aim", "land" or "missed"

    def __post_init__(self):
        self.reached = "aim" if self.aim is not None and self.holds(self.aim) else "land" if self.holds(self.land) else "missed"

    def holds(self, limit):
        return self.value <= limit if self.at_most else self.value >= limit


@dataclasses.dataclass
class Peer:
    name: str
    version: str
    spread: measure.Spread
    ratio: measure.Spread  # how many times as good ours is, pair by pair
    note: str = ""


@dataclasses.dataclass
class Growth:
    """Seconds over sizes, and their exponent: 1 is linear."""
    unit: str
    points: list
    exponent: float


@dataclasses.dataclass
class Case:
    what: str
    unit: str
    ours: measure.Spread
    less_is_better: bool = False
    basis: str = "clock"  # of which time: "clock", or "processor" over all processes
    peers: list = dataclasses.field(default_factory=list)
    targets: list = dataclasses.field(default_factory=list)
    memory_mb: dict = dataclasses.field(default_factory=dict)  # most of each process by name, "together" of all at one time
    growth: Growth = None
    note: str = ""
    profile: list = dataclasses.field(default_factory=list)    # [share, function] where the time goes
    busy: list = dataclasses.field(default_factory=list)       # a command in which the time goes as it does here

    def peer(self, name):
        return next((peer for peer in self.peers if peer.name == name), None)

    def wants(self, land, aim=None, unit=None, what="", at_most=None):
        """The figure itself has a target."""
        at_most = self.less_is_better if at_most is None else at_most
        self.targets.append(Target(what or self.what, self.ours.median, land, aim, self.unit if unit is None else unit, at_most))
        return self

    def wants_times(self, name, land, aim=None):
        """So many times as good as a peer, if it was measured."""
        if self.peer(name):
            self.targets.append(Target("times " + name, self.peer(name).ratio.median, land, aim, "times"))
        return self

    def wants_memory(self, land_mb, process="together"):
        if self.memory_mb:
            self.targets.append(Target("memory", self.memory_mb[process], land_mb, None, "MB", True))
        return self


def case_of(what, unit, values, failed, versions, less_is_better=False, basis="clock", note=""):
    """Of measure.in_turns: the first contender is ours, the others are peers."""
    names = list(values)
    if not names or "ours" != names[0]:
        raise measure.Failed(failed.get("ours", "nothing was measured"))
    case = Case(what, unit, measure.Spread.of(values["ours"]), less_is_better, basis, note="; ".join([note] * bool(note) +
        ["%s was not measured: %s" % one for one in failed.items()]))
    for name in names[1:]:
        pair = (values[name], values["ours"]) if less_is_better else (values["ours"], values[name])
        case.peers.append(Peer(name, versions.get(name, ""), measure.Spread.of(values[name]), measure.ratio(*pair)))
    return case


def memory_of(watch):
    return {**{name: round(size, 1) for name, size in sorted(watch.most.items())}, "together": round(watch.together, 1)}
