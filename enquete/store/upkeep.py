"""What keeps an installation safe: its keys, what must not stay, and failed attempts."""

from __future__ import annotations

import json
from typing import Final

from enquete.codes import CodeKeys
from enquete.errors import ConflictError
from enquete.store import queries
from enquete.store.database import Database

_RING: Final = "key ring"
_EARLIER_WAVES: Final = "waves of earlier keys"


class Upkeep(Database):
    """The keys of codes, the order of rows, drafts without an end, and attempts."""

    # --- keys --------------------------------------------------------------------------------

    def keys(self, secret: bytes, *, adopt: bool = False) -> CodeKeys:
        """Give the keys of this installation, those of earlier secrets included.

        Parameters
        ----------
        secret
            The installation's secret.
        adopt
            Whether a store that knows no key yet takes this one.

        Raises
        ------
        StoreUnavailableError
            If the codes were made with another secret.
        """
        keys = CodeKeys(secret)
        self.require_key(keys.fingerprint(), adopt=adopt)
        ring = self.fact(_RING)
        return keys.with_ring(ring) if ring else keys

    def rotate_key(self, keys: CodeKeys, secret: bytes) -> None:
        """Make new codes with another secret from now on; those that are out still work.

        Raises
        ------
        StoreUnavailableError
            If the store knows another key than these: somebody else changed it.
        """
        after = keys.succeeded_by(secret)
        with self.writing():
            self._claim_key(keys.fingerprint())
            waves = [row["wave"] for row in self._driver.rows(queries.INVITED_WAVES)]
            self._put_fact("key", after.fingerprint())
            self._put_fact(_RING, after.ring())
            self._put_fact(_EARLIER_WAVES, json.dumps(waves))

    def forget_keys(self, keys: CodeKeys, today: str) -> None:
        """Let codes of earlier secrets not work any more.

        Raises
        ------
        ConflictError
            If a wave that was invited with one of them can still be answered.
        StoreUnavailableError
            If the store knows another key than these.
        """
        with self.writing():
            self._claim_key(keys.fingerprint())
            waves = set(json.loads(self.fact(_EARLIER_WAVES) or "[]"))
            for wave in self._driver.rows(queries.WAVES):
                if wave["slug"] in waves and not (wave["closes"] and wave["closes"] < today):
                    raise ConflictError(
                        f"wave {wave['slug']!r} has codes of an earlier secret and is not closed: "
                        "they would stop working"
                    )
            self._put_fact(_RING, keys.without_earlier().ring())
            self._put_fact(_EARLIER_WAVES, "[]")

    # --- what must not stay ------------------------------------------------------------------

    def reshuffle(self) -> None:
        """Rewrite the rows of answers, drafts and codes, so that nothing tells their order.

        Raises
        ------
        StoreBusyError
            If somebody reads an older state for so long that the order cannot be removed.
        """
        self._driver.reshuffle(queries.TRACED)

    def drop_closed_drafts(self, today: str) -> int:
        """Drop the answers that were never sent to waves that are closed, and give their number."""
        with self.writing():
            return len(self._driver.rows(queries.DELETE_CLOSED_DRAFTS, {"today": today}))

    # --- attempts ----------------------------------------------------------------------------

    def attempts(self, slot: int, visitor: str) -> tuple[int, int]:
        """Count the codes that nobody has, typed in a slot of time: by this visitor, and by all.

        The visitor "" is nobody in particular, who has none.
        """
        rows = self._driver.rows(queries.ATTEMPTS, {"slot": slot, "visitor": visitor})
        failed = {row["visitor"]: int(row["failed"]) for row in rows}
        return failed.get(visitor, 0) if visitor else 0, failed.get("", 0)

    def add_attempt(self, slot: int, visitor: str) -> None:
        """Count a code that nobody has, and drop the counts of earlier slots.

        Parameters
        ----------
        visitor
            A mark of the visitor; "" counts it among those of all only.
        """
        with self.writing():
            self._driver.rows(queries.DELETE_ATTEMPTS, {"slot": slot})
            for counted in sorted({"", visitor}):
                self._driver.rows(queries.ADD_ATTEMPT, {"slot": slot, "visitor": counted})

    def purge_attempts(self, slot: int) -> None:
        """Drop the counts of the slots before this one."""
        with self.writing():
            self._driver.rows(queries.DELETE_ATTEMPTS, {"slot": slot})
