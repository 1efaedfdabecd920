-- Leaves the objects $1, which a sweep had taken and has not come to, to the next one.
UPDATE unpublished_object SET claimed_until = NULL WHERE stored_key = ANY ($1::text[])
