#include "peers.h"

#include "base/log.h"
#include "command.h"
#include "crm/check.h"
#include "service/serve.h"
#include "store/peers.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { turn_ms = 1000, pause_ms = 200, jitter_ms = 100, ns_per_us = 1000 };

/* Settings and a store that hosts share: RR_BAD_SETTING where REPORT_STORE names none. */
static int open_shared(struct rr_bench *bench, struct rr_err *err) {
    if (rr_bench_open(bench, err) != 0)
        return -1;
    if (rr_store_has_peers(bench->service.store))
        return 0;
    rr_bench_close(bench);
    return rr_fail(err, RR_BAD_SETTING, "REPORT_STORE is not set: there is no store that hosts share");
}

/* ---- store ---- */

static int change_schema(enum rr_schema_action action, struct rr_err *err) {
    struct rr_conf conf;
    char report[200];
    if (rr_conf_read(&conf, err) != 0)
        return -1;
    if (strcmp(conf.report_store, "file") == 0)
        return rr_fail(err, RR_BAD_SETTING, "REPORT_STORE is not set: there is no store that hosts share");
    if (rr_store_schema(conf.report_store, action, report, err) != 0)
        return -1;
    puts(report);
    return 0;
}

static int make_schema(struct rr_err *err) {
    return change_schema(RR_SCHEMA_MAKE, err);
}

static int upgrade_schema(struct rr_err *err) {
    return change_schema(RR_SCHEMA_UPGRADE, err);
}

static int check_schema(struct rr_err *err) {
    return change_schema(RR_SCHEMA_CHECK, err);
}

static void tell_imported(void *ctx, const char *path, const char *problem) {
    (void)ctx;
    if (problem == NULL)
        printf("shared %s\n", path);
    else
        fprintf(stderr, "riskreport: %s stays here: %s\n", path, problem);
}

static int import(struct rr_err *err) {
    struct rr_bench bench;
    uint32_t count = 0;
    if (open_shared(&bench, err) != 0)
        return -1;
    int rc = rr_store_lock(bench.service.store, err);
    if (rc == 0)
        rc = rr_store_import(bench.service.store, &count, tell_imported, NULL, err);
    rr_bench_close(&bench);
    if (rc == 0)
        printf("%u reports of this host are shared now\n", count);
    return rc;
}

static int export(struct rr_err *err) {
    struct rr_bench bench;
    if (open_shared(&bench, err) != 0)
        return -1;
    int rc = rr_store_export(bench.service.store, err);
    rr_bench_close(&bench);
    if (rc == 0)
        puts("all that is shared is on this host");
    return rc;
}

static const struct action {
    const char *name;
    const char *meaning;
    int (*run)(struct rr_err *err);
} actions[] = {
    {"init", "make its tables, where they are not there", make_schema},
    {"upgrade", "bring its tables up to this version of the program", upgrade_schema},
    {"check", "look at its tables, and at what this user may do", check_schema},
    {"import", "share the reports and the status of this host that are not shared yet", import},
    {"export", "bring all that is shared to this host", export},
};

int rr_peers_store(int argc, char **argv) {
    static const char usage[] = "store init|upgrade|check|import|export";
    struct rr_err err;
    int status;
    bool has_name = argc > 0 && argv[0][0] != '-';
    if (!rr_command_begin(usage, (const struct rr_option[]){{0}}, argc - has_name, argv + has_name, &status)) {
        for (size_t i = 0; status == EXIT_OK && i < sizeof actions / sizeof actions[0]; i++)
            printf("  %-10s %s\n", actions[i].name, actions[i].meaning);
        return status;
    }
    for (size_t i = 0; has_name && i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(argv[0], actions[i].name) == 0)
            return actions[i].run(&err) == 0 ? EXIT_OK : rr_command_fail_work(&err);
    rr_err_set(&err, RR_BAD_SETTING, "usage: riskreport %s", usage);
    return rr_command_fail(EXIT_USAGE, &err);
}

/* ---- take ---- */

/* What comes of it is in the store, for whoever asked. */
static void make_for_peer(struct rr_service *service, const struct rr_key *key) {
    struct rr_reply reply = RR_REPLY_EMPTY;
    struct rr_err why;
    if (rr_serve_report(service, key, &reply, &why) == 0)
        printf("%s %s %s\n", rr_mode_name(key->mode), key->as_of, rr_reply_source_name(reply.source));
    else
        fprintf(stderr, "riskreport: %s: %s\n", rr_code_name(why.code), why.message);
    rr_reply_free(&reply);
}

