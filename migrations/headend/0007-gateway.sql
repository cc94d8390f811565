-- What the gateway has brought to which outside entity (document 003, Fig. 6, Fig. 7). Owner: src/headend/stores/gateway-rows.ts.
CREATE TABLE gateway_entities (
  entity TEXT PRIMARY KEY,
  -- Number of headend_outbox up to which the entity has everything that is for it.
  through_number INTEGER NOT NULL,
  forwarded INTEGER NOT NULL,
  refused INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What an entity would not take: kept aside, so that it never blocks the rest.
CREATE TABLE gateway_refusals (
  entity TEXT NOT NULL,
  number INTEGER NOT NULL,
  reason TEXT NOT NULL,
  refused_at_ms INTEGER NOT NULL,
  PRIMARY KEY (entity, number)
) STRICT, WITHOUT ROWID;
