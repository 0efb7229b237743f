-- What residents are told: anonymous, or a panel that knows a dwelling from wave to wave.
ALTER TABLE wave ADD COLUMN anonymity TEXT NOT NULL DEFAULT 'anonymous'
    CHECK (anonymity IN ('anonymous', 'panel'));

-- Keyed hash of the dwelling where the wave is a panel's, else empty.
ALTER TABLE response ADD COLUMN panel TEXT NOT NULL DEFAULT '';

-- Codes that nobody has, by ten minutes and by a mark of the visitor that changes with them; the
-- visitor '' is all together.
CREATE TABLE attempt (
    slot INTEGER NOT NULL,
    visitor TEXT NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (slot, visitor)
);
