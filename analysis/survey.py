"""A survey: answers with the design that gave them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.cells import count_cells
from analysis.columns import FileColumns
from analysis.delimited import read_table
from analysis.mean import means

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from analysis.cells import Cells
    from analysis.columns import Columns
    from analysis.design import Design
    from analysis.results import Means


@dataclass(frozen=True, eq=False, repr=False)
class Survey:
    """Answers, one a row or counted, with their design.

    Parameters
    ----------
    columns
        Equally long columns of texts or numbers by name.
    design
        Which columns are strata, clusters, wave and weights.
    count
        Column that says how many answers a row stands for; None: one.

    Examples
    --------
    >>> from analysis import Design, Survey
    >>> survey = Survey({"gemeente": ["Laren", "Laren", "Weesp", "Weesp"], "cijfer": [8, 7, 9, 6]},
    ...                 Design())
    >>> survey.mean("cijfer", by="gemeente").row("Laren").value
    7.5
    """

    columns: Columns
    design: Design
    count: str | None = None

    @classmethod
    def read(cls, path: Path | str, design: Design) -> Survey:
        """Read a delimited file (UTF-8 or Windows-1252; ``;``, ``,`` or tab)."""
        return cls(FileColumns(read_table(path)), design)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, design: Design, *, count: str | None = None) -> Survey:
        """Take the columns of a pandas data frame."""
        return cls({str(name): frame[name].to_numpy() for name in frame.columns}, design, count)

    def __repr__(self) -> str:
        rows = len(next(iter(self.columns.values()), ()))
        return f"Survey({rows} rows, columns {', '.join(self.columns)})"

    def cells(
        self,
        rating: str,
        *,
        by: str | Sequence[str] = (),
        scale: tuple[float, float] | None = None,
    ) -> Cells:
        """Count the answers to cells; see `analysis.cells.count_cells`."""
        names = (by,) if isinstance(by, str) else tuple(by)
        return count_cells(
            self.columns, self.design, rating=rating, by=names, count=self.count, scale=scale
        )

    def mean(
        self,
        rating: str,
        *,
        by: str | Sequence[str] = (),
        scale: tuple[float, float] | None = None,
        confidence: float = 0.95,
    ) -> Means:
        """Estimate the mean answer by domain and wave, and over all; see `analysis.mean.means`.

        Parameters
        ----------
        rating
            Column of the answer.
        by
            Column or columns whose combinations are the domains; empty for the total only.
        scale
            Lowest and highest answer allowed, e.g. ``(1, 10)``.
        """
        return means(self.cells(rating, by=by, scale=scale), confidence=confidence)
