"""Adjustments of the weights of a survey: what is known of the population, applied to cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from analysis.calibration import calibrate, post_stratify, rake
from analysis.margins import Total, check_agreement, design_columns, make_margin
from analysis.projection import Calibration
from analysis.trimming import trim

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from analysis.calibration import Method
    from analysis.cells import Cells
    from analysis.margins import Margin
    from analysis.survey import Survey
    from analysis.weight_report import WeightReport

Name: TypeAlias = str | tuple[str, ...]
"""A column, or columns whose labels are joined with "/"."""

Counts: TypeAlias = Mapping[Any, float]
"""Population counts by label, or by (wave, label) where they differ by wave."""


class Adjustment(Protocol):
    """One step in the making of weights."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the cells must keep apart."""

    def apply(self, cells: Cells) -> Cells:
        """Give the cells with adjusted weights."""


@dataclass(frozen=True)
class PostStratify:
    """Weights that meet one set of counts. R: ``postStratify``."""

    by: Name
    counts: Counts

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the post-strata."""
        return _names(self.by)

    def apply(self, cells: Cells) -> Cells:
        """Post-stratify each wave; see `analysis.calibration.post_stratify`."""

        def weights(here: Cells, margins: Sequence[Margin]) -> NDArray[np.float64]:
            return post_stratify(here.weight, here.n, margins[0])

        note = f"Weights were post-stratified to the population by {_shown(self.by)}."
        return _calibrated(cells, {self.by: self.counts}, weights, note=note)


@dataclass(frozen=True)
class Rake:
    """Weights that meet several sets of counts, by a factor for each label. R: ``rake``.

    Attributes
    ----------
    sweep
        Whether the variance is that of R's ``rake``: it takes unweighted means of the linearised
        values out, margin by margin. By default (as R's ``calibrate(calfun = "raking")``) the
        residuals are those of a weighted regression: Deville & Särndal (1992), §3.
    """

    margins: Mapping[Name, Counts]
    sweep: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of all margins."""
        return tuple(name for margin in self.margins for name in _names(margin))

    def apply(self, cells: Cells) -> Cells:
        """Rake each wave; see `analysis.calibration.rake`."""

        def weights(here: Cells, margins: Sequence[Margin]) -> NDArray[np.float64]:
            return rake(here.weight, here.n, margins)

        note = f"Weights were raked to the population by {_listed(self.margins)}."
        return _calibrated(cells, self.margins, weights, note=note, sweep=self.sweep)


@dataclass(frozen=True)
class Calibrate:
    """Weights that meet counts and totals, as near as can be to what they were. R: ``calibrate``.

    Attributes
    ----------
    totals
        Population totals of columns of numbers; by wave: ``{(wave, column): total}``.
    """

    margins: Mapping[Name, Counts]
    totals: Mapping[Any, float] = field(default_factory=dict)
    method: Method = "linear"
    bounds: tuple[float, float] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of all margins and totals."""
        names = (key[-1] if isinstance(key, tuple) else key for key in self.totals)
        return (*(name for margin in self.margins for name in _names(margin)), *names)

    def apply(self, cells: Cells) -> Cells:
        """Calibrate each wave; see `analysis.calibration.calibrate`."""

        def weights(here: Cells, margins: Sequence[Margin]) -> NDArray[np.float64]:
            return calibrate(
                here.weight,
                here.n,
                margins,
                self._totals(here),
                method=self.method,
                bounds=self.bounds,
            )

        listed = _listed([*self.margins, *dict.fromkeys(self.columns[len(self.margins) :])])
        note = f"Weights were calibrated ({self.method}) to the population by {listed}."
        return _calibrated(cells, self.margins, weights, totals=self._totals, note=note)

    def _totals(self, here: Cells) -> list[Total]:
        wave = _wave(here)
        found = {
            (key[-1] if isinstance(key, tuple) else key): total
            for key, total in self.totals.items()
            if not isinstance(key, tuple) or key[0] == wave
        }
        return [Total(name, here.numbers(name), total) for name, total in found.items()]


@dataclass(frozen=True)
class Trim:
    """Weights within limits, their sum kept. R: ``trimWeights``."""

    low: float | None
    high: float | None
    strict: bool = True
    columns: tuple[str, ...] = ()

    def apply(self, cells: Cells) -> Cells:
        """Trim each wave; see `analysis.trimming.trim`."""
        weight = cells.weight.copy()
        for index in range(len(cells.waves)):
            here = cells.wave == index
            weight[here] = trim(
                weight[here], cells.n[here], low=self.low, high=self.high, strict=self.strict
            )
        limits = " and ".join(
            f"{word} {limit:g}"
            for word, limit in (("at least", self.low), ("at most", self.high))
            if limit is not None
        )
        note = f"Weights were trimmed to {limits}; the rest was spread over the others."
        return replace(cells, weight=weight, adjusted=True, notes=(*cells.notes, note))


def margins_of(cells: Cells, margins: Mapping[Name, Counts]) -> list[Margin]:
    """Tie the population counts of a wave to its cells.

    Raises
    ------
    ValueError
        As `analysis.margins.make_margin` and `analysis.margins.check_agreement`.
    """
    wave = _wave(cells)
    found = [
        make_margin(_shown(name), _labels(cells, name), _of_wave(counts, wave), n=cells.n)
        for name, counts in margins.items()
    ]
    check_agreement(found)
    return found


def report(survey: Survey, rating: str, wave: str | int | None = None) -> WeightReport:
    """Compare the weights of a wave before and after the adjustments of a survey.

    Raises
    ------
    ValueError
        If the survey has no adjustments, the wave is unknown, or none is said and there are more.
    """
    from analysis.weight_report import weight_report

    if not survey.adjustments:
        raise ValueError("the weights of this survey were not adjusted: there is nothing to report")
    after = survey.cells(rating)
    if wave is None and len(after.waves) > 1:
        raise ValueError(f"which wave; waves: {', '.join(after.waves)}")
    kept = tuple(after.kept)
    before = replace(survey, adjustments=()).cells(rating, keep=kept)
    here = after.of_waves(after.waves[0] if wave is None else str(wave))
    base, cells = before.part(here), after.part(here)
    margins = [
        margin
        for step in survey.adjustments
        if not isinstance(step, Trim)
        for margin in margins_of(base, _margins(step))
    ]
    return weight_report(base.weight, cells.weight, base.n, margins, base.y)


def _margins(step: Adjustment) -> Mapping[Name, Counts]:
    if isinstance(step, PostStratify):
        return {step.by: step.counts}
    return step.margins if isinstance(step, Rake | Calibrate) else {}


def _calibrated(
    cells: Cells,
    margins: Mapping[Name, Counts],
    weights: Callable[[Cells, Sequence[Margin]], NDArray[np.float64]],
    *,
    totals: Callable[[Cells], list[Total]] | None = None,
    note: str,
    sweep: bool = False,
) -> Cells:
    """Adjust wave by wave, and keep what the variance needs of it."""
    weight, blocks = cells.weight.copy(), []
    margin: list[int] = []
    for index, here in enumerate(cells.by_wave()):
        inside = cells.wave == index
        known = margins_of(here, margins)
        weight[inside] = weights(here, known)
        x = _labels_of(known) if sweep else None
        if x is None:
            x = design_columns(known, totals(here) if totals else (), n=here.n).x
        block = np.zeros((len(cells.n), x.shape[1]))
        block[inside] = x
        blocks.append(block)
        margin += [place for place, one in enumerate(known) for _ in one.labels]
    if sweep:
        ones = np.ones_like(weight)
        step = Calibration(np.hstack(blocks), ones, weight, np.array(margin, dtype=np.intp))
    else:
        step = Calibration(np.hstack(blocks), cells.weight, weight)
    return replace(
        cells,
        weight=weight,
        calibrations=(*cells.calibrations, step),
        adjusted=True,
        notes=(*cells.notes, note),
    )


def _labels_of(margins: Sequence[Margin]) -> NDArray[np.float64]:
    """Give an indicator of each label of each margin, shape (c, k)."""
    return np.hstack(
        [(m.index[:, None] == np.arange(len(m.labels))).astype(np.float64) for m in margins]
    )


def _labels(cells: Cells, name: Name) -> list[str]:
    parts = [
        [cells.kept[column].labels[i] for i in cells.kept[column].index.tolist()]
        for column in _names(name)
    ]
    return parts[0] if len(parts) == 1 else ["/".join(row) for row in zip(*parts, strict=True)]


def _of_wave(counts: Counts, wave: str) -> dict[str, float]:
    return {
        str(key[-1] if isinstance(key, tuple) else key): count
        for key, count in counts.items()
        if not isinstance(key, tuple) or str(key[0]) == wave
    }


def _wave(cells: Cells) -> str:
    """Give the wave of cells of one wave."""
    return cells.waves[int(cells.wave[0])]


def _names(name: Name) -> tuple[str, ...]:
    return (name,) if isinstance(name, str) else tuple(name)


def _shown(name: Name) -> str:
    return "/".join(_names(name))


def _listed(names: Any) -> str:
    return ", ".join(_shown(name) for name in names)
