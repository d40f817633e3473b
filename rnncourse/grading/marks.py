"""What became of a submission, as plain data."""

from dataclasses import asdict, dataclass, field
from typing import Any, Self

GRADED, UNGRADABLE, INFRASTRUCTURE = "graded", "ungradable", "infrastructure error"


@dataclass
class Mark:
    """What one exercise was worth, and why.

    ``state`` is ``correct``, ``partly correct``, ``wrong`` or ``not attempted``.
    """

    function: str
    points: float
    out_of: float
    state: str
    cases: dict[str, str] = field(default_factory=dict)  # name: "" or what is wrong
    mistake: str = ""
    hint: str = ""
    cluster: str = ""
    followed: bool = False
    error: str = ""
    printed: str = ""

    def told(self) -> dict[str, str]:
        """Return ``cases``; as a single one, where the same is wrong in all of them."""
        wrong = set(self.cases.values())
        if len(self.cases) > 1 and len(wrong) == 1 and "" not in wrong:
            return {"every case": wrong.pop()}
        return self.cases

    def faults(self) -> list[str]:
        """Return what is wrong, a line for each case."""
        return [f"{case}: {wrong}" for case, wrong in self.told().items() if wrong]


@dataclass
class Result:
    """What became of one submission; ``status`` is one of the three words above."""

    status: str
    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problem: str = ""

    @property
    def points(self) -> float:
        """Return the sum of the marks."""
        return round(sum(mark.points for mark in self.marks), 2)

    def plain(self) -> dict[str, Any]:
        """Return this as plain data."""
        return asdict(self)

    @classmethod
    def from_plain(cls, data: dict[str, Any]) -> Self:
        """Make a result of what :meth:`plain` gave."""
        return cls(**{**data, "marks": [Mark(**mark) for mark in data["marks"]]})
