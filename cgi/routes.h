#ifndef RR_CGI_ROUTES_H
#define RR_CGI_ROUTES_H

#include "respond.h"
#include "service/query.h"
#include "service/service.h"

/* What a worker answers with. */
struct rr_app {
    struct rr_service service;
    struct rr_query_parser parser;
};

/* Answers request: any path, any method. response is RR_RESPONSE_EMPTY and filled in full. */
void rr_route(struct rr_app *app, const struct rr_request *request, struct rr_response *response);

#endif
