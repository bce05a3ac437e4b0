#include "store/version.h"

#include "store/summarize.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char json_suffix[] = ".json";

void rr_version_name(const struct rr_key *key, uint64_t hash, char name[RR_VERSION_SIZE]) {
    snprintf(name, RR_VERSION_SIZE, "%s-%s-%016llx%s", rr_mode_name(key->mode), key->as_of, (unsigned long long)hash,
             json_suffix);
}

void rr_version_path(const struct rr_store *store, const char *name, const char *suffix, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s/%s/%s%s", store->root, RR_VERSIONS_FOLDER, name, suffix);
}

/* Links the very file that is open, whatever its name stands for by now. */
static int link_open_file(int fd, const char *path) {
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

static bool is_same_file(int fd, const char *path) {
    struct stat open_file, named;
    return fstat(fd, &open_file) == 0 && stat(path, &named) == 0 && open_file.st_dev == named.st_dev &&
           open_file.st_ino == named.st_ino;
}

bool rr_version_link(const struct rr_store *store, int fd, const char *name) {
    char path[PATH_MAX], temporary[PATH_MAX];
    rr_version_path(store, name, "", path);
    if (link_open_file(fd, path) == 0)
        return true;
    if (errno != EEXIST)
        return false;
    if (is_same_file(fd, path))
        return true;
    /* Another file of the same content, a copy of this one say: the name moves over to the file that is in use. */
    char unique[32];
    snprintf(unique, sizeof unique, ".tmp.%ld", (long)getpid());
    rr_version_path(store, name, unique, temporary);
    unlink(temporary);
    if (link_open_file(fd, temporary) == 0 && rename(temporary, path) == 0)
        return true;
    unlink(temporary);
    return false;
}

bool rr_version_exists(const struct rr_store *store, const char *name, const char *suffix) {
    char path[PATH_MAX];
    rr_version_path(store, name, suffix, path);
    return access(path, R_OK) == 0;
}

/* The key that a version's name begins with; false for other files. */
static bool key_of(const char *name, struct rr_key *key) {
    for (key->mode = 0; key->mode < RR_MODE_COUNT; key->mode++) {
        const char *mode = rr_mode_name(key->mode);
        size_t len = strlen(mode);
        if (strncmp(name, mode, len) != 0 || name[len] != '-' || strlen(name + len + 1) < sizeof "0000-00-00")
            continue;
        snprintf(key->as_of, sizeof key->as_of, "%.10s", name + len + 1);
        return rr_layout_is_date(key->as_of);
    }
    return false;
}

/* Is the version, or the version that a sibling belongs to, no longer the report of its key? Or the summary of none? */
static bool is_superseded(const struct rr_store *store, const char *name) {
    struct rr_key key;
    struct stat version, report;
    char base[RR_VERSION_SIZE], path[PATH_MAX];
    if (!key_of(name, &key) || snprintf(base, sizeof base, "%s", name) >= (int)sizeof base)
        return true;
    rr_layout_report(store, &key, path);
    if (stat(path, &report) != 0)
        return true;
    if (strstr(base, RR_SUMMARY_SUFFIX) != NULL)
        return false; /* there is one a report, and another takes its place */
    char *gzip = strstr(base, RR_GZIP_SUFFIX);
    if (gzip != NULL)
        *gzip = '\0';
    rr_version_path(store, base, "", path);
    return stat(path, &version) != 0 || report.st_ino != version.st_ino;
}

void rr_version_sweep(const struct rr_store *store, int64_t grace_s) {
    char path[PATH_MAX];
    rr_version_path(store, "", "", path);
    DIR *directory = opendir(path);
    if (directory == NULL)
        return;
    int64_t now_s = time(NULL);
    struct stat st;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        rr_version_path(store, entry->d_name, "", path);
        /* A link's time of change is when it lost or gained a name: for a superseded version, when that happened. */
        if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && now_s - st.st_ctim.tv_sec > grace_s &&
            is_superseded(store, entry->d_name))
            unlink(path);
    }
    closedir(directory);
}
