-- What the server and this database say of themselves, to whoever may connect.
SELECT current_setting('server_version_num')::integer AS version,
  current_setting('server_version') AS "versionText",
  pg_encoding_to_char(encoding) AS encoding,
  pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS "isReadOnly",
  datcollversion IS DISTINCT FROM pg_database_collation_actual_version(pg_database.oid) AS "collationChanged",
  age(datfrozenxid)::float8 AS "transactionAge",
  pg_database_size(pg_database.oid)::float8 AS bytes,
  (SELECT sum(numbackends) FROM pg_stat_database)::integer AS connections,
  current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
    AS "mostConnections",
  current_user::text AS "user",
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuperuser",
  extract(epoch FROM clock_timestamp())::float8 AS clock
FROM pg_database WHERE datname = current_database()
