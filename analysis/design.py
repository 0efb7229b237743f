"""The sample design: which columns say how the answers came to be."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from analysis.delimited import Faults, ParseError, parse_whole, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Lonely: TypeAlias = Literal["adjust", "certainty", "average", "flag", "collapse", "fail"]

COUNT_NAMES = ("n_dwellings", "dwellings", "woningen", "aantal", "population", "N")
"""Names under which the column of counts is found in a population file."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """How the sample was drawn, as names of columns. R: ``svydesign(nest = TRUE)``.

    Parameters
    ----------
    strata
        Column of the stratum within a wave, or the columns that make it together (their labels are
        then joined with "/"). None: one stratum a wave.
    clusters
        Column of the primary sampling unit, or the columns of each stage; labels of later stages
        count within the unit before. None: each answer is a unit of its own (dwellings were drawn).
    wave
        Column of the wave. None: all answers are of one wave, named ``""``.
    weights
        Column of given weights (> 0). None: N_h / n_h where `population` is given, else 1.
    population
        Units of the population by stratum, as ``{stratum: N}`` or ``{(wave, stratum): N}``: gives
        the weights, and the finite population correction when there are no clusters (dwelling
        counts say nothing of how many clusters there are).
    fpc
        Column with the number of sampling units in the population of the stratum (clusters where
        there are clusters), or the columns of each stage: of dwellings in the cluster at the
        second. Without it only the first stage counts. Goes before `population`.
    lonely
        What a stratum with a single unit adds to the variance. ``adjust`` (default): its square
        about the mean of all units, too little where it weighs heavily in a domain; ``certainty``:
        nothing; ``average``: the mean of the other strata; ``fail``: an error. Equals R's
        ``survey.lonely.psu``. Two more: ``flag``, as adjust, but a domain with answers in such a
        stratum gets no margin, and ``collapse``: the stratum is taken together with another of the
        same `collapse`. Whatever is chosen, a domain whose every stratum has one unit has no
        degrees of freedom and gets no margin.
    lonely_share
        With ``flag``: the largest share of a domain's weight, 0 to 1, that strata where a single
        unit has an answer may hold before it gets no margin.
    lonely_domains
        Whether a stratum with one unit in a domain is lonely for that domain too. R:
        ``survey.adjust.domain.lonely``.
    collapse
        Column (the area, say) within which ``lonely="collapse"`` takes strata together.
    nest
        Whether labels of clusters count within their stratum. Else a cluster in two strata of a
        wave is an error: it is either a slip in the data or no stratified sample.
    """

    strata: str | Sequence[str] | None = None
    clusters: str | Sequence[str] | None = None
    wave: str | None = None
    weights: str | None = None
    population: Mapping[str, int] | Mapping[tuple[str, str], int] | None = None
    fpc: str | Sequence[str] | None = None
    lonely: Lonely = "adjust"
    lonely_share: float = 0.0
    lonely_domains: bool = False
    collapse: str | None = None
    nest: bool = False

    def __post_init__(self) -> None:
        if self.lonely not in get_args(Lonely):
            raise ValueError(f"lonely must be one of {get_args(Lonely)}, got {self.lonely!r}")
        if (self.lonely == "collapse") != (self.collapse is not None):
            raise ValueError(
                "lonely='collapse' and collapse=<column> go together: "
                f"got lonely={self.lonely!r}, collapse={self.collapse!r}"
            )
        if not 0 <= self.lonely_share <= 1:
            raise ValueError(f"lonely_share must be from 0 to 1, got {self.lonely_share!r}")
        if len(self.fpc_columns) > len(self.cluster_columns) + 1:
            raise ValueError(
                f"fpc must have at most one column a stage, {len(self.cluster_columns) + 1}, "
                f"got {len(self.fpc_columns)}"
            )
        self._check_population()

    def _check_population(self) -> None:
        if self.population is not None and self.strata is None:
            raise ValueError("population counts are by stratum: strata must name a column")
        for stratum, count in (self.population or {}).items():
            if not (isinstance(count, Real) and float(count).is_integer()):
                raise ValueError(
                    f"population of stratum {stratum!r} must be a whole number, got {count!r}"
                )
            if count < 0:
                raise ValueError(
                    f"population of stratum {stratum!r} must be 0 or more, got {count}"
                )

    @property
    def strata_columns(self) -> tuple[str, ...]:
        """The columns that make the stratum."""
        return _names(self.strata)

    @property
    def cluster_columns(self) -> tuple[str, ...]:
        """The columns of the sampling units, a stage each."""
        return _names(self.clusters)

    @property
    def fpc_columns(self) -> tuple[str, ...]:
        """The columns of the population counts of units, a stage each."""
        return _names(self.fpc)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that the design names."""
        single = (self.wave, self.weights, self.collapse)
        return (
            *self.strata_columns,
            *self.cluster_columns,
            *self.fpc_columns,
            *(name for name in single if name is not None),
        )

    def population_of(self, wave: str, stratum: str) -> int:
        """Give N of a stratum.

        Raises
        ------
        ValueError
            If the population has no such stratum.
        """
        counts: Mapping[object, int] = self.population or {}  # type: ignore[assignment] # keys of either form
        for key in ((wave, stratum), stratum):
            if key in counts:
                return int(counts[key])
        where = f" in wave {wave!r}" if wave else ""
        raise ValueError(f"stratum {stratum!r}{where} has answers but no population count")


def _names(given: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if given is None else (given,) if isinstance(given, str) else tuple(given)


def read_population(
    path: Path | str,
    *,
    strata: str | Sequence[str],
    wave: str | None = None,
    count: str | None = None,
) -> dict[str, int] | dict[tuple[str, str], int]:
    """Read population counts from a delimited file.

    Parameters
    ----------
    strata, wave
        Columns of the stratum (one or more, as in `Design`) and of the wave; without a wave column
        in the file the counts hold for every wave.
    count
        Column of the counts; None looks for one of `COUNT_NAMES`.

    Raises
    ------
    ValueError
        If a column is missing, a count is no whole number of 0 or more, or a stratum stands twice.
    """
    table = read_table(path)
    count = count or next((name for name in COUNT_NAMES if name in table.header), None)
    for name in (*_names(strata), count or "/".join(COUNT_NAMES)):
        if name not in table.header:
            columns = ", ".join(table.header)
            raise ValueError(f"{table.name}: there is no column {name!r}; columns: {columns}")
    parts = [table.columns[name] for name in _names(strata)]
    labels = ["/".join(row) for row in zip(*parts, strict=True)]
    keys: list[Any] = labels
    if wave in table.header:
        keys = list(zip(table.columns[wave], labels, strict=True))
    with Faults(table.name) as faults:
        counts = table.parse(str(count), _count, faults)
        for line, key, times in zip(table.lines, keys, _earlier(keys), strict=True):
            if times:
                faults.add(line, "/".join(_names(strata)), "each stratum once", repr(key))
    return dict(zip(keys, counts, strict=True))


def _count(text: str) -> int:
    number = parse_whole(text)
    if number is None or number < 0:
        raise ParseError("a whole number of 0 or more", text)
    return number


def _earlier(keys: Sequence[object]) -> Iterator[bool]:
    """Say for each key whether it stood before."""
    seen: set[object] = set()
    for key in keys:
        yield key in seen
        seen.add(key)
