"""What a reader must know of estimates, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.cells import Cells


def design_notes(cells: Cells) -> tuple[str, ...]:
    """Say what was sampled, what was corrected for, and which answers are in no domain."""
    unit = "single answer"
    if cells.clusters:
        unit = f"cluster ({', then '.join(cells.design.cluster_columns)})"
    notes = [f"The sampling unit is the {unit}, within its stratum and wave."]
    if cells.population:
        notes.append("Weights are dwellings over answers in each stratum (N/n).")
    elif not cells.design.weights:
        notes.append("Every answer has the same weight: no population or weights were given.")
    notes += cells.notes
    corrected = "corrected" if cells.sizes else "not corrected"
    notes.append(f"Margins are {corrected} for the finite population.")
    return (*notes, *_without_domain(cells))


def _without_domain(cells: Cells) -> list[str]:
    outside = cells.answered & (cells.domain < 0)
    if not cells.domains or not outside.any():
        return []
    answers, whole = int(cells.n[outside].sum()), int(cells.n[cells.answered].sum())
    return [
        f"Without an area: {answers} of {whole} answers, whose label is empty. They count in the "
        "total, and in no row."
    ]
