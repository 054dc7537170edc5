"""What is wrong with the settings, said so that it can be put right.

Exception
|- BadSettings  every problem of an environment at once
`- Wrong        one value cannot be used; inside this package only
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right. *variable* is its name, or the place in a file; no text holds a value.

    Values are left out without exception, because people paste secrets into the wrong variable.
    """

    variable: str
    problem: str
    cure: str

    def __str__(self) -> str:
        return f"{self.variable}: {self.problem}; {self.cure}"


class BadSettings(Exception):
    """The settings cannot be used; printed, it is one line for each of *problems* (at least one)."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Wrong(Exception):
    """A value cannot be used: *problem* and *cure* as in `Problem`."""

    def __init__(self, problem: str, cure: str) -> None:
        super().__init__(f"{problem}; {cure}")
        self.problem = problem
        self.cure = cure
