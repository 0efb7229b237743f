"""What the browser keeps between two pages, in one cookie that ends with the browser.

The cookie is signed, and anyone at that computer can read it: codes stand in it encrypted.
"""

from __future__ import annotations

from flask import session

from enquete.codes import CodeError
from enquete.service import service


def remember_code(code: str) -> None:
    """Keep the code of the resident who begins, and nothing of the one before."""
    _forget("sent", "offer")
    session["code"] = service().keys.seal_code(code)


def remembered_code() -> str | None:
    """Give the code of the resident who is answering; None when there is none."""
    return _opened(session.get("code"))


def offer(text: str) -> None:
    """Keep what the start page will show in the field for the code, once."""
    session["offer"] = service().keys.seal_code(text)


def take_offer() -> str:
    """Give what to show in the field for the code; "" for the next who asks."""
    return _opened(session.pop("offer", None)) or ""


def forget_all() -> None:
    """Leave nothing of a resident behind but the language, and those to choose from."""
    _forget(*(set(session) - {"language", "languages"}))


def mark_sent(*, named: bool | None = None) -> None:
    """Leave that answers were sent, and whether under a name where that is known."""
    forget_all()
    session["sent"] = {"named": named}


def is_sent() -> bool:
    """Say whether answers were sent in this browser, and no other code was entered since."""
    return "sent" in session


def sent_named() -> bool | None:
    """Say whether the answers were sent under a name; None when that is not known."""
    named: bool | None = session.get("sent", {}).get("named")
    return named


def _opened(sealed: str | None) -> str | None:
    try:
        return service().keys.open_code(sealed) if sealed else None
    except CodeError:
        return None


def _forget(*keys: str) -> None:
    for key in keys:
        session.pop(key, None)
