#!/bin/sh
# Creates Temporal's two databases and brings their tables up to the version of this image.
# What is there already stays as it is, so this runs before every start, and does upgrades too.
# Reads SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD, as temporal-sql-tool does.
set -eu

# The schemas are embedded in the tool: they cannot be of another version than it.
prepare() {
  database=$1
  schema=$2
  temporal-sql-tool --db "$database" create-database
  temporal-sql-tool --db "$database" setup-schema --version 0.0
  temporal-sql-tool --db "$database" update-schema --schema-name "$schema"
}

prepare temporal postgresql/v12/temporal
prepare temporal_visibility postgresql/v12/visibility
