-- The trees in which price nodes hang (document 002, T-1 to T-7), and which nodes an account is licensed for.
-- Owner: src/headend/stores/pricing-tree-rows.ts.
CREATE TABLE pricing_tree_nodes (
  node TEXT PRIMARY KEY,
  vendor TEXT NOT NULL REFERENCES vendors,
  parent TEXT,
  -- Terminal: its model is that of the price node of this name. Choice: outside the tree, resolved by what is licensed.
  kind TEXT NOT NULL CHECK (kind IN ('terminal', 'containing', 'choice')),
  position INTEGER NOT NULL,
  quantifier TEXT CHECK (quantifier IN ('ALL', 'ANY')),
  -- JSON: a hash of a model that replaces, or changes to the price beneath.
  effect TEXT CHECK ((effect IS NULL) = (quantifier IS NULL))
) STRICT;
CREATE INDEX pricing_tree_nodes_by_vendor ON pricing_tree_nodes (vendor, position);
-- What a condition names, and what a choice may resolve to, in order.
CREATE TABLE pricing_node_refs (
  node TEXT NOT NULL REFERENCES pricing_tree_nodes ON DELETE CASCADE,
  position INTEGER NOT NULL,
  ref_node TEXT NOT NULL,
  -- Named by its condition, and not beneath it (T-3).
  external INTEGER NOT NULL CHECK (external IN (0, 1)),
  PRIMARY KEY (node, position)
) STRICT, WITHOUT ROWID;
-- Nodes of others among them: whoever subscribes to a competitor may pay less here.
CREATE TABLE node_licences (
  account TEXT NOT NULL REFERENCES accounts,
  node TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  until_ms INTEGER,
  PRIMARY KEY (account, node)
) STRICT, WITHOUT ROWID;
