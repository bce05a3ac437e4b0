#include "store/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int rr_store_load_findings(const struct rr_store *store, struct rr_buf *out, struct rr_err *err) {
    char path[PATH_MAX];
    rr_layout_findings(store, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return rr_fail(err, RR_NOT_FOUND, "the findings cannot be opened: %s", strerror(errno));
    int rc = rr_file_read_all(fd, out, err);
    close(fd);
    return rc;
}

int rr_store_keep_findings(const struct rr_store *store, struct rr_slice findings, struct rr_err *err) {
    char path[PATH_MAX];
    struct rr_draft draft;
    rr_layout_findings(store, path);
    return rr_draft_open(&draft, path, err) == 0 && rr_draft_write(&draft, findings.ptr, findings.len, err) == 0
               ? rr_draft_commit(&draft, err)
               : -1;
}
