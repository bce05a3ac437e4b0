#include "crm/check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char magic[] = "SQLite format 3"; /* the NUL belongs to it */

int rr_crm_check_readable(const char *db_path, struct rr_err *err) {
    char head[sizeof magic];
    int fd = open(db_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return rr_fail(err, RR_DB_NOT_FOUND, "the CRM database cannot be opened: %s", strerror(errno));
    ssize_t got = read(fd, head, sizeof head);
    close(fd);
    if (got == (ssize_t)sizeof head && memcmp(head, magic, sizeof magic) == 0)
        return 0;
    return rr_fail(err, RR_DB_INVALID, "the CRM database is not a SQLite database");
}
