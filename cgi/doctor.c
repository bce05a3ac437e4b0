#include "doctor.h"

#include "crm/check.h"
#include "crm/snapshot.h"
#include "service/ready.h"
#include "status_table.h"
#include "store/peers.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ns_per_s = 1000000000, mib = 1024 * 1024, low_free_mib = 512, check_limit_ms = 10 * 60 * 1000 };

/* What is found out of one thing after another. */
struct visit {
    struct rr_conf conf;
    struct rr_service service; /* its store is open once the cache was found to be there */
    bool well;                 /* nothing was wrong so far */
};

static void print_line(const char *state, const char *what, const char *format, va_list args) {
    printf("%-6s %-10s ", state, what);
    vprintf(format, args);
    putchar('\n');
}

__attribute__((format(printf, 2, 3))) static void say_ok(const char *what, const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_line("ok", what, format, args);
    va_end(args);
}

/* Worth knowing, and no fault. */
__attribute__((format(printf, 2, 3))) static void say_note(const char *what, const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_line("note", what, format, args);
    va_end(args);
}

__attribute__((format(printf, 4, 5))) static void say_wrong(struct visit *visit, const char *what, const char *mend,
                                                            const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_line("WRONG", what, format, args);
    va_end(args);
    printf("%-6s %-10s -> %s\n", "", "", mend);
    visit->well = false;
}

static void look_at_clock(const struct visit *visit) {
    struct timex state = {.modes = 0};
    char now[RR_ISO_SIZE];
    rr_clock_iso(rr_clock_now_s(visit->service.clock), now);
    say_ok("clock", "%s in %s; \"today\" is %.10s", now, visit->conf.zone, now);
    if (adjtimex(&state) < 0 || (state.status & STA_UNSYNC) != 0)
        say_note("clock", "not known to be set by NTP: ages and \"today\" are as right as the machine's own clock");
}

/* ---- The store that hosts share ---- */

static bool has_peers(const struct visit *visit) {
    return strcmp(visit->conf.report_store, "file") != 0;
}

static void look_at_peers(struct visit *visit) {
    char report[200];
    struct rr_err err;
    if (!has_peers(visit))
        return;
    if (rr_store_schema(visit->conf.report_store, RR_SCHEMA_CHECK, report, &err) == 0)
        say_ok("store", "%s", report);
    else
        say_wrong(visit, "store", "docs/scale-out.md, \"Set it up\" and \"What each failure looks like\"", "%s", err.message);
    rr_tally_open(&visit->service.tally, visit->service.store, &err);
    if (rr_ready_check_peers(&visit->service, &err) == 0)
        say_ok("follower", "in touch with the other hosts");
    else
        say_wrong(visit, "follower", "keep riskreport follow running: systemctl status riskreport-follow", "%s", err.message);
    rr_tally_close(&visit->service.tally);
}

/* ---- The CRM database ---- */

static void look_at_database(struct visit *visit) {
    const char *path = visit->conf.db_path;
    struct rr_fingerprint fingerprint;
    struct rr_err err;
    if (has_peers(visit) && access(path, F_OK) != 0) {
        say_note("database", "there is none on this host: other hosts make the reports");
        return;
    }
    if (rr_fingerprint_of(path, &fingerprint, &err) != 0 || rr_crm_check_readable(path, &err) != 0) {
        say_wrong(visit, "database", "publish a snapshot at DB_PATH that this user may read", "%s: %s", path, err.message);
        return;
    }
    char age[RR_AGE_SIZE];
    int64_t age_s = rr_clock_now_s(visit->service.clock) - fingerprint.mtime_ns / ns_per_s;
    rr_age_text(age_s > 0 ? age_s : 0, age);
    if (rr_crm_check(path, rr_deadline_in_ms(check_limit_ms), &err) == 0)
        say_ok("database", "%s: %lld MiB, changed %s ago; tables, columns and pages are sound", path,
               (long long)(fingerprint.size / mib), age);
    else if (err.code == RR_DB_UNSTABLE)
        say_wrong(visit, "database", "end the writer's transaction, or publish snapshots by rename", "%s: %s", path, err.message);
    else
        say_wrong(visit, "database", "correct the CRM's export, and publish it anew", "%s: %s", path, err.message);
    if (age_s < visit->conf.stable_window_s)
        say_note("database", "changed less than DB_STABLE_WINDOW_SEC (%lld s) ago: reports are made from it after that",
                 (long long)visit->conf.stable_window_s);
}

/* ---- The cache ---- */

struct verified {
    uint32_t count, broken;
};

static void note_verified(void *ctx, const char *path, const char *problem) {
    struct verified *verified = ctx;
    verified->count++;
    verified->broken += problem != NULL;
    if (problem != NULL)
        say_note("cache", "%s: %s", path, problem);
}

enum { user_name_size = 33 }; /* useradd takes 32 bytes */

static void user_name(uid_t uid, char name[user_name_size]) {
    const struct passwd *user = getpwuid(uid);
    snprintf(name, user_name_size, "%s", user == NULL ? "?" : user->pw_name);
}

