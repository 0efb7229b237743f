"""Collections of estimates and of changes, with the covariance they carry."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from analysis import display
from analysis.results import TOTAL, ChangeEstimate, Estimate, read_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from analysis.cells import Cells
    from analysis.composition import Composition
    from analysis.contrast import Contrast
    from analysis.overlap import Overlap
    from analysis.quantity import Quantity, QuantityOf
    from analysis.trend_results import Breaks, Trend
    from analysis.verdicts import Rules

_MEAN_COLUMNS = ("wave", "key", "value", "se", "low", "high", "df", "n", "deff", "reason")
_CHANGE_COLUMNS = (
    *("key", "value", "se", "low", "high", "df", "p", "p_adjusted", "detectable"),
    *("verdict", "reason"),
)


@dataclass(frozen=True, repr=False, kw_only=True)
class Estimates(display.Tabular):
    """Estimates by domain and wave, with the covariance of each wave's domains.

    Attributes
    ----------
    name
        What is estimated, such as ``mean of rapportcijfer``.
    rows
        An estimate for every wave and domain, waves in order and domains sorted within.
    totals
        An estimate over all answers for every wave.
    covariance
        By wave: square matrix over that wave's `rows` and then its total.
    design_df
        By wave: degrees of freedom of the whole design, for comparison. R: ``degf(design)``.
    confidence, interval
        Coverage and method of the intervals.
    p, centre
        Of quantiles: the share at or below them, and what their intervals are about; see
        `analysis.quantile.quantiles`. None for anything else.
    notes
        What a reader must know of the method, in sentences.
    cells, quantity, condensed
        What the estimates were made of: what `change`, `contrast` and `explain` look at. The last
        is `analysis.condense.condense` of the first two.
    """

    name: str
    rows: tuple[Estimate, ...]
    totals: tuple[Estimate, ...]
    covariance: dict[str, NDArray[np.float64]] = field(compare=False)
    design_df: dict[str, int] = field(default_factory=dict)
    confidence: float = 0.95
    interval: str = "t"
    p: float | None = None
    centre: str = "p"
    notes: tuple[str, ...] = ()
    cells: Cells = field(compare=False)
    quantity: QuantityOf | None = field(default=None, compare=False)
    condensed: tuple[Cells, Quantity] | None = field(default=None, compare=False)

    @property
    def waves(self) -> tuple[str, ...]:
        """The waves, in order."""
        return tuple(total.wave for total in self.totals)

    def total(self, wave: str | int | None = None) -> Estimate:
        """Give the estimate over all answers of a wave; without a wave, of the only one."""
        return self._of_wave(self.totals, wave)[0]

    def of(self, wave: str | int | None = None) -> tuple[Estimate, ...]:
        """Give the rows of a wave; without a wave, of the only one."""
        return self._of_wave(self.rows, wave)

    def wave(self, wave: str | int) -> Estimates:
        """Give the estimates of one wave by themselves, with the design of that wave."""
        name = str(wave)
        rows, totals = self._of_wave(self.rows, name), self._of_wave(self.totals, name)
        here = self.condensed
        if here is not None:
            here = _of_one(here[0], name), here[1].part(here[0].of_waves(name))
        return replace(
            self,
            rows=rows,
            totals=totals,
            covariance={w: v for w, v in self.covariance.items() if w == name},
            design_df={w: df for w, df in self.design_df.items() if w == name},
            cells=_of_one(self.cells, name),
            condensed=here,
        )

    def row(self, key: str | tuple[str, ...], wave: str | int | None = None) -> Estimate:
        """Give one estimate, by its domain (or ``total``) and wave; without a wave, of the only."""
        wanted = read_key(key, self.cells.domains)
        return self.total(wave) if wanted == TOTAL else display.find(self.of(wave), wanted)

    def change(self, before: str | int, after: str | int, **options: Any) -> Changes:
        """Compare two waves; see `analysis.change.change` for the options."""
        from analysis.change import change

        return change(self, str(before), str(after), **options)

    def contrast(self, coefficients: Mapping[Any, float], **options: Any) -> Contrast:
        """Combine estimates linearly; see `analysis.contrast.contrast`. R: ``svycontrast``."""
        from analysis.contrast import contrast

        return contrast(self, coefficients, **options)

    def trend(self, key: str | tuple[str, ...] = TOTAL, **options: Any) -> Trend:
        """Fit a line through three waves or more; see `analysis.series.trend_of`."""
        from analysis.series import trend_of

        return trend_of(self, key, **options)

    def breaks(self, key: str | tuple[str, ...] = TOTAL, **options: Any) -> Breaks:
        """Test every step from wave to wave; see `analysis.series.breaks_of`."""
        from analysis.series import breaks_of

        return breaks_of(self, key, **options)

    def composition(
        self,
        before: str | int,
        after: str | int,
        populations: Mapping[Any, Mapping[str, float]],
        *,
        overlap: Overlap | None = None,
    ) -> Composition:
        """Split the change of the headline; see `analysis.series.composition_of`."""
        from analysis.series import composition_of

        return composition_of(self, before, after, populations, overlap=overlap)

    def joint(self, *, overlap: Overlap | None = None) -> tuple[list[Any], NDArray[np.float64]]:
        """Give the covariance of all domains and waves; see `analysis.contrast.joint`."""
        from analysis.contrast import joint

        keys, found = joint(self, overlap=overlap)
        return keys, found.covariance

    def with_units(self, clusters: str | None) -> Estimates:
        """Estimate again with other sampling units, as a check of sensitivity.

        Parameters
        ----------
        clusters
            A column that the cells keep; None: each answer is a unit of its own.
        """
        from analysis.estimate import estimate

        return estimate(
            self.cells.with_units(clusters),
            self._quantity(),
            name=self.name,
            interval=self.interval,
            confidence=self.confidence,
        )

    def explain(self, key: str | tuple[str, ...] = TOTAL, wave: str | int | None = None) -> str:
        """Tell how one figure came about: design, cells, formula, every df and every reason."""
        from analysis.explain import explain_estimate

        return explain_estimate(self, self.row(key, wave))

    def plot(self, wave: str | int | None = None) -> Any:
        """Draw the estimates of a wave with their margins, as an SVG that notebooks show."""
        from analysis.plot import plot_estimates

        return plot_estimates(self, wave)

    def _records(self) -> tuple[Estimate, ...]:
        return (*self.rows, *self.totals)

    def _shown(self) -> display.Shown:
        return display.Shown(
            title=f"{self.name} ({display.percent(self.confidence)} {self.interval} intervals)",
            tables=[display.table(self._records(), _MEAN_COLUMNS)],
            notes=self.notes,
        )

    def condensed_cells(self) -> tuple[Cells, Quantity]:
        """Give the cells, condensed, and what is estimated of them.

        Raises
        ------
        ValueError
            If the estimates are not of a quantity that can be compared, as quantiles.
        """
        if self.condensed is None:
            raise ValueError(f"the {self.name} cannot be compared or combined: it is no mean")
        return self.condensed

    def _quantity(self) -> QuantityOf:
        if self.quantity is None:
            raise ValueError(f"the {self.name} cannot be compared or combined: it is no mean")
        return self.quantity

    def _of_wave(self, rows: tuple[Estimate, ...], wave: str | int | None) -> tuple[Estimate, ...]:
        if wave is None and len(self.waves) == 1:
            return rows
        if str(wave) not in self.waves:
            asked = "which wave" if wave is None else f"there is no wave {str(wave)!r}"
            raise ValueError(f"{asked}; waves: {', '.join(self.waves)}")
        return tuple(row for row in rows if row.wave == str(wave))


@dataclass(frozen=True, repr=False, kw_only=True)
class Changes(display.Tabular):
    """Changes between two waves: a row a domain, and the total.

    Attributes
    ----------
    adjustment
        How p-values were adjusted for the number of tests.
    overlap
        How the waves hang together; see `analysis.overlap.Overlap`.
    rules
        Who was tested and how.
    estimates
        The estimates that are compared.
    """

    before: str
    after: str
    rows: tuple[ChangeEstimate, ...]
    total: ChangeEstimate
    notes: tuple[str, ...] = ()
    adjustment: str = "holm"
    equivalence: float | None = None
    overlap: Overlap = "none"
    rules: Rules | None = None
    estimates: Estimates = field(compare=False)

    def row(self, key: str | tuple[str, ...]) -> ChangeEstimate:
        """Give the change of one domain, or of all answers: ``total``."""
        wanted = read_key(key, self.estimates.cells.domains)
        return self.total if wanted == TOTAL else display.find(self.rows, wanted)

    def explain(self, key: str | tuple[str, ...] = TOTAL) -> str:
        """Tell how one change came about: both means, what they share, the test, the verdict."""
        from analysis.explain_change import explain_change

        return explain_change(self, self.row(key))

    def plot(self) -> Any:
        """Draw the changes with their margins, as an SVG that notebooks show."""
        from analysis.plot import plot_changes

        return plot_changes(self)

    def _records(self) -> tuple[ChangeEstimate, ...]:
        return (*self.rows, self.total)

    def _shown(self) -> display.Shown:
        return display.Shown(
            title=f"Change {self.before} to {self.after}: {self.estimates.name} "
            f"({display.percent(self.estimates.confidence)} intervals)",
            tables=[display.table(self._records(), _CHANGE_COLUMNS)],
            notes=self.notes,
        )


def _of_one(cells: Cells, wave: str) -> Cells:
    """Give the cells of a wave as those of a survey of one wave."""
    here = cells.part(cells.of_waves(wave))
    return replace(here, waves=(wave,), wave=here.wave * 0)
