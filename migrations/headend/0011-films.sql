-- Works with pictures, and the forms in which each can be sent (rulings 7, 21). Owner: src/headend/stores/catalogue-rows.ts.
CREATE TABLE films (
  work TEXT PRIMARY KEY REFERENCES works,
  -- What each packet lasts, in every rendition: a packet of the work is the same moment in all of them.
  packet_ms INTEGER NOT NULL CHECK (packet_ms BETWEEN 1 AND 20)
) STRICT, WITHOUT ROWID;

CREATE TABLE renditions (
  work TEXT NOT NULL REFERENCES films,
  name TEXT NOT NULL,
  codec TEXT NOT NULL CHECK (codec IN ('h264', 'hevc')),
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  -- Where its segments begin among those of the work.
  first_segment INTEGER NOT NULL,
  -- JSON: the first packet of each segment, and the packets from which a decoder can begin.
  starts TEXT NOT NULL,
  access_points TEXT NOT NULL,
  PRIMARY KEY (work, name)
) STRICT, WITHOUT ROWID;
