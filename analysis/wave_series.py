"""A series of waves as it comes in: checked, with its times and its changes of method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.trend_results import Step

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import ArrayLike, NDArray

_FEWEST = 3
"""Waves of a series: two are a change."""

_ASYMMETRY = 1e-9
"""Difference across the diagonal, as a share of the largest number, that is still rounding."""


@dataclass(frozen=True, eq=False)
class Series:
    """Checked input: t waves with their joint covariance.

    Attributes
    ----------
    values, covariance
        Shapes (t,) and (t, t), as in `analysis.trend.trend`.
    times, names
        When each wave was, shape (t,), and what it is called.
    numeric
        Whether the waves are numbers; otherwise they are 1 apart.
    new_method
        Places of the waves from which another method was used.
    """

    values: NDArray[np.float64]
    covariance: NDArray[np.float64]
    times: NDArray[np.float64]
    names: tuple[str, ...]
    numeric: bool
    new_method: tuple[int, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of the waves, in sentences."""
        notes = [f"From wave {self.names[i]} on another method was used." for i in self.new_method]
        if not self.numeric:
            notes.append("The waves are not numbers: they are taken as equally spaced.")
        return tuple(notes)

    @property
    def columns(self) -> NDArray[np.float64]:
        """Level, line from 0 to 1, and a step for each change of method; shape (t, 2 + steps)."""
        line = (self.times - self.times[0]) / self.span
        later = np.arange(len(self.times))[:, None] >= np.array(self.new_method, dtype=int)
        return np.column_stack([np.ones(len(line)), line, later])

    @property
    def unit(self) -> str:
        """What a slope is per: ``year`` or ``wave``."""
        return "year" if self.numeric else "wave"

    @property
    def span(self) -> float:
        """From the first wave to the last, in that unit."""
        return float(self.times[-1] - self.times[0])

    def step(self, i: int, value: float, df: int) -> Step:
        """Name a change to wave i."""
        return Step(before=self.names[i - 1], after=self.names[i], value=value, df=df)


def read_series(
    values: ArrayLike,
    covariance: ArrayLike,
    times: Sequence[str | float],
    new_method: Collection[str],
) -> Series:
    """Check the input of `analysis.trend.trend` and `breaks`, which say what is wanted.

    Raises
    ------
    ValueError
        See there.
    """
    y, v = np.asarray(values, dtype=float), np.asarray(covariance, dtype=float)
    t = len(times)
    if t < _FEWEST:
        raise ValueError(f"times must be at least {_FEWEST} waves, got {t}")
    for name, array, shape in (("values", y, (t,)), ("covariance", v, (t, t))):
        if array.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, one a wave, got {array.shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite numbers: leave out a wave without an estimate")
    if np.abs(v - v.T).max() > _ASYMMETRY * np.abs(v).max() or np.diag(v).min() < 0:
        raise ValueError("covariance must be symmetric with variances of 0 or more")
    names = tuple(time if isinstance(time, str) else f"{time:.12g}" for time in times)
    numbers = _numbers(names)
    place = np.arange(t, dtype=float) if numbers is None else numbers
    if len(set(names)) < t or np.diff(place).min() <= 0:
        raise ValueError(f"times must increase from wave to wave, got {', '.join(names)}")
    return Series(y, v, place, names, numbers is not None, _marked(names, new_method))


def _marked(names: Sequence[str], new_method: Collection[str]) -> tuple[int, ...]:
    wrong = sorted(set(new_method) - set(names[1:]))
    if wrong:
        raise ValueError(f"new_method must be waves of {', '.join(names[1:])}, got {wrong[0]!r}")
    return tuple(i for i, name in enumerate(names) if name in new_method)


def _numbers(names: Sequence[str]) -> NDArray[np.float64] | None:
    """Read the waves as numbers, or give None; ``2021_1`` is none, though Python reads it."""
    try:
        numbers = np.array([float(name.replace("_", "?")) for name in names])
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None
