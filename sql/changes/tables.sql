-- What two files are compared by, where records may have moved in them.

-- Records that stand in one of the files and not, at their place, in the other: whether they are the new file's, how many
-- stand before them there, and their key.
CREATE TEMPORARY TABLE unpaired_record (
  is_new boolean NOT NULL,
  position bigint NOT NULL,
  key text COLLATE "C" NOT NULL
) ON COMMIT DROP;

-- Those of them that stand in both, at different places: their positions there.
CREATE TEMPORARY TABLE moved_record (
  earlier_position bigint NOT NULL,
  new_position bigint NOT NULL
) ON COMMIT DROP;
