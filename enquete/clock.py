"""The day in the Netherlands: what a wave opens and closes by, wherever the server stands."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def today() -> date:
    """Give the day in the Netherlands."""
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date()