static int take_all(struct rr_service *service, struct rr_err *err) {
    struct rr_key key;
    int rc;
    while ((rc = rr_store_take(service->store, &key, err)) == 1) {
        make_for_peer(service, &key);
        rr_store_taken(service->store);
    }
    return rc;
}

int rr_peers_take(int argc, char **argv) {
    struct rr_bench bench;
    struct rr_err err;
    int status;
    if (!rr_command_begin("take", (const struct rr_option[]){{0}}, argc, argv, &status))
        return status;
    if (open_shared(&bench, &err) != 0)
        return rr_command_fail_work(&err);
    int rc = rr_crm_check_readable(bench.conf.db_path, &err);
    if (rc == 0) {
        struct rr_err unshared;
        rr_tally_open(&bench.service.tally, bench.service.store, &unshared); /* not shared: then nobody will ask */
        rc = take_all(&bench.service, &err);
        rr_tally_close(&bench.service.tally);
    }
    rr_bench_close(&bench);
    return rc == 0 ? EXIT_OK : rr_command_fail_work(&err);
}

/* ---- follow ---- */

static volatile sig_atomic_t is_stopped;

static void stop(int signal_number) {
    (void)signal_number;
    is_stopped = 1;
}

static void stop_on_signals(void) {
    const struct sigaction action = {.sa_handler = stop}; /* without SA_RESTART: a wait ends at once */
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

struct follower {
    struct rr_service *service;
    bool is_connected;
    pid_t taker; /* 0: none is running */
};

/* Making a report takes its time, and what others publish meanwhile is not to wait for it: so another process does it. */
static void start_taker(struct follower *follower) {
    char *const argv[] = {"riskreport", "take", NULL};
    struct rr_err ignored;
    if (follower->taker != 0 || rr_crm_check_readable(follower->service->conf->db_path, &ignored) != 0)
        return;
    if (posix_spawn(&follower->taker, "/proc/self/exe", NULL, NULL, argv, environ) != 0)
        follower->taker = 0;
}

static void reap_taker(struct follower *follower) {
    if (follower->taker != 0 && waitpid(follower->taker, NULL, WNOHANG) == follower->taker)
        follower->taker = 0;
}

static void note_lost(struct follower *follower, const struct rr_err *why) {
    if (follower->is_connected)
        rr_log(RR_LOG_WARNING, "store_lost", (const struct rr_log_field[]){{"reason", why->message, 0}, {0}});
    follower->is_connected = false;
    rr_sleep_ms(pause_ms + rr_clock_now_ns(&rr_clock_system) / ns_per_us % jitter_ms);
}

static void note_seen(struct follower *follower) {
    if (!follower->is_connected)
        rr_log(RR_LOG_INFO, "store_connected", (const struct rr_log_field[]){{0}});
    rr_tally_peers_seen(&follower->service->tally, rr_clock_now_s(&rr_clock_system), !follower->is_connected);
    follower->is_connected = true;
}

static void follow(struct rr_service *service) {
    struct follower follower = {.service = service};
    struct rr_err err;
    while (!is_stopped) {
        int happened = rr_store_follow(service->store, turn_ms, &err);
        reap_taker(&follower);
        if (happened < 0)
            note_lost(&follower, &err);
        else
            note_seen(&follower);
        if (happened > 0 && (happened & RR_PEERS_ASKED) != 0)
            start_taker(&follower);
    }
}

int rr_peers_follow(int argc, char **argv) {
    struct rr_bench bench;
    struct rr_err err;
    int status;
    if (!rr_command_begin("follow", (const struct rr_option[]){{0}}, argc, argv, &status))
        return status;
    if (open_shared(&bench, &err) != 0)
        return rr_command_fail_work(&err);
    stop_on_signals();
    if (rr_tally_open(&bench.service.tally, bench.service.store, &err) != 0)
        rr_log(RR_LOG_WARNING, "metrics_not_shared", (const struct rr_log_field[]){{"reason", err.message, 0}, {0}});
    rr_log(RR_LOG_INFO, "follower_started", (const struct rr_log_field[]){{0}});
    follow(&bench.service);
    rr_log(RR_LOG_INFO, "follower_stopped", (const struct rr_log_field[]){{0}});
    rr_tally_close(&bench.service.tally);
    rr_bench_close(&bench);
    return EXIT_OK;
}
