"""Names of what our forms send beside the answers.

No question has them: ids of questions have no hyphen, and `forms` reserves the two older names.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MARK: Final = "voor"
"""Carries `Visit.mark`: for which code the form was made."""
STATE: Final = "stand-toen"
"""Carries `Visit.state`: from which kept answers it was made."""
TYPED_IN: Final = "getypt-in"
"""Carries the language in which a page was filled in that is shown once more in another."""
SWITCH: Final = "andere-taal"
"""The buttons that go on in another language; looked at before each of the others."""
REVIEW: Final = "controle"
"""Value of `?van=` on a page that was opened from the review."""
PARTLY: Final = "deels"
"""Value of `?bewaard=` on the page that says that a page was closed, where not all was kept."""


class Button(StrEnum):
    """What was pressed, by the name that is sent."""

    NEXT = ""
    BACK = "vorige-vraag"
    STOP = "stoppen"
    CLEAR = "keuze-wissen"
    LEAVE = "te-lang-weg"
    """Pressed by the page itself, when nobody did anything for too long."""


INSISTS: Final = "2"
"""Value of the way back on a page that shows what is wrong: pressed by who knows of it."""
