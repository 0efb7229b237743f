"""The one storage seam: records, the store, and its two drivers."""

from enquete.store.records import (
    Area,
    AreaCode,
    CellRow,
    Dwelling,
    Entry,
    Invitee,
    PopulationRow,
    ReportRow,
    Response,
    Wave,
)
from enquete.store.store import Outcome, Store, is_open, open_store

__all__ = [
    "Area",
    "AreaCode",
    "CellRow",
    "Dwelling",
    "Entry",
    "Invitee",
    "Outcome",
    "PopulationRow",
    "ReportRow",
    "Response",
    "Store",
    "Wave",
    "is_open",
    "open_store",
]
