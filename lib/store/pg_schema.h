#ifndef RR_STORE_PG_SCHEMA_H
#define RR_STORE_PG_SCHEMA_H

#include "store/peers.h"
#include "store/pg.h"

/* The tables of a store in PostgreSQL, all in a schema `riskreport`:
 *
 *     meta      which store it is, and which version these tables are of
 *     reports   by mode and date; body, compressed as the hosts serve it, is NULL once the report is retired
 *     status    by mode: the document that the hosts keep as status.json
 *     requests  what hosts without a CRM ask the others for
 *
 * They are made by whoever owns the schema; the service itself needs no more than rr_store_schema's check asks for. */

/* Makes sure that the tables are there and of this program's version; id: which store it is. */
int rr_pg_schema_recognise(struct rr_pg *pg, char *id, size_t size, struct rr_err *err);

#endif
