"""Dutch words: hard ones with a plainer one for each, and those that only look like participles."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIST: Final = """
aangaande = over
aanvang = begin
aanvangen = beginnen
accommodatie = gebouw
additioneel = extra
additionele = extra
adequaat = goed
adequate = goede
alsmede = en ook
alsook = en ook
alvorens = voordat
betreffende = over
calamiteit = noodgeval
calamiteiten = noodgevallen
communicatie = contact
complex = gebouw
conform = volgens
contacteren = contact opnemen met
corporatie = verhuurder
dermate = zo
derhalve = daarom
desbetreffende = deze
dhr. = de heer
dient te = moet
dienen te = moeten
doch = maar
echter = maar
eenieder = iedereen
enquête = vragenlijst
en/of = of
evaluatie = onderzoek
eveneens = ook
faciliteiten = voorzieningen
frequent = vaak
frequentie = hoe vaak
functioneert = werkt
gaarne = graag
geschiedt = gebeurt
hetgeen = wat
hetzij = of
hieromtrent = hierover
implementeren = invoeren
in het kader van = voor
indicatie = schatting
indien = als
ingevolge = door
initiëren = beginnen
inzake = over
jegens = tegen
leefbaarheid = hoe prettig het wonen is
leefomgeving = buurt
m.b.t. = over
men = mensen
met betrekking tot = over
met name = vooral
middels = met
mits = als
momenteel = nu
mutatie = verandering
naar aanleiding van = door
nadien = daarna
nimmer = nooit
omtrent = over
ondervinden = hebben
ondervindt = hebt
op de hoogte stellen = vertellen
optimaal = zo goed mogelijk
optimaliseren = verbeteren
participatie = meedoen
participeren = meedoen
percentage = deel van de honderd
perceptie = mening
prioriteit = wat het eerst moet
realiseren = maken
reeds = al
relevant = belangrijk
relevante = belangrijke
respondent = bewoner
respondenten = bewoners
respectievelijk = en
retourneren = terugsturen
significant = duidelijk
slechts = alleen
sociale cohesie = hoe mensen met elkaar omgaan
substantieel = groot
te allen tijde = altijd
ten aanzien van = over
ten behoeve van = voor
ten gevolge van = door
ten tijde van = tijdens
teneinde = om
tevens = ook
thans = nu
uitsluitend = alleen
van toepassing = past bij u
vernemen = horen
verstrekken = geven
vooralsnog = voorlopig
voornemens = van plan
voorts = ook
waarborgen = zorgen voor
wederom = weer
wenselijk = goed
woonomgeving = buurt
zodoende = zo
zorgdragen = zorgen
zulks = dit
bijv. = bijvoorbeeld
ca. = ongeveer
d.m.v. = met
evt. = misschien
excl. = zonder
i.p.v. = in plaats van
i.v.m. = door
incl. = met
mevr. = mevrouw
n.a.v. = door
o.a. = onder andere
t.a.v. = over
t.b.v. = voor
t/m = tot en met
z.s.m. = zo snel mogelijk
"""

PLAINER: Final[Mapping[str, str]] = MappingProxyType(
    {
        word.strip(): plainer.strip()
        for word, plainer in (line.split("=") for line in _LIST.strip().splitlines())
    }
)
"""A hard word, in small letters, to what people say."""

NO_PARTICIPLE: Final = frozenset(
    {
        "bedoelen",
        "bedoelt",
        "beeld",
        "beheert",
        "beide",
        "beiden",
        "bent",
        "besluit",
        "besluiten",
        "best",
        "bestaat",
        "beste",
        "betekent",
        "bezoekt",
        "gebied",
        "gebieden",
        "gebouwen",
        "geen",
        "gegevens",
        "geld",
        "geluid",
        "gemeenten",
        "gemiddeld",
        "gesprekken",
        "gevoelens",
        "gevolgen",
        "geweld",
        "gezinnen",
        "gezond",
        "herkennen",
        "herkent",
        "ontmoet",
        "ontmoeten",
        "verbindt",
        "verhuist",
        "verhuurt",
        "verkeerd",
        "verschillen",
        "verschillend",
        "vertellen",
        "vertelt",
    }
)
"""Words that begin and end as a participle does, and are none."""
