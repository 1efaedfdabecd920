-- Several workers sweep at once: what one of them is removing no other removes as well, which would take the first removal for
-- the second one, a day later.

ALTER TABLE unpublished_object ADD COLUMN claimed_until timestamptz;
COMMENT ON COLUMN unpublished_object.claimed_until IS
  'Until when the sweep that is removing it has it for itself; NULL: none is.';
