#ifndef RR_BASE_ERR_H
#define RR_BASE_ERR_H

/* Every function that can fail returns 0 or -1 and takes a `struct rr_err *` last.
 * On -1 the struct says why. It belongs to the caller; a lower error is passed on as it is.
 * Messages are for readers of the API too: no path of the server, no SQL. */

enum rr_code {
    RR_OK = 0,
    RR_DB_NOT_FOUND,       /* no file at DB_PATH, or it may not be read */
    RR_DB_UNSTABLE,        /* changed too recently, changed while it was read, or locked by a writer */
    RR_DB_INVALID,         /* not SQLite, corrupt, or a needed table or column is missing */
    RR_PIPELINE_FAILED,    /* the generation itself: out of memory, out of time */
    RR_CACHE_WRITE_FAILED, /* the report could not be stored: disk full, permission */
    RR_LOCK_TIMEOUT,       /* another generation held the lock up to the deadline */
    RR_LOCKED,             /* another generation holds the lock, and the caller does not wait */
    RR_STORE_UNAVAILABLE,  /* the store that several hosts share cannot be reached, or refuses */
    RR_NOT_FOUND,          /* no such document in the store */
    RR_NOT_CACHED,         /* no such document in the store, and none is made for this */
    RR_BROKEN,             /* a document of the store does not hold what its name says */
    RR_BAD_DATE,           /* date: not YYYY-MM-DD, or not in the calendar. Up to RR_BAD_QUERY: asked wrongly */
    RR_BAD_MODE,           /* mode: neither offline nor online */
    RR_BAD_FORMAT,         /* format: neither json nor csv */
    RR_BAD_LANGUAGE,       /* lang: neither ko nor en */
    RR_BAD_QUERY,          /* the query string cannot be decoded, or repeats a parameter */
    RR_QUERY_TOO_LONG,     /* the query string is longer than any right one */
    RR_BAD_SETTING,        /* a setting's value is not what its name allows */
    RR_CODE_COUNT
};

struct rr_err {
    enum rr_code code;
    char message[400];
};

/* The code's name on the wire, `DB_UNSTABLE_OR_UPDATING` say (contract.md 3). Never NULL. */
const char *rr_code_name(enum rr_code code);

/* The code of that name; RR_PIPELINE_FAILED where there is none. name may be NULL. */
enum rr_code rr_code_parse(const char *name);

void rr_err_set(struct rr_err *err, enum rr_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Fills err and is -1, so that a failure is one line: return rr_fail(err, code, format, ...). */
#define rr_fail(...) (rr_err_set(__VA_ARGS__), -1)

/* The same, for memory that ran out. */
#define rr_err_set_memory(err) rr_err_set(err, RR_PIPELINE_FAILED, "out of memory")
#define rr_fail_memory(err)    (rr_err_set_memory(err), -1)

#endif
