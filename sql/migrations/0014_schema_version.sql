-- Every process looks, when it starts, whether the database has the schema of its release.
GRANT SELECT (name) ON schema_migration TO detached_api, detached_worker, detached_loader, detached_operator;
