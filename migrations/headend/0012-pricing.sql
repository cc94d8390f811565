-- What is charged and how it came about (document 002, 1.3; rulings 5, 8 to 11, 42 to 45).
-- Models, nodes and parts: src/headend/stores/pricing-rows.ts. Licences and events: pricing-event-rows.ts.
-- The tables below those are a cache: they always equal a replay of the events (`ackbox price audit`). Owner: pricing-state-rows.ts.

ALTER TABLE pricing_models ADD COLUMN pricing_model_id TEXT;
-- The XML as its vendor uploaded it; null: the model was made here.
ALTER TABLE pricing_models ADD COLUMN source TEXT;
ALTER TABLE pricing_models ADD COLUMN date_created_ms INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX pricing_models_by_id ON pricing_models (pricing_model_id);
CREATE TRIGGER pricing_models_stay BEFORE UPDATE ON pricing_models BEGIN SELECT raise(ABORT, 'a stored model is never updated: a new version is a new model'); END;

ALTER TABLE pricing_nodes ADD COLUMN vendor TEXT;
-- Works under a shared node are one entity, with one history (T-1).
ALTER TABLE pricing_nodes ADD COLUMN shared INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1));

-- Packet ranges of a work, from packet 0 on; a part without node is free. A work without rows has its one flat price.
CREATE TABLE work_parts (
  work TEXT NOT NULL REFERENCES works,
  position INTEGER NOT NULL,
  packets INTEGER NOT NULL CHECK (packets > 0),
  node TEXT REFERENCES pricing_nodes,
  PRIMARY KEY (work, position)
) STRICT, WITHOUT ROWID;

-- One a (user, resource, model). pricing_model_id is the hash of the compiled model; resource_id a work, a shared node, or one play of a payer in coins.
CREATE TABLE pricing_licences (
  licence INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  pricing_model_id TEXT NOT NULL,
  currency TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  standing INTEGER NOT NULL CHECK (standing IN (0, 1)),
  start_ms INTEGER NOT NULL,
  -- From here on no cycle opens; the one under way is billed to its end.
  ended_ms INTEGER,
  -- The cache holds the events up to this number, at this time; it must look again at the next boundary.
  through_number INTEGER NOT NULL DEFAULT 0,
  as_of_ms INTEGER NOT NULL DEFAULT 0,
  next_boundary_ms INTEGER,
  newest_number INTEGER NOT NULL DEFAULT 0,
  UNIQUE (user_id, resource_id, pricing_model_id)
) STRICT;
CREATE INDEX pricing_licences_behind ON pricing_licences (licence) WHERE newest_number > through_number;
CREATE INDEX pricing_licences_due ON pricing_licences (next_boundary_ms) WHERE next_boundary_ms IS NOT NULL;

