"""Every SQL text of the store, once, in the subset that SQLite >= 3.40 and PostgreSQL 15 share."""

TABLES = (
    "fact",
    "area",
    "area_code",
    "dwelling",
    "wave",
    "population",
    "invitee",
    "draft",
    "response",
    "report",
)
"""All tables with rows of the user, in an order in which references can be kept; `attempt` is of
the server alone, and a backup does not have it."""

TRACED = {"response": "id", "draft": "key", "invitee": "code_hash"}
"""The tables in which the order of rows would tell who sent what, and their random keys."""

CREATE_SCHEMA_VERSION = "CREATE TABLE schema_version (number INTEGER PRIMARY KEY)"
SCHEMA_VERSION = "SELECT coalesce(max(number), 0) AS number FROM schema_version"
ADD_SCHEMA_VERSION = "INSERT INTO schema_version (number) VALUES (:number)"
ANY_WAVE = "SELECT slug FROM wave LIMIT 1"
ANY_DWELLING = "SELECT id FROM dwelling LIMIT 1"

FACT = "SELECT content FROM fact WHERE name = :name"
SET_FACT = """
INSERT INTO fact (name, content) VALUES (:name, :content)
ON CONFLICT (name) DO UPDATE SET content = excluded.content
"""

CLAIM_FACT = "UPDATE fact SET content = content WHERE name = :name RETURNING content"

AREAS = "SELECT id, name, published, position FROM area ORDER BY position, id"
AREA_CODES = """
SELECT area, code, valid_from, valid_until, change FROM area_code ORDER BY area, valid_from, code
"""
DELETE_AREA_CODES = "DELETE FROM area_code"
PUT_AREA = """
INSERT INTO area (id, name, published, position) VALUES (:id, :name, :published, :position)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, published = excluded.published, position = excluded.position
"""
AREAS_IN_USE = "SELECT area FROM dwelling UNION SELECT area FROM population"
DELETE_AREA = "DELETE FROM area WHERE id = :id"
ADD_AREA_CODE = """
INSERT INTO area_code (area, code, valid_from, valid_until, change)
VALUES (:area, :code, :valid_from, :valid_until, :change)
"""

DWELLINGS = """
SELECT id, area, type, complex, buurt, language, address, email FROM dwelling ORDER BY id
"""
DELETE_DWELLINGS = "DELETE FROM dwelling"
ADD_DWELLING = """
INSERT INTO dwelling (id, area, type, complex, buurt, language, address, email)
VALUES (:id, :area, :type, :complex, :buurt, :language, :address, :email)
"""

WAVES = """
SELECT slug, questionnaire, questionnaire_hash, opens, closes, sampled_unit, classification_date,
    anonymity
FROM wave ORDER BY slug
"""
WAVE = """
SELECT slug, questionnaire, questionnaire_hash, opens, closes, sampled_unit, classification_date,
    anonymity
FROM wave WHERE slug = :slug
"""
WAVES_WITHOUT_TEXT = """
SELECT slug, '' AS questionnaire, questionnaire_hash, opens, closes, sampled_unit,
    classification_date, anonymity
FROM wave ORDER BY slug
"""
ADD_WAVE = """
INSERT INTO wave
    (slug, questionnaire, questionnaire_hash, opens, closes, sampled_unit, classification_date,
     anonymity)
VALUES
    (:slug, :questionnaire, :questionnaire_hash, :opens, :closes, :sampled_unit,
     :classification_date, :anonymity)
"""
SET_WAVE_DATES = """
UPDATE wave SET opens = :opens, closes = :closes WHERE slug = :slug RETURNING slug
"""

POPULATION = """
SELECT stratum, area, dwellings FROM population WHERE wave = :wave ORDER BY stratum
"""
ADD_POPULATION = """
INSERT INTO population (wave, stratum, area, dwellings)
VALUES (:wave, :stratum, :area, :dwellings)
"""

