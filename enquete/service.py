"""What the pages need, in one record on the app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import date

    from enquete.codes import CodeKeys
    from enquete.settings import Settings
    from enquete.store import Store


@dataclass(frozen=True, slots=True)
class Service:
    """Settings, store, keys and clocks, handed in by `enquete.app.create_app`.

    Attributes
    ----------
    today
        Gives the day in the Netherlands.
    now
        Gives the seconds since 1970.
    drawn
        HTML that was drawn before with these settings; see `enquete.pages.drawing`.
    """

    settings: Settings
    store: Store
    keys: CodeKeys
    today: Callable[[], date]
    now: Callable[[], float]
    drawn: dict[Hashable, Any] = field(default_factory=dict)


def service() -> Service:
    """Give the record of the app that handles this request."""
    return cast("Service", current_app.extensions["enquete"])
