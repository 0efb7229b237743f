"""A survey: answers with the design that gave them, and the weights they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analysis.columns import FileColumns
from analysis.counting import count_cells
from analysis.estimate import estimate
from analysis.quantity import mean_of, ratio_of, share_name, share_of, total_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analysis.calibration import Method
    from analysis.cells import Cells
    from analysis.columns import Columns
    from analysis.design import Design
    from analysis.estimates import Estimates
    from analysis.quantile import Centre
    from analysis.replicate_estimates import ReplicateSurvey
    from analysis.replicates import ReplicatePlan
    from analysis.sources import Source
    from analysis.weight_report import WeightReport
    from analysis.weighting import Adjustment, Counts, Name

COUNT = "(number of answers)"
"""Name of the column of counts, where a source counted."""


@dataclass(frozen=True, eq=False, repr=False)
class Survey:
    """Answers, one a row or counted, with their design.

    Parameters
    ----------
    columns
        Equally long columns of texts or numbers by name, or a `analysis.sources.Source` that counts
        for itself.
    design
        Which columns are strata, clusters, wave and weights.
    count
        Column that says how many answers a row stands for; None: one.
    adjustments
        What was done to the weights, in order: see `post_stratify`, `rake`, `calibrate`, `trim`.

    Examples
    --------
    >>> from analysis import Design, Survey
    >>> survey = Survey({"gemeente": ["Laren", "Laren", "Weesp", "Weesp"], "cijfer": [8, 7, 9, 6]},
    ...                 Design())
    >>> survey.mean("cijfer", by="gemeente").row("Laren").value
    7.5
    """

    columns: Columns | Source
    design: Design
    count: str | None = None
    adjustments: tuple[Adjustment, ...] = ()

    def __post_init__(self) -> None:
        if self.count is not None and not isinstance(self.columns, Mapping):
            raise ValueError(
                f"a source counts for itself: give it count={self.count!r}, not Survey"
            )

    @classmethod
    def read(cls, path: Path | str, design: Design, *, count: str | None = None) -> Survey:
        """Read a file: delimited text, Parquet, SPSS ``.sav`` or Stata ``.dta``.

        See `analysis.sources.open_source` for what is read how.
        """
        from analysis.sources import open_source

        return cls(open_source(path, count=count), design)

    @classmethod
    def from_frame(cls, frame: Any, design: Design, *, count: str | None = None) -> Survey:
        """Take the columns of a pandas or polars data frame."""
        from analysis.sources import frame_source

        return cls(frame_source(frame, count=count), design)

    def __repr__(self) -> str:
        names = self.columns if isinstance(self.columns, Mapping) else self.columns.names
        return f"Survey(columns {', '.join(names)})"

    def cells(
        self,
        rating: str | None,
        *,
        by: str | Sequence[str] = (),
        keep: str | Sequence[str] = (),
        scale: tuple[float, float] | None = None,
    ) -> Cells:
        """Count the answers to cells, and give these their weights.

        Parameters
        ----------
        rating
            Column of the answer; None: every row counts, for tables of other columns.
        keep
            Other columns that cells may not mix; see `analysis.counting.count_cells`.
        """
        names = _names(by)
        adjusted = [name for step in self.adjustments for name in step.columns]
        kept = tuple(dict.fromkeys([*_names(keep), *adjusted]))
        columns, count = self._counted(rating, names, kept)
        cells = count_cells(
            columns, self.design, rating=rating, by=names, keep=kept, count=count, scale=scale
        )
        for step in self.adjustments:
            cells = step.apply(cells)
        return cells

    def mean(
        self,
        rating: str,
        *,
        by: str | Sequence[str] = (),
        keep: str | Sequence[str] = (),
        scale: tuple[float, float] | None = None,
        interval: str | None = None,
        confidence: float = 0.95,
    ) -> Estimates:
        """Estimate the mean answer by domain and wave, and over all. R: ``svymean``, ``svyby``.

        Parameters
        ----------
        rating
            Column of the answer.
        by
            Column or columns whose combinations are the domains; empty for the total only.
        keep
            Other columns to keep, as another sampling unit for `Estimates.with_units`.
        scale
            Lowest and highest answer allowed, e.g. ``(1, 10)``.
        interval
            Method of the interval; see `analysis.estimate.estimate`.
        """
        cells = self.cells(rating, by=by, keep=keep, scale=scale)
        return estimate(
            cells, mean_of, name=f"mean of {rating}", interval=interval, confidence=confidence
        )

    def total(
        self, rating: str, *, by: str | Sequence[str] = (), confidence: float = 0.95
    ) -> Estimates:
        """Estimate the total of a number over the population. R: ``svytotal``."""
        cells = self.cells(rating, by=by)
        return estimate(cells, total_of, name=f"total of {rating}", confidence=confidence)

    def share(
        self,
        rating: str,
        low: float,
        high: float | None = None,
        *,
        by: str | Sequence[str] = (),
        scale: tuple[float, float] | None = None,
        interval: str = "logit",
        confidence: float = 0.95,
    ) -> Estimates:
        """Estimate the share of answers from `low` to `high`, both included. R: ``svyciprop``.

        ``share(y, 8)`` is of exactly an 8; ``share(y, 8, math.inf)`` of an 8 or higher, which is
        ``--from 8`` of the command.

        Parameters
        ----------
        high
            None: `low`, so that only answers of exactly that count.
        interval
            ``logit``, ``wilson``, ``beta`` (Clopper-Pearson with the effective n), ``likelihood``,
            ``asin`` or ``t``; see `analysis.share_intervals.share_interval`.
        """
        last = low if high is None else high
        if not last >= low:
            raise ValueError(f"a share is of answers from low to high, got {low:g} to {last:g}")
        return estimate(
            self.cells(rating, by=by, scale=scale),
            share_of(low, last),
            name=share_name(rating, low, last),
            interval=interval,
            confidence=confidence,
        )

    def shares(
        self,
        rating: str,
        *,
        by: str | Sequence[str] = (),
        scale: tuple[float, float] | None = None,
        interval: str = "logit",
        confidence: float = 0.95,
    ) -> dict[float, Estimates]:
        """Estimate the share of each answer that was given, by the answer."""
        cells = self.cells(rating, by=by, scale=scale)
        marks = sorted(set(cells.y[cells.answered].tolist()))
        return {
            mark: estimate(
                cells,
                share_of(mark, mark),
                name=share_name(rating, mark, mark),
                interval=interval,
                confidence=confidence,
            )
            for mark in marks
        }

    def ratio(
        self, rating: str, over: str, *, by: str | Sequence[str] = (), confidence: float = 0.95
    ) -> Estimates:
        """Estimate the total of one column over that of another. R: ``svyratio``."""
        cells = self.cells(rating, by=by, keep=over)
        return estimate(cells, ratio_of(over), name=f"{rating} over {over}", confidence=confidence)

    def quantile(
        self,
        rating: str,
        p: float = 0.5,
        *,
        by: str | Sequence[str] = (),
        scale: tuple[float, float] | None = None,
        centre: Centre = "p",
        confidence: float = 0.95,
    ) -> Estimates:
        """Estimate a quantile, the median by default. R: ``svyquantile``.

        Parameters
        ----------
        centre
            What the interval is about; see `analysis.quantile.quantiles`.
        """
        from analysis.quantile import quantiles

        name = f"quantile {p:g} of {rating}"
        cells = self.cells(rating, by=by, scale=scale)
        return quantiles(cells, p, name=name, centre=centre, confidence=confidence)

    def post_stratify(self, by: Name, counts: Counts) -> Survey:
        """Weight the answers to one set of population counts. R: ``postStratify``.

        Parameters
        ----------
        by
            Column, or columns whose labels are joined with "/".
        counts
            Population by label, or by (wave, label).
        """
        from analysis.weighting import PostStratify

        return self._adjusted(PostStratify(by, counts))

    def rake(self, margins: Mapping[Name, Counts], *, sweep: bool = False) -> Survey:
        """Weight the answers to several sets of counts; see `analysis.weighting.Rake`."""
        from analysis.weighting import Rake

        return self._adjusted(Rake(margins, sweep))

    def calibrate(
        self,
        margins: Mapping[Name, Counts],
        totals: Mapping[Any, float] | None = None,
        *,
        method: Method = "linear",
        bounds: tuple[float, float] | None = None,
    ) -> Survey:
        """Weight the answers to counts and totals; see `analysis.calibration.calibrate`."""
        from analysis.weighting import Calibrate

        return self._adjusted(Calibrate(margins, totals or {}, method, bounds))

    def trim(
        self, *, low: float | None = None, high: float | None = None, strict: bool = True
    ) -> Survey:
        """Keep the weights within limits; see `analysis.trimming.trim`. R: ``trimWeights``."""
        from analysis.weighting import Trim

        return self._adjusted(Trim(low, high, strict))

    def weight_report(self, rating: str, wave: str | int | None = None) -> WeightReport:
        """Tell what the adjustments did to the weights and to the figure of a wave.

        See `analysis.weight_report.weight_report`.
        """
        from analysis.weighting import report

        return report(self, rating, wave)

    def replicated(self, plan: ReplicatePlan) -> ReplicateSurvey:
        """Estimate with replicate weights, as a second route. R: ``as.svrepdesign``.

        Parameters
        ----------
        plan
            `analysis.replicates.Jackknife`, `Bootstrap` or `Given`.
        """
        from analysis.replicate_estimates import ReplicateSurvey

        return ReplicateSurvey(self, plan)

    def _adjusted(self, step: Adjustment) -> Survey:
        return replace(self, adjustments=(*self.adjustments, step))

    def _counted(
        self, rating: str | None, by: Sequence[str], keep: Sequence[str]
    ) -> tuple[Columns, str | None]:
        if isinstance(self.columns, Mapping):
            return self.columns, self.count
        rated = [] if rating is None else [rating]
        names = list(dict.fromkeys([*rated, *by, *keep, *self.design.columns]))
        weights = [self.design.weights] if self.design.weights else []
        numbers = {*rated, *self.design.fpc_columns, *weights}
        columns, n = self.columns.counted(names, numbers=numbers)
        if isinstance(columns, FileColumns):
            return columns.beside(COUNT, n), COUNT
        return {**columns, COUNT: n}, COUNT


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
