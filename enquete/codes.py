"""The resident's code: drawn, shown, read back, hashed, and the key of the draft it opens.

Twelve characters of an alphabet of 27 and a check character of the same alphabet: about 57 bits, so
that guessing 100 codes a second for 30 days against 50,000 live codes finds one with a chance of
0.009 %. The check is a weighted sum modulo 29, a prime above every weight: it catches each single
wrong character and each swap of two. Draws whose check would be 27 or 28 are thrown away, so that
check and code share one alphabet.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from enquete.errors import EnqueteError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.fernet import Fernet

ALPHABET: Final = "23456789ABCDEFGHJKMNPRTWXYZ"
LENGTH: Final = 13
_MODULUS: Final = 29
_SEPARATORS: Final = re.compile(r"[\W_]+")
_LONGEST: Final = 2_000
"""Most characters of a text in which a code is looked for: a link is much shorter."""
_LINK: Final = re.compile(r"://[^/\s]+/(?:\S+/)?c/([^/?#\s]+)", re.IGNORECASE)
_READ_AS: Final = {"S": "5"} | dict(zip("АВЕКМНРСТУХ", "ABEKMHPCTYX", strict=True))
"""What has the look of a character of the alphabet, and is none: the letter S, Cyrillic letters."""
_RECEIPT_DRAWN: Final = 4
_RECEIPT_PROOF: Final = 8
"""Characters of a receipt that are drawn, and that only the secret makes: 38 bits of proof."""
_SEALED_BLOCK: Final = 256
"""Sealed answers are filled up to a multiple of this, so that their length tells little of them."""


class CodeError(EnqueteError):
    """The text is no code: a character, the length or the check character is wrong."""


class Randomness(Protocol):
    """A source of random choices: `secrets.SystemRandom()`, or a seeded one for a demo."""

    def choices(self, population: str, *, k: int) -> list[str]:
        """Draw `k` characters with replacement."""
        ...


def draw_code(random: Randomness) -> str:
    """Draw a code of 12 characters and its check character."""
    while True:
        body = "".join(random.choices(ALPHABET, k=LENGTH - 1))
        check = _check(body)
        if check < len(ALPHABET):
            return body + ALPHABET[check]


def show_code(code: str) -> str:
    """Write a code as in a letter: three groups, 4-4-5."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def read_code(text: str) -> str:
    """Read a code as people type and paste it: any case, with any signs between the characters.

    Signs are all that is no letter or digit, invisible ones included: a code copied from a PDF
    brings soft hyphens, one from a page in Arabic brings direction marks. The letter's whole link
    will do. Digits may be of any script, an S is a 5, and a Cyrillic letter is the Latin one of the
    same look: no code has any of these, so nothing else can be meant.

    Raises
    ------
    CodeError
        If a character is not of the alphabet, the length is not 13, the check does not fit, or
        the text is far longer than a link.
    """
    if len(text) > _LONGEST:  # before looking for a link, which takes the square of the length
        raise CodeError(f"a code stands in at most {_LONGEST} characters, got {len(text)}")
    link = _LINK.search(text)
    code = "".join(map(_meant, _SEPARATORS.sub("", link[1] if link else text)))
    if len(code) != LENGTH:
        raise CodeError(f"a code has {LENGTH} characters, got {len(code)}")
    if not set(code) <= set(ALPHABET):
        raise CodeError("a code has only digits 2 to 9 and letters other than I, L, O, Q, S, U, V")
    if _check(code[:-1]) != ALPHABET.index(code[-1]):
        raise CodeError("the check character does not fit: a character is wrong or swapped")
    return code


def _meant(typed: str) -> str:
    digit, upper = unicodedata.decimal(typed, None), typed.upper()
    return str(digit) if digit is not None else _READ_AS.get(upper, upper)


def _check(body: str) -> int:
    return sum(weight * ALPHABET.index(c) for weight, c in enumerate(body, start=1)) % _MODULUS