INVITEE = """
SELECT code_hash, wave, dwelling, area, stratum, cluster, language, status
FROM invitee WHERE code_hash = :code_hash
"""
ENTRY = """
SELECT invitee.wave, dwelling, area, stratum, cluster, language, status, opens, closes,
    questionnaire_hash, anonymity, sealed, version
FROM invitee JOIN wave ON wave.slug = invitee.wave LEFT JOIN draft ON draft.key = :draft_key
WHERE code_hash = :code_hash
"""
ADD_INVITEE = """
INSERT INTO invitee (code_hash, wave, dwelling, area, stratum, cluster, language, status)
VALUES (:code_hash, :wave, :dwelling, :area, :stratum, :cluster, :language, :status)
"""
INVITED = """
SELECT stratum, area, count(*) AS invited, count(*) FILTER (WHERE status = 'answered') AS answered
FROM invitee WHERE wave = :wave GROUP BY stratum, area ORDER BY stratum
"""
CLAIM_INVITEE = """
UPDATE invitee SET status = 'answered'
WHERE code_hash = :code_hash AND status = 'invited' RETURNING wave
"""

INVITED_WAVES = "SELECT DISTINCT wave FROM invitee ORDER BY wave"

DRAFT = "SELECT sealed FROM draft WHERE key = :key"
CLAIM_DRAFT = """
INSERT INTO draft (key, wave, sealed, version) VALUES (:key, :wave, '', 1)
ON CONFLICT (key) DO UPDATE SET version = draft.version + 1
RETURNING sealed
"""
REPLACE_DRAFT = """
UPDATE draft SET sealed = :sealed, version = version + 1
WHERE key = :key AND version = CAST(:version AS INTEGER) RETURNING version
"""
SET_DRAFT = "UPDATE draft SET sealed = :sealed WHERE key = :key"
TAKE_DRAFT = "DELETE FROM draft WHERE key = :key RETURNING sealed"
DELETE_CLOSED_DRAFTS = """
DELETE FROM draft
WHERE wave IN (SELECT slug FROM wave WHERE closes <> '' AND closes < :today) RETURNING key
"""

ATTEMPTS = """
SELECT visitor, failed FROM attempt WHERE slot = :slot AND visitor IN ('', :visitor)
"""
ADD_ATTEMPT = """
INSERT INTO attempt (slot, visitor, failed) VALUES (:slot, :visitor, 1)
ON CONFLICT (slot, visitor) DO UPDATE SET failed = attempt.failed + 1
RETURNING failed
"""
DELETE_ATTEMPTS = "DELETE FROM attempt WHERE slot < :slot"

ADD_RESPONSE = """
INSERT INTO response
    (id, wave, area, stratum, cluster, mode, language, day, questionnaire_hash, answers, rating,
     dwelling, panel)
VALUES
    (:id, :wave, :area, :stratum, :cluster, :mode, :language, :day, :questionnaire_hash, :answers,
     :rating, :dwelling, :panel)
"""
COUNT_RESPONSES = "SELECT count(*) AS n FROM response WHERE wave = :wave"
CELLS = """
SELECT wave, area, stratum, cluster, rating, count(*) AS n
FROM response WHERE wave = :wave
GROUP BY wave, area, stratum, cluster, rating
ORDER BY wave, area, stratum, cluster, rating
"""

REPORTS = """
SELECT wave, compare, created, code_version, figures
FROM report ORDER BY created DESC, wave DESC, compare DESC
"""
REPORT = """
SELECT wave, compare, created, code_version, figures
FROM report WHERE wave = :wave AND (compare = :compare OR CAST(:any AS INTEGER) = 1)
ORDER BY created DESC LIMIT 1
"""
ADD_REPORT = """
INSERT INTO report (wave, compare, created, code_version, figures)
VALUES (:wave, :compare, :created, :code_version, :figures)
ON CONFLICT (wave, compare, created) DO UPDATE SET
    code_version = excluded.code_version, figures = excluded.figures
"""
