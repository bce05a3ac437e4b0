#!/usr/bin/env bash
# with_postgresql.sh COMMAND...: runs it with a PostgreSQL in which every test script has a store of its own, and nothing in the
# scripts knows of it.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=tests/postgresql.sh
source "$PROJECT_DIR/tests/postgresql.sh"
trap 'pg_clean_up; clean_up' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

pg_make && pg_start || exit 1
cd -- "$PROJECT_DIR" || exit
TEST_STORE=$pg_dir "$@"