@dataclass(frozen=True)
class CodeKeys:
    """What the installation's secret makes of a code. Losing the secret makes all codes unknown.

    Parameters
    ----------
    secret
        The installation's secret, at least 32 bytes.
    earlier
        The secrets before it, the newest first: codes that were made with them still work.
    panel
        The key of panels, which outlives the secret; made from the secret where there is none.
    """

    secret: bytes = field(repr=False)
    earlier: tuple[bytes, ...] = field(default=(), repr=False)
    panel: bytes = field(default=b"", repr=False)

    def each(self) -> tuple[CodeKeys, ...]:
        """Give the keys that a code may be made with, the newest first."""
        return (self, *(CodeKeys(secret) for secret in self.earlier))

    def succeeded_by(self, secret: bytes) -> CodeKeys:
        """Give the keys after a change of the secret."""
        return CodeKeys(secret, earlier=(self.secret, *self.earlier), panel=self._panel())

    def without_earlier(self) -> CodeKeys:
        """Give the keys with which codes of earlier secrets do not work any more."""
        return CodeKeys(self.secret, panel=self.panel)

    def ring(self) -> str:
        """Encrypt the earlier secrets and the key of panels, for the store to keep."""
        content = {"earlier": [key.hex() for key in self.earlier], "panel": self.panel.hex()}
        return _encrypted(_cipher(self._keyed("ring", "")), json.dumps(content))

    def with_ring(self, sealed: str) -> CodeKeys:
        """Give these keys with what `ring` gave.

        Raises
        ------
        CodeError
            If it was not made with this secret.
        """
        content = json.loads(_decrypted(_cipher(self._keyed("ring", "")), sealed))
        earlier = tuple(bytes.fromhex(key) for key in content["earlier"])
        return CodeKeys(self.secret, earlier=earlier, panel=bytes.fromhex(content["panel"]))

    def code_hash(self, code: str) -> str:
        """Give the keyed hash under which the invitee is stored (HMAC-SHA-256, hexadecimal)."""
        return self._keyed("invitee", code).hex()

    def draft_key(self, code: str) -> str:
        """Give the key under which the draft is stored; it does not lead to the invitee."""
        return self._keyed("draft", code).hex()

    def form_mark(self, code: str) -> str:
        """Give what tells the forms of one code from those of another, and nothing else."""
        return self._keyed("form", code)[:8].hex()

    def answers_mark(self, code: str, answers: Mapping[str, Any]) -> str:
        """Give what tells these answers from others, and not what they are."""
        content = json.dumps([code, dict(answers)], sort_keys=True)
        return self._keyed("answers", content)[:8].hex()

    def receipt(self, wave: str, random: Randomness) -> str:
        """Give a number that shows that somebody sent answers, and says nothing of who or what.

        It is not stored: whoever holds the secret can tell it from an invented one.
        """
        return self._receipt(wave, "".join(random.choices(ALPHABET, k=_RECEIPT_DRAWN)))

    def is_receipt(self, wave: str, text: str) -> bool:
        """Say whether `receipt` gave this number for the wave, typed in any way."""
        number = _SEPARATORS.sub("", text).upper()
        real = self._receipt(wave, number[:_RECEIPT_DRAWN])
        return hmac.compare_digest(_SEPARATORS.sub("", real).encode(), number.encode())

    def panel_key(self, dwelling: str) -> str:
        """Give the name under which a panel knows a dwelling from wave to wave."""
        return hmac.digest(self._panel(), dwelling.encode(), hashlib.sha256).hex()

    def visitor_mark(self, address: str, slot: int) -> str:
        """Give what tells one visitor's address from another for a while, and not where it is."""
        return self._keyed("visitor", f"{slot} {address}")[:16].hex()

    def fingerprint(self) -> str:
        """Give what tells this secret from another, and nothing of it."""
        return self._keyed("fingerprint", "").hex()

    def seal(self, code: str, answers: Mapping[str, Any]) -> str:
        """Encrypt the answers of a draft under a key made from the code (HKDF, Fernet)."""
        text = json.dumps(dict(answers))
        filled = text.ljust(-(-len(text) // _SEALED_BLOCK) * _SEALED_BLOCK)
        return _encrypted(self._draft_cipher(code), filled)

    def unseal(self, code: str, sealed: str) -> dict[str, Any]:
        """Decrypt what `seal` gave.

        Raises
        ------
        CodeError
            If the draft was not sealed with this code and secret.
        """
        return dict(json.loads(_decrypted(self._draft_cipher(code), sealed)))

    def seal_code(self, code: str) -> str:
        """Encrypt a code for the visitor's cookie, which is signed but which anyone can read."""
        return _encrypted(self._cookie_cipher, code)

    def open_code(self, sealed: str) -> str:
        """Decrypt what `seal_code` gave.

        Raises
        ------
        CodeError
            If it was not sealed with this secret.
        """
        return _decrypted(self._cookie_cipher, sealed)

    def _keyed(self, purpose: str, code: str) -> bytes:
        return hmac.digest(_purpose_key(self.secret, purpose), code.encode(), hashlib.sha256)

    def _receipt(self, wave: str, drawn: str) -> str:
        proof = int.from_bytes(self._keyed("receipt", f"{wave} {drawn}")[:8])
        for _ in range(_RECEIPT_PROOF):
            proof, digit = divmod(proof, len(ALPHABET))
            drawn += ALPHABET[digit]
        return "-".join(drawn[start : start + 4] for start in range(0, len(drawn), 4))

    def _panel(self) -> bytes:
        return self.panel or self._keyed("panel", "")

    def _draft_cipher(self, code: str) -> Fernet:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        kdf = HKDF(algorithm=SHA256(), length=32, salt=self.secret, info=b"enquete draft answers")
        return _cipher(kdf.derive(code.encode()))

    @cached_property
    def _cookie_cipher(self) -> Fernet:
        return _cipher(self._keyed("cookie", ""))


@lru_cache(maxsize=64)
def _purpose_key(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, f"enquete {purpose}".encode(), hashlib.sha256)


def _cipher(key: bytes) -> Fernet:
    from cryptography.fernet import Fernet

    return Fernet(urlsafe_b64encode(key))


def _encrypted(cipher: Fernet, text: str) -> str:
    # Fernet writes the time in the open; when somebody answered is nobody's business.
    return cipher.encrypt_at_time(text.encode(), 0).decode("ascii")


def _decrypted(cipher: Fernet, sealed: str) -> str:
    from cryptography.fernet import InvalidToken

    try:
        return cipher.decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise CodeError("it was sealed under another code or another secret") from None
