"""What the browser keeps between two pages, in one cookie that ends with the browser.

The cookie is signed, and anyone at that computer can read it: codes stand in it encrypted.
"""

from __future__ import annotations

from typing import Any, Final

from flask import session

from enquete.codes import CodeError
from enquete.service import service

MINUTES: Final = 45
"""How long a resident may be away before the code must be typed again."""
WARNED: Final = 2
"""How many minutes before that the page warns, in a browser with JavaScript."""


def remember_code(code: str) -> None:
    """Keep the code of the resident who begins, and nothing of the one before."""
    _forget("sent", "offer")
    session["code"] = service().keys.seal_code(code)
    touch()


def remembered_code() -> str | None:
    """Give the code of the resident who is answering; None when there is none."""
    return _opened(session.get("code"))


def touch() -> None:
    """Take it that the resident is there now."""
    # By the minute: a cookie that did not change is not sent again.
    if session.get("minute") != _minute():
        session["minute"] = _minute()


def is_expired(*, by_the_page: bool = False) -> bool:
    """Say whether the resident was away for so long that somebody else may be there now.

    `by_the_page` is whether the page counted the time itself, which it does to the second.
    """
    away = _minute() - int(session.get("minute", 0))
    return away >= MINUTES if by_the_page else away > MINUTES


def offer(text: str) -> None:
    """Keep what the start page will show in the field for the code, once."""
    session["offer"] = service().keys.seal_code(text)


def take_offer() -> str:
    """Give what to show in the field for the code; "" for the next who asks."""
    return _opened(session.pop("offer", None)) or ""


def forget_all() -> None:
    """Leave nothing of a resident behind but the language, and those to choose from."""
    _forget(*(set(session) - {"language", "languages"}))


def mark_sent(*, named: bool | None = None, panel: bool = False, receipt: str = "") -> None:
    """Leave that answers were sent, and how, where that is known; `receipt` names nobody."""
    forget_all()
    session["sent"] = {"named": named, "panel": panel, "receipt": receipt}


def is_sent() -> bool:
    """Say whether answers were sent in this browser, and no other code was entered since."""
    return "sent" in session


def sent() -> dict[str, Any]:
    """Give what `mark_sent` left."""
    return dict(session.get("sent", {}))


def _minute() -> int:
    return int(service().now() // 60)


def _opened(sealed: str | None) -> str | None:
    try:
        return service().keys.open_code(sealed) if sealed else None
    except CodeError:
        return None


def _forget(*keys: str) -> None:
    for key in keys:
        session.pop(key, None)