static void look_at_files(struct visit *visit) {
    struct verified verified = {0, 0};
    struct rr_err err;
    if (rr_store_verify(visit->service.store, note_verified, &verified, &err) != 0)
        say_wrong(visit, "cache", "give the folder and all in it to the service's user", "%s", err.message);
    else if (verified.broken > 0)
        say_wrong(
            visit, "cache",
            "remove those named above: each is made again when it is needed; should they come back, look for a failing disk",
            "%u of %u files are broken", verified.broken, verified.count);
    else
        say_ok("cache", "%u files, all valid", verified.count);
}

/* True: it is there, and this user's to look at; the store is open. */
static bool open_cache(struct visit *visit) {
    const char *folder = visit->conf.cache_dir;
    struct stat st;
    struct rr_err err;
    bool seen = stat(folder, &st) == 0;
    if (!seen || !S_ISDIR(st.st_mode)) {
        say_wrong(visit, "cache", "make the folder, for the service's user alone to write, and run the doctor as that user",
                  "CACHE_DIR, %s: %s", folder, seen ? "it is no folder" : strerror(errno));
        return false;
    }
    if (st.st_uid != geteuid()) { /* what it made here the service could not write */
        char owner[user_name_size], self[user_name_size];
        user_name(st.st_uid, owner);
        user_name(geteuid(), self);
        say_wrong(visit, "cache", "run the doctor as that user", "%s belongs to %s, and this is %s", folder, owner, self);
        return false;
    }
    if (rr_store_open(&visit->service.store, folder, &err) == 0)
        return true;
    say_wrong(visit, "cache", "give the folder and all in it to the service's user", "%s: %s", folder, err.message);
    return false;
}

static void look_at_cache(struct visit *visit) {
    struct rr_err err;
    const struct rr_store *store = visit->service.store;
    int64_t free_mib = rr_store_free_bytes(store) / mib;
    if (rr_store_check_writable(store, &err) != 0)
        say_wrong(visit, "cache", "free room on its disk, or give the folder to the service's user", "%s: %s",
                  visit->conf.cache_dir, err.message);
    else if (free_mib < low_free_mib)
        say_wrong(visit, "cache", "free room, or lower CACHE_RETENTION_DAYS and CACHE_MAX_REPORTS",
                  "%lld MiB are free on its disk", (long long)free_mib);
    else
        say_ok("cache", "%s can be written; %lld MiB are free", visit->conf.cache_dir, (long long)free_mib);
    look_at_files(visit);
}

static void look_at_reports(struct visit *visit) {
    struct rr_ready ready;
    rr_ready_look(&visit->service, &ready);
    for (uint32_t i = 0; i < visit->conf.modes.count; i++) {
        enum rr_mode mode = visit->conf.modes.modes[i];
        const struct rr_ready_check *check = &ready.checks[ready.count - visit->conf.modes.count + i];
        struct rr_status status;
        char age[RR_AGE_SIZE];
        rr_store_read_status(visit->service.store, mode, &status);
        struct rr_slice code = rr_json_member(status.last_run, "error_code"),
                        why = rr_json_member(status.last_run, "error_message");
        rr_age_text(rr_ready_age_s(&visit->service, status.last_success), age);
        if (!check->ok)
            say_wrong(visit, check->name, "see whether the daily job runs: riskreport run says what stops it", "%s",
                      check->detail);
        else if (code.ptr != NULL)
            say_wrong(visit, check->name, "docs/operations.md, \"When something is wrong\", has the code",
                      "the last run failed: %s: %s", code.ptr, why.ptr == NULL ? "" : why.ptr);
        else
            say_ok(check->name, "the last success is %s old", age);
        rr_status_free(&status);
    }
}

/* ---- The lock ---- */

struct holder {
    char name[32]; /* "" where the process is gone */
    char since[RR_ISO_SIZE];
};

/* By /proc/PID/stat: `PID (NAME) STATE` and so on; the 20th number behind the name is when it began, in ticks since the boot. */
static void describe_holder(pid_t pid, struct holder *holder) {
    char path[32], line[1024];
    struct timespec since_boot;
    unsigned long long ticks = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    *holder = (struct holder){.name = ""};
    FILE *file = fopen(path, "re");
    bool read = file != NULL && fgets(line, sizeof line, file) != NULL;
    const char *open = read ? strchr(line, '(') : NULL, *close = read ? strrchr(line, ')') : NULL;
    if (open != NULL && close != NULL &&
        sscanf(close + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &ticks) == 1) {
        snprintf(holder->name, sizeof holder->name, "%.*s", (int)(close - open - 1), open + 1);
        clock_gettime(CLOCK_BOOTTIME, &since_boot);
        rr_clock_iso(rr_clock_now_s(&rr_clock_system) - since_boot.tv_sec + (int64_t)ticks / sysconf(_SC_CLK_TCK), holder->since);
    }
    if (file != NULL)
        (void)fclose(file);
}

