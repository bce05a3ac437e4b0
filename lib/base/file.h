#ifndef RR_BASE_FILE_H
#define RR_BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

#include <limits.h>
#include <stddef.h>

/* Atomic replacement of a file: a reader, or a machine that lost power, sees the old document or the new one, whole.
 *
 *     struct rr_draft draft;
 *     rr_draft_open(&draft, path, err)      exclusive temporary in the same directory, made if need be
 *     rr_draft_write(&draft, bytes, len, err) ...
 *     rr_draft_commit(&draft, err)          write, fsync, close, rename, fsync of the directory; or, where the name is
 *                                           known only now, rr_draft_commit_as with a name in the same directory
 *     rr_draft_discard(&draft)              instead of commit; after a commit it does nothing
 *
 * Any failure has removed the temporary already. What a crash leaves is a temporary `.NAME.tmp.XXXXXX`, known by
 * rr_draft_is_temporary. All failures are RR_CACHE_WRITE_FAILED. */
struct rr_draft {
    char path[PATH_MAX];
    char temporary[PATH_MAX];
    struct rr_buf pending; /* bytes not yet written */
    int fd;                /* -1: nothing is open */
};

int rr_draft_open(struct rr_draft *draft, const char *path, struct rr_err *err);
int rr_draft_write(struct rr_draft *draft, const char *bytes, size_t len, struct rr_err *err);
int rr_draft_flush(struct rr_draft *draft, struct rr_err *err); /* draft->fd has all of it, to be read */
int rr_draft_commit(struct rr_draft *draft, struct rr_err *err);
int rr_draft_commit_as(struct rr_draft *draft, const char *path, struct rr_err *err);
void rr_draft_discard(struct rr_draft *draft);

/* Is a directory entry of that name a temporary that a crash left? */
bool rr_draft_is_temporary(const char *name);

/* Makes the folder, and those above it. */
int rr_file_make_dirs(const char *folder, struct rr_err *err);

/* Appends all of an open file to buf. RR_BROKEN when it is longer than buf may grow, RR_PIPELINE_FAILED when
 * it cannot be read. */
int rr_file_read_all(int fd, struct rr_buf *buf, struct rr_err *err);

#endif
