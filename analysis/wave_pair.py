"""Two planned waves of one area: the standard error and degrees of freedom of their difference."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WavePair:
    """Two planned waves of one area.

    Attributes
    ----------
    answers
        Expected answers in each wave, at least 2; need not be whole.
    sd
        Standard deviation of the answers in each wave, above 0.
    overlap
        Dwellings that answer in both; 0 to the smaller of `answers`.
    correlation
        Of one dwelling's two answers, in [-1, 1]; of no effect without overlap or population. Leave
        it 0 where the waves are anonymous: the analysis cannot use it then.
    deff
        Design effect of both waves, above 0.
    population
        Dwellings in both waves; None: no fpc.
    degrees
        Degrees of freedom; None: units less strata as Enquete tests, ``n1 + n2 - 2`` for two
        independent samples and ``n1 + n2 - overlap - 1`` for overlapping ones (n − 1 for a panel).
    """

    answers: tuple[float, float]
    sd: tuple[float, float]
    overlap: float = 0.0
    correlation: float = 0.0
    deff: float = 1.0
    population: int | None = None
    degrees: float | None = None

    def __post_init__(self) -> None:
        n1, n2 = self.answers
        if min(n1, n2) < 2:
            raise ValueError(f"answers must be at least 2 in each wave, got {n1:g} and {n2:g}")
        if not (min(self.sd) > 0 and self.deff > 0):
            raise ValueError(f"sd and deff must be above 0, got {self.sd} and {self.deff}")
        if not 0 <= self.overlap <= min(n1, n2):
            raise ValueError(f"overlap must be 0 to {min(n1, n2):g}, got {self.overlap:g}")
        if not -1 <= self.correlation <= 1:
            raise ValueError(f"correlation must be between -1 and 1, got {self.correlation}")
        if self.degrees is not None and not self.degrees > 0:
            raise ValueError(f"degrees must be above 0, got {self.degrees}")
        asked = n1 + n2 - self.overlap
        if self.population is not None and asked > self.population * (1 + 1e-12):
            raise ValueError(
                f"population must be at least the {asked:g} that answer, got {self.population}"
            )

    @property
    def se(self) -> float:
        """Standard error of later less earlier, in units of the answer.

        Its square is ``deff (s1² (1/n1 - 1/N) + s2² (1/n2 - 1/N) - 2 rho s1 s2 (n12 / (n1 n2) -
        1/N))``: Cochran (1977), Sampling Techniques, §12.11; Kish (1965), Survey Sampling, §12.4;
        the terms in 1/N from two simple random samples of one population with n12 dwellings in
        both.
        """
        (n1, n2), (s1, s2) = self.answers, self.sd
        rest = 0.0 if self.population is None else 1 / self.population
        shared = self.correlation * s1 * s2 * (self.overlap / (n1 * n2) - rest)
        variance = s1**2 * (1 / n1 - rest) + s2**2 * (1 / n2 - rest) - 2 * shared
        # What is left of a difference of equal terms is no variance.
        negligible = variance < 1e-14 * (s1**2 / n1 + s2**2 / n2)
        return 0.0 if negligible else math.sqrt(self.deff * variance)

    @property
    def df(self) -> float:
        """Degrees of freedom of the test."""
        if self.degrees is not None:
            return self.degrees
        return sum(self.answers) - self.overlap - (1 if self.overlap else 2)