static void say_locked(pid_t pid) {
    struct holder holder = {.name = ""};
    if (pid > 0)
        describe_holder(pid, &holder);
    if (holder.name[0] != '\0')
        say_note("lock", "a generation is under way: held by process %d (%s), which began at %s", (int)pid, holder.name,
                 holder.since);
    else if (pid > 0)
        say_note(
            "lock",
            "taken by process %d, which has ended, and held by one that it began: fuser -v CACHE_DIR/.counterparty_risk.lock",
            (int)pid);
    else
        say_note("lock", "a generation is under way: held by a process that cannot be seen from here");
}

static void look_at_lock(struct visit *visit) {
    struct rr_err err;
    pid_t pid = rr_store_lock_holder(visit->service.store);
    if (rr_store_lock(visit->service.store, &err) == 0) {
        rr_store_unlock(visit->service.store);
        say_ok("lock", "free");
    } else if (err.code == RR_LOCKED) {
        say_locked(pid);
    } else {
        say_wrong(visit, "lock", "give .counterparty_risk.lock in CACHE_DIR to the service's user", "%s", err.message);
    }
}

/* ---- What is around the workers: under `make run` in RUN_DIR, else where the packaged units have it ---- */

static const char packaged_run_dir[] = "/run/riskreport", packaged_nginx_conf[] = "/etc/nginx/nginx.conf";

/* Does somebody listen there? The address is by way of the open folder, since it may be no longer than 107 bytes. */
static bool is_listened_to(int folder, const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, name);
    bool listened = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return listened;
}

static void look_at_sockets(struct visit *visit, const char *run_dir, bool packaged) {
    const char *const names[] = {packaged ? "riskreport.sock" : "worker.sock", "compute.sock"};
    int folder = open(run_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        say_note("sockets", "not looked at: there is neither RUN_DIR nor %s", packaged_run_dir);
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (is_listened_to(folder, names[i]))
            say_ok("sockets", "%s/%s: a pool listens", run_dir, names[i]);
        else
            say_wrong(visit, "sockets", "start the pool; its log says why it ended", "%s/%s: nobody listens", run_dir, names[i]);
    }
    close(folder);
}

/* Exit status of `nginx -t`, -1 where there is no nginx. Its messages go nowhere: who runs it again reads them. */
static int test_nginx(const char *prefix, const char *conf) {
    char *const arguments[] = {"nginx", "-t", "-q", "-p", (char *)prefix, "-c", (char *)conf, "-e", "/dev/null", NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    setenv("PATH", "/usr/sbin:/sbin:/usr/local/sbin:/usr/bin:/bin", 1); /* an operator's often lacks the first */
    if (posix_spawnp(&child, "nginx", &actions, NULL, arguments, environ) == 0 && waitpid(child, &status, 0) == child)
        status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    posix_spawn_file_actions_destroy(&actions);
    return status == 127 ? -1 : status;
}

static void look_at_nginx(struct visit *visit, const char *run_dir, bool packaged) {
    char conf[PATH_MAX], prefix[PATH_MAX], mend[2 * PATH_MAX + 64];
    snprintf(conf, sizeof conf, "%s%s", packaged ? packaged_nginx_conf : run_dir, packaged ? "" : "/nginx.conf");
    snprintf(prefix, sizeof prefix, "%s/", packaged ? "/etc/nginx" : run_dir);
    if (access(conf, R_OK) != 0) {
        say_note("nginx", "not looked at: there is no %s", conf);
        return;
    }
    if (packaged && geteuid() != 0) { /* it would fail at its own logs */
        say_note("nginx", "not looked at: only root can have %s tested (nginx -t)", conf);
        return;
    }
    int status = test_nginx(prefix, conf);
    snprintf(mend, sizeof mend, "nginx -t -p %s -c %s says what and where", prefix, conf);
    if (status == 0)
        say_ok("nginx", "%s is accepted", conf);
    else if (status < 0)
        say_note("nginx", "not looked at: nginx is not installed");
    else
        say_wrong(visit, "nginx", mend, "%s is refused", conf);
}

static void look_around(struct visit *visit) {
    const char *run_dir = getenv("RUN_DIR");
    bool packaged = run_dir == NULL || run_dir[0] == '\0';
    look_at_sockets(visit, packaged ? packaged_run_dir : run_dir, packaged);
    look_at_nginx(visit, run_dir, packaged);
}

bool rr_doctor_print(void) {
    struct visit visit = {.well = true};
    struct rr_err err;
    visit.service = (struct rr_service){.conf = &visit.conf, .clock = &rr_clock_system};
    if (rr_conf_read(&visit.conf, &err) != 0) {
        say_wrong(&visit, "settings", "correct it where the service's settings are, and restart the pools", "%s", err.message);
        return false;
    }
    say_ok("settings", "all can be read");
    look_at_clock(&visit);
    look_at_database(&visit);
    if (open_cache(&visit)) {
        look_at_cache(&visit);
        look_at_peers(&visit);
        look_at_reports(&visit);
        look_at_lock(&visit);
    }
    rr_store_close(&visit.service.store);
    look_around(&visit);
    puts(visit.well ? "all is well" : "something is WRONG: see above");
    return visit.well;
}
