#ifndef RR_STORE_VERSION_H
#define RR_STORE_VERSION_H

#include "store/layout.h"

/* For the files of lib/store alone: versions, by which a report is handed over without being read.
 *
 * A report's name says what it is about, and the file behind it is replaced at every publication: whoever was told the
 * ETag of one and opens the name a moment later gets the other. So each report has a second name, of its content, for as
 * long as anybody may have been told of it: `.versions/{mode}-{as_of}-{hash}.json`, a hard link to the same file, and
 * beside it `...json.gz`, compressed when it was published. What bears such a name never changes. A crash between any two
 * of these steps can pair no body with another's sibling; what it leaves over is swept. */

void rr_version_name(const struct rr_key *key, uint64_t hash, char name[RR_VERSION_SIZE]);
void rr_version_path(const struct rr_store *store, const char *name, const char *suffix, char path[PATH_MAX]);

/* Gives the open file its second name. False where it cannot be given one (a file system without hard links): such a
 * report is served all the same, by reading it. */
bool rr_version_link(const struct rr_store *store, int fd, const char *name);

#define RR_GZIP_SUFFIX ".gz"

/* Is there a version of that name, or with RR_GZIP_SUFFIX its sibling? */
bool rr_version_exists(const struct rr_store *store, const char *name, const char *suffix);

/* Removes versions that were superseded longer ago than grace_s. RR_VERSION_GRACE_S is from being told a version's name to
 * opening it, with much room: nginx opens at once. */
enum { RR_VERSION_GRACE_S = 120 };
void rr_version_sweep(const struct rr_store *store, int64_t grace_s);

#endif
