"""How often codes that nobody has may be typed: enough for people, too little for a search.

Only a code whose check character fits and that no letter has is counted: a mistyped one is told
from it without a look-up, and a good one counts for nothing. So the residents of a block of flats
that share one address do not use up each other's attempts. The counts are in the store, where all
processes and hosts find them, under marks of the addresses that change every ten minutes.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from flask import request

from enquete.service import service

SLOT_SECONDS: Final = 600
PER_VISITOR: Final = 30
"""Codes that nobody has, from one address in ten minutes: more than a street mistypes."""
TOGETHER: Final = 20_000
"""The same from all addresses. At this pace somebody finds one of 50,000 live codes in 30 days
with a chance of 0.003 %: 20,000 * 4,320 * 50,000 / 27**12."""
_HOME_BITS: Final = 64


def slot_of(seconds: float) -> int:
    """Give the number of the ten minutes that hold a moment, in seconds since 1970."""
    return int(seconds // SLOT_SECONDS)


def are_used_up() -> bool:
    """Say whether this visitor must wait before a code is looked up."""
    by_visitor, together = service().store.attempts(_slot(), _visitor())
    return by_visitor >= PER_VISITOR or together >= TOGETHER


def count() -> None:
    """Count a code that nobody has."""
    service().store.add_attempt(_slot(), _visitor())


def _slot() -> int:
    return slot_of(service().now())


def _visitor() -> str:
    """Give the mark of the visitor's network; "" where the address is not his own."""
    try:
        address = ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    # The web server in front of this one, which did not say for whom it asks: that is everybody.
    # There is one, on this machine or another, wherever residents come over https.
    settings = service().settings
    if address.is_loopback or (settings.https and not settings.proxies):
        return ""
    # One home has all addresses of such a network, and may use another each time.
    bits = _HOME_BITS if isinstance(address, IPv6Address) else address.max_prefixlen
    return service().keys.visitor_mark(str(ip_network((address, bits), strict=False)), _slot())
