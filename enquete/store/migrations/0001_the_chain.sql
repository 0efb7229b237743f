-- What is true of the whole installation, by name.
CREATE TABLE fact (
    name TEXT PRIMARY KEY,
    content TEXT NOT NULL
);

CREATE TABLE area (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    published INTEGER NOT NULL CHECK (published IN (0, 1)),
    position INTEGER NOT NULL
);

CREATE TABLE area_code (
    area TEXT NOT NULL REFERENCES area (id),
    code TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    change TEXT NOT NULL,
    PRIMARY KEY (area, code, valid_from)
);

CREATE TABLE dwelling (
    id TEXT PRIMARY KEY,
    area TEXT NOT NULL REFERENCES area (id),
    type TEXT NOT NULL,
    complex TEXT NOT NULL,
    buurt TEXT NOT NULL,
    language TEXT NOT NULL,
    address TEXT NOT NULL,
    email TEXT NOT NULL
);

CREATE TABLE wave (
    slug TEXT PRIMARY KEY,
    questionnaire TEXT NOT NULL,
    questionnaire_hash TEXT NOT NULL,
    opens TEXT NOT NULL,
    closes TEXT NOT NULL,
    sampled_unit TEXT NOT NULL CHECK (sampled_unit IN ('dwelling', 'complex')),
    classification_date TEXT NOT NULL
);

CREATE TABLE population (
    wave TEXT NOT NULL REFERENCES wave (slug),
    stratum TEXT NOT NULL,
    area TEXT NOT NULL REFERENCES area (id),
    dwellings INTEGER NOT NULL CHECK (dwellings >= 0),
    PRIMARY KEY (wave, stratum)
);

CREATE TABLE invitee (
    code_hash TEXT PRIMARY KEY,
    wave TEXT NOT NULL REFERENCES wave (slug),
    dwelling TEXT NOT NULL,
    area TEXT NOT NULL,
    stratum TEXT NOT NULL,
    cluster TEXT NOT NULL,
    language TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('invited', 'answered')),
    UNIQUE (wave, dwelling)
) {keyed_order};

CREATE TABLE draft (
    key TEXT PRIMARY KEY,
    wave TEXT NOT NULL REFERENCES wave (slug),
    sealed TEXT NOT NULL,
    version INTEGER NOT NULL
) {keyed_order};

-- Nothing here points at an invitee, unless the resident lifted the anonymity: then dwelling is
-- filled, and else empty. Rows go by a random id.
CREATE TABLE response (
    id TEXT PRIMARY KEY,
    wave TEXT NOT NULL REFERENCES wave (slug),
    area TEXT NOT NULL,
    stratum TEXT NOT NULL,
    cluster TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('web', 'import')),
    language TEXT NOT NULL,
    day TEXT NOT NULL,
    questionnaire_hash TEXT NOT NULL,
    answers TEXT NOT NULL,
    rating INTEGER CHECK (rating BETWEEN 1 AND 10),
    dwelling TEXT NOT NULL
) {keyed_order};

CREATE INDEX response_cell ON response (wave, area, stratum, cluster, rating);

CREATE TABLE report (
    wave TEXT NOT NULL REFERENCES wave (slug),
    compare TEXT NOT NULL,
    created TEXT NOT NULL,
    code_version TEXT NOT NULL,
    figures TEXT NOT NULL,
    PRIMARY KEY (wave, compare, created)
);