-- Uses and accepted offers: the whole truth, never changed. amount_minor: the quote of a use (null: it had none), or what was accepted.
CREATE TABLE usage_events (
  number INTEGER PRIMARY KEY,
  event TEXT NOT NULL UNIQUE,
  licence INTEGER NOT NULL REFERENCES pricing_licences,
  kind TEXT NOT NULL CHECK (kind IN ('use', 'accept')),
  play_id TEXT,
  start_ms INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  amount_minor INTEGER,
  recorded_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX usage_events_by_licence ON usage_events (licence, number);
CREATE TRIGGER usage_events_stay BEFORE UPDATE ON usage_events BEGIN SELECT raise(ABORT, 'an event is never changed'); END;
CREATE TRIGGER usage_events_remain BEFORE DELETE ON usage_events BEGIN SELECT raise(ABORT, 'an event is never deleted'); END;

-- Money in this and the next tables is an exact number as text, in major units: an open cycle is not rounded.
CREATE TABLE pricing_state_info (
  user_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  pricing_model_id TEXT NOT NULL,
  scope_id INTEGER NOT NULL,
  fixed_rate_use_cost TEXT NOT NULL,
  metered_use_cost TEXT NOT NULL,
  billing_cycle_cost TEXT NOT NULL,
  installment_cost TEXT NOT NULL,
  simple_flat_rate_cost TEXT NOT NULL,
  pre_paid_fixed_rate_use_cost TEXT NOT NULL,
  pre_paid_billing_cycle_cost TEXT NOT NULL,
  remaining_installments INTEGER NOT NULL,
  discount_this_cycle TEXT NOT NULL,
  use_count INTEGER NOT NULL,
  subtotal TEXT NOT NULL,
  -- Milliseconds (A-20).
  usage_time INTEGER NOT NULL,
  PRIMARY KEY (user_id, resource_id, pricing_model_id, scope_id)
) STRICT, WITHOUT ROWID;

-- What each use added, itemised: scope 0 only, as every scope holds the same postings.
CREATE TABLE billing_entries (
  user_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  pricing_model_id TEXT NOT NULL,
  scope_id INTEGER NOT NULL,
  event TEXT NOT NULL,
  session_start INTEGER NOT NULL,
  session_end INTEGER NOT NULL,
  fixed_rate_use_cost TEXT NOT NULL,
  metered_use_cost TEXT NOT NULL,
  billing_cycle_cost TEXT NOT NULL,
  installment_cost TEXT NOT NULL,
  simple_flat_rate_cost TEXT NOT NULL,
  pre_paid_fixed_rate_use_cost TEXT NOT NULL,
  pre_paid_billing_cycle_cost TEXT NOT NULL,
  installments_paid INTEGER NOT NULL,
  discount_this_cycle TEXT NOT NULL,
  quote_honoured TEXT NOT NULL,
  use_count INTEGER NOT NULL,
  subtotal TEXT NOT NULL,
  usage_time INTEGER NOT NULL,
  PRIMARY KEY (user_id, resource_id, pricing_model_id, scope_id, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE pending_discounts (
  user_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  pricing_model_id TEXT NOT NULL,
  due_cycle INTEGER NOT NULL,
  amount TEXT NOT NULL,
  PRIMARY KEY (user_id, resource_id, pricing_model_id, due_cycle)
) STRICT, WITHOUT ROWID;

CREATE TABLE trigger_firings (
  user_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  pricing_model_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  cycle INTEGER NOT NULL,
  entry_no INTEGER NOT NULL,
  scope_id INTEGER NOT NULL,
  fired_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, resource_id, pricing_model_id, number)
) STRICT, WITHOUT ROWID;

-- Time at each rate, so that it is rounded once.
CREATE TABLE rate_segments (
  user_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  pricing_model_id TEXT NOT NULL,
  cycle INTEGER NOT NULL,
  rate_per_ms TEXT NOT NULL,
  usage_time INTEGER NOT NULL,
  PRIMARY KEY (user_id, resource_id, pricing_model_id, cycle, rate_per_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE offers (
  user_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  pricing_model_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  amount_minor INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  taken_at INTEGER,
  PRIMARY KEY (user_id, resource_id, pricing_model_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE promotions (
  promotion_id TEXT PRIMARY KEY,
  promotion TEXT NOT NULL,
  user_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  pricing_model_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX promotions_by_licence ON promotions (user_id, resource_id, pricing_model_id);

-- Closed cycles as billed, whole minor units; what came late is a line in cycle_adjustments, never a rewrite.
CREATE TABLE cycle_invoices (
  number INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  pricing_model_id TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  amount_due_minor INTEGER NOT NULL,
  bill TEXT NOT NULL,
  issued_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX cycle_invoices_by_licence ON cycle_invoices (user_id, resource_id, pricing_model_id, number);
CREATE TRIGGER cycle_invoices_stay BEFORE UPDATE ON cycle_invoices BEGIN SELECT raise(ABORT, 'a closed cycle is never rewritten'); END;
CREATE TRIGGER cycle_invoices_remain BEFORE DELETE ON cycle_invoices BEGIN SELECT raise(ABORT, 'a closed cycle is never deleted'); END;

CREATE TABLE cycle_adjustments (
  number INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  pricing_model_id TEXT NOT NULL,
  cycle_start_ms INTEGER NOT NULL,
  cycle_end_ms INTEGER NOT NULL,
  occurrence INTEGER NOT NULL,
  column_name TEXT NOT NULL,
  billed_minor INTEGER NOT NULL,
  replayed_minor INTEGER NOT NULL,
  difference_minor INTEGER NOT NULL,
  issued_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX cycle_adjustments_by_licence ON cycle_adjustments (user_id, resource_id, pricing_model_id, number);
CREATE TRIGGER cycle_adjustments_stay BEFORE UPDATE ON cycle_adjustments BEGIN SELECT raise(ABORT, 'an adjustment is never changed'); END;
CREATE TRIGGER cycle_adjustments_remain BEFORE DELETE ON cycle_adjustments BEGIN SELECT raise(ABORT, 'an adjustment is never deleted'); END;

-- The document's two tables of sessions, read off ours, so that they can not differ. Addresses of customers are not kept (ruling 1).
CREATE VIEW active_sessions (user_id, resource_id, pricing_model_id, session_start, ip_address) AS
  SELECT s.account, s.work, json_extract(s.terms, '$.nodes[0].modelHash'), s.opened_at_ms, NULL FROM pay_sessions s WHERE s.state IN ('offered', 'streaming');
CREATE VIEW sessions (user_id, resource_id, pricing_model_id, session_start, session_end, ip_address) AS
  SELECT s.account, s.work, json_extract(s.terms, '$.nodes[0].modelHash'), s.opened_at_ms, b.billed_at_ms, NULL FROM pay_sessions s JOIN bills b ON b.sid = s.sid;

-- Where results of triggers go that only their vendor understands (P-22). Owner: src/headend/stores/vendor-result-rows.ts.
CREATE TABLE vendor_addresses (vendor TEXT PRIMARY KEY REFERENCES vendors, address TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE vendor_results (
  number INTEGER PRIMARY KEY,
  vendor TEXT NOT NULL,
  licence INTEGER NOT NULL REFERENCES pricing_licences,
  body TEXT NOT NULL,
  repeated INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'given-up')),
  attempts INTEGER NOT NULL,
  next_try_ms INTEGER NOT NULL,
  last_error TEXT,
  created_at_ms INTEGER NOT NULL,
  UNIQUE (licence, body, repeated)
) STRICT;
CREATE INDEX vendor_results_due ON vendor_results (next_try_ms) WHERE state = 'waiting';
