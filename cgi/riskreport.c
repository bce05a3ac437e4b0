#include "base/conf.h"
#include "base/file.h"
#include "command.h"
#include "crm/demo.h"
#include "doctor.h"
#include "options.h"
#include "peers.h"
#include "report/generate.h"
#include "service/enrich.h"
#include "service/job.h"
#include "service/query.h"
#include "service/status.h"
#include "status_table.h"
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int run_job(int argc, char **argv);
static int run_enrich(int argc, char **argv);
static int run_generate(int argc, char **argv);
static int run_status(int argc, char **argv);
static int run_doctor(int argc, char **argv);
static int run_verify(int argc, char **argv);
static int run_prune(int argc, char **argv);
static int run_demo(int argc, char **argv);

static const struct command {
    const char *name;
    const char *meaning;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", "make today's reports, as the daily job does", run_job},
    {"enrich", "put a language model's cards into a report that is there", run_enrich},
    {"generate", "make one report from a database, and print it", run_generate},
    {"status", "print the last runs", run_status},
    {"doctor", "look whether all is well, and say how to mend what is not", run_doctor},
    {"verify", "check every cached report", run_verify},
    {"prune", "remove reports and copies that are past their age", run_prune},
    {"store", "set up the store that several hosts share, and move to it and back", rr_peers_store},
    {"follow", "keep this host's copy of that store", rr_peers_follow},
    {"take", "make the reports that other hosts have asked for", rr_peers_take},
    {"demo", "make a CRM database to try things with", run_demo},
};

enum { command_count = sizeof commands / sizeof commands[0] };

static void tell_read(void *ctx, uint64_t deals_read) {
    rr_watch_tell(ctx, "%llu deals read", (unsigned long long)deals_read);
}

static void tell_made(void *ctx, uint64_t done, uint64_t total) {
    rr_watch_tell(ctx, "%llu of %llu rows written", (unsigned long long)done, (unsigned long long)total);
}

/* ---- Cards ---- */

static void tell_asked(void *ctx, const struct rr_ask_progress *progress) {
    struct rr_watch *watch = ctx;
    uint32_t asked = progress->made + progress->failed, done = progress->cached + asked;
    int64_t took_ms = rr_monotonic_ms() - watch->begun_ms;
    if (asked == 0)
        rr_watch_tell(watch, "%u of %u (%u cached), asking for %lld s", done, progress->total, progress->cached,
                      (long long)took_ms / 1000);
    else
        rr_watch_tell(watch, "%u of %u (%u cached, %u failed), about %lld s left", done, progress->total, progress->cached,
                      progress->failed, (long long)(took_ms * (progress->total - done) / asked + 999) / 1000);
}

static void print_cards(const char *as_of, const struct rr_mode_list *modes, const struct rr_enrich_outcome *outcomes) {
    static const char *const notes[] = {[RR_ENRICH_NONE] = "",
                                        [RR_ENRICH_SAME] = "",
                                        [RR_ENRICH_REPLACED] = "",
                                        [RR_ENRICH_SUPERSEDED] =
                                            "; the report was replaced meanwhile, they are kept for the next"};
    for (uint32_t i = 0; i < modes->count; i++) {
        const struct rr_enrich_outcome *outcome = &outcomes[modes->modes[i]];
        if (outcome->enriched == RR_ENRICH_NONE)
            continue;
        printf("%s %s %u cards: %u cached, %u by the model, %u by rule%s\n", rr_mode_name(modes->modes[i]), as_of,
               outcome->cards.total, outcome->cards.cached, outcome->cards.model, outcome->cards.fallback,
               notes[outcome->enriched]);
        if (outcome->cards.fallback > 0)
            fprintf(stderr, "riskreport: %s: cards are missing, the last because: %s\n", rr_mode_name(modes->modes[i]),
                    outcome->why.message);
    }
}

/* Who asks for cards, and who watches. */
struct asker {
    struct rr_enrichment enrichment;
    struct rr_watch watch;
};

static int open_asker(struct asker *asker, struct rr_service *service, struct rr_err *err) {
    if (rr_enrich_open(&asker->enrichment, service, err) != 0)
        return -1;
    asker->enrichment.tell = tell_asked;
    asker->enrichment.ctx = &asker->watch;
    return 0;
}

/* Asks and prints; 0, or -1 with the first error. */
static int enrich(struct asker *asker, const char *as_of, const struct rr_mode_list *modes, struct rr_err *err) {
    struct rr_enrich_outcome outcomes[RR_MODE_COUNT];
    asker->watch = rr_watch_begin("cards");
    int rc = rr_enrich(&asker->enrichment, as_of, modes, outcomes, err);
    rr_watch_end(&asker->watch);
    print_cards(as_of, modes, outcomes);
    return rc;
}

static int run_enrich(int argc, char **argv) {
    const char *date = NULL, *mode = NULL;
    int status;
    const struct rr_option options[] = {
        {"date", RR_OPTION_TEXT, &date, "YYYY-MM-DD", "the report's date (default: today in REPORT_TZ)"},
        {"mode", RR_OPTION_TEXT, &mode, "offline|online|all", "which business (default: those of REPORT_MODES)"},
        {0},
    };
    if (!rr_command_begin("enrich [--date D] [--mode M|all]", options, argc, argv, &status))
        return status;
    struct rr_bench bench;
    struct asker asker;
    struct rr_mode_list modes;
    char as_of[16];
    struct rr_err err;
    if (rr_bench_open(&bench, &err) != 0)
        return rr_command_fail_work(&err);
    status = EXIT_OK;
    if (rr_bench_choose_all(&bench, date, mode, as_of, &modes, &err) != 0)
        status = rr_command_fail_choice(&err);
    else if (open_asker(&asker, &bench.service, &err) != 0 || enrich(&asker, as_of, &modes, &err) != 0)
        status = rr_command_fail_work(&err);
    rr_enrich_close(&asker.enrichment);
    rr_bench_close(&bench);
    return status;
}

static void print_outcome(const struct rr_job *job, const struct rr_job_outcome *outcome) {
    for (uint32_t i = 0; i < job->modes.count; i++)
        printf("%s %s %s\n", rr_mode_name(job->modes.modes[i]), job->as_of,
               rr_result_name(outcome->results[job->modes.modes[i]]));
    printf("%lld ms, %u old files removed\n", (long long)outcome->duration_ms, outcome->removed);
}

/* The report is there whatever becomes of its cards. */
static void enrich_after(struct asker *asker, const struct rr_job *job, const struct rr_job_outcome *outcome) {
    struct rr_mode_list made = {.count = 0};
    struct rr_err err;
    for (uint32_t i = 0; i < job->modes.count; i++)
        if (outcome->results[job->modes.modes[i]] != RR_FAILED)
            made.modes[made.count++] = job->modes.modes[i];
    if (made.count > 0 && enrich(asker, job->as_of, &made, &err) != 0)
        fprintf(stderr, "riskreport: cards: %s\n", err.message);
}

static int run_and_print(struct rr_service *service, const struct rr_job *job, struct asker *asker) {
    struct rr_watch watch = rr_watch_begin("run");
    struct rr_job_outcome outcome;
    struct rr_err err;
    service->progress = (struct rr_progress){tell_read, &watch};
    rr_tally_open(&service->tally, service->store, &err); /* not shared: then nobody will ask what it counted */
    int rc = rr_job_run(service, job, &outcome, &err);
    rr_tally_close(&service->tally);
    rr_watch_end(&watch);
    service->progress = (struct rr_progress){NULL, NULL};
    if (rc != 0 && err.code == RR_LOCKED)
        return rr_command_fail_work(&err);
    print_outcome(job, &outcome);
    if (asker != NULL)
        enrich_after(asker, job, &outcome);
    return rc == 0 ? EXIT_OK : rr_command_fail_work(&err);
}

static int run_job(int argc, char **argv) {
    const char *date = NULL, *mode = NULL;
    bool force = false;
    int status;
    const struct rr_option options[] = {
        {"date", RR_OPTION_TEXT, &date, "YYYY-MM-DD", "the report's date (default: today in REPORT_TZ)"},
        {"mode", RR_OPTION_TEXT, &mode, "offline|online|all", "which business (default: those of REPORT_MODES)"},
        {"force", RR_OPTION_FLAG, &force, NULL, "make it even where the cached report is still right"},
        {0},
    };
    if (!rr_command_begin("run [--date D] [--mode M|all] [--force]", options, argc, argv, &status))
        return status;
    struct rr_bench bench;
    struct asker asker;
    struct rr_err err;
    if (rr_bench_open(&bench, &err) != 0)
        return rr_command_fail_work(&err);
    struct rr_job job = {.force = force, .trigger = isatty(STDERR_FILENO) ? RR_BY_CLI : RR_BY_JOB};
    bool asks = bench.conf.llm.enabled;
    if (rr_bench_choose_all(&bench, date, mode, job.as_of, &job.modes, &err) != 0)
        status = rr_command_fail_choice(&err);
    else if (asks && open_asker(&asker, &bench.service, &err) != 0)
        status = rr_command_fail_work(&err);
    else
        status = run_and_print(&bench.service, &job, asks ? &asker : NULL);
    if (asks)
        rr_enrich_close(&asker.enrichment);
    rr_bench_close(&bench);
    return status;
}

static int write_to_stdout(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    (void)ctx;
    if (fwrite(bytes, 1, len, stdout) == len)
        return 0;
    return rr_fail(err, RR_CACHE_WRITE_FAILED, "the report cannot be printed: %s", strerror(errno));
}

static int write_to_file(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    return rr_draft_write(ctx, bytes, len, err);
}

/* Writes the report to a file, replaced atomically, or to standard output. */
static int print_report(const struct rr_generation *generation, enum rr_mode mode, const struct rr_run_stamp *stamp,
                        const char *output, struct rr_err *err) {
    struct rr_sink sink = {write_to_stdout, NULL};
    if (output == NULL) {
        if (rr_generation_write(generation, mode, stamp, NULL, &sink, err) != 0)
            return -1;
        return fflush(stdout) == 0 ? 0 : rr_fail(err, RR_CACHE_WRITE_FAILED, "the report cannot be printed: %s", strerror(errno));
    }
    struct rr_draft draft;
    if (rr_draft_open(&draft, output, err) != 0)
        return -1;
    sink = (struct rr_sink){write_to_file, &draft};
    int rc = rr_generation_write(generation, mode, stamp, NULL, &sink, err) == 0 ? rr_draft_commit(&draft, err) : -1;
    rr_draft_discard(&draft);
    return rc;
}

enum { generate_retries = 25 };

static int run_generate(int argc, char **argv) {
    const char *db = NULL, *mode = NULL, *date = NULL, *output = NULL;
    int status;
    const struct rr_option options[] = {
        {"db", RR_OPTION_TEXT, &db, "FILE", "the CRM database (default: DB_PATH)"},
        {"mode", RR_OPTION_TEXT, &mode, "offline|online", "which business (default: offline)"},
        {"date", RR_OPTION_TEXT, &date, "YYYY-MM-DD", "the report's date (default: today in REPORT_TZ)"},
        {"output", RR_OPTION_TEXT, &output, "FILE", "where to put it (default: standard output)"},
        {0},
    };
    if (!rr_command_begin("generate --db FILE --mode offline|online --date YYYY-MM-DD [--output FILE]", options, argc, argv,
                          &status))
        return status;
    struct rr_conf conf;
    struct rr_service service = {.conf = &conf, .clock = &rr_clock_system};
    struct rr_query query;
    struct rr_err err;
    if (rr_conf_read(&conf, &err) != 0)
        return rr_command_fail_work(&err);
    if (rr_bench_choose(&service, date, mode, &query, &err) != 0)
        return rr_command_fail_choice(&err);
    struct rr_run run;
    rr_run_begin(&run, RR_BY_CLI, query.as_of, &service);
    struct rr_watch watch = rr_watch_begin("generate");
    service.progress = (struct rr_progress){tell_read, &watch};
    /* The operator names the file: it need not have rested, only stay as it is while it is read. */
    conf.db_path = db != NULL ? db : conf.db_path;
    conf.stable_window_s = 0;
    run.patience = rr_patience_of_request(RR_NO_DEADLINE);
    run.patience.retries = generate_retries;
    struct rr_generation generation;
    int rc = rr_run_read(&service, &run, &generation, &err);
    rr_service_forget(&service);
    rr_watch_end(&watch);
    if (rc != 0)
        return rr_command_fail_work(&err);
    const struct rr_run_stamp stamp = {run.job_run_id, rr_clock_now_s(&rr_clock_system)};
    rc = print_report(&generation, query.mode, &stamp, output, &err);
    rr_generation_free(&generation);
    return rc == 0 ? EXIT_OK : rr_command_fail_work(&err);
}

enum { status_max_bytes = 1024 * 1024 };

static int print_status(struct rr_store *store, const struct rr_query *query, struct rr_err *err) {
    struct rr_json json = {false};
    struct rr_buf text = RR_BUF_INIT(status_max_bytes);
    cJSON *tree = query->has_mode ? rr_status_json(&json, store, query->mode) : rr_status_json_all(&json, store);
    int rc = rr_json_print(&json, tree, &text, err);
    if (rc == 0)
        puts(text.ptr);
    rr_buf_free(&text);
    return rc;
}

static int run_status(int argc, char **argv) {
    const char *mode = NULL;
    bool as_json = false;
    int status;
    const struct rr_option options[] = {
        {"mode", RR_OPTION_TEXT, &mode, "offline|online", "one mode alone (default: both)"},
        {"json", RR_OPTION_FLAG, &as_json, NULL, "JSON on a terminal too, where people get a table"},
        {0},
    };
    if (!rr_command_begin("status [--mode M] [--json]", options, argc, argv, &status))
        return status;
    struct rr_bench bench;
    struct rr_query query;
    struct rr_err err;
    if (rr_bench_open(&bench, &err) != 0)
        return rr_command_fail_work(&err);
    status = EXIT_OK;
    if (rr_bench_choose(&bench.service, NULL, mode, &query, &err) != 0)
        status = rr_command_fail_choice(&err);
    else if (!as_json && isatty(STDOUT_FILENO))
        rr_status_table_print(&bench.service, query.has_mode ? query.mode : RR_MODE_COUNT);
    else if (print_status(bench.service.store, &query, &err) != 0)
        status = rr_command_fail_work(&err);
    rr_bench_close(&bench);
    return status;
}

static int run_doctor(int argc, char **argv) {
    int status;
    if (!rr_command_begin("doctor", (const struct rr_option[]){{0}}, argc, argv, &status))
        return status;
    return rr_doctor_print() ? EXIT_OK : EXIT_FAILED;
}

static void tell_verified(void *ctx, const char *path, const char *problem) {
    uint32_t *broken = ctx;
    *broken += problem != NULL;
    printf("%s %s%s%s\n", problem == NULL ? "valid " : "BROKEN", path, problem == NULL ? "" : ": ",
           problem == NULL ? "" : problem);
}

static int run_verify(int argc, char **argv) {
    int status;
    if (!rr_command_begin("verify", (const struct rr_option[]){{0}}, argc, argv, &status))
        return status;
    struct rr_bench bench;
    struct rr_err err;
    uint32_t broken = 0;
    if (rr_bench_open(&bench, &err) != 0)
        return rr_command_fail_work(&err);
    int rc = rr_store_verify(bench.service.store, tell_verified, &broken, &err);
    rr_bench_close(&bench);
    if (rc != 0)
        return rr_command_fail_work(&err);
    return broken == 0 ? EXIT_OK : EXIT_FAILED;
}

static int run_prune(int argc, char **argv) {
    int status;
    if (!rr_command_begin("prune", (const struct rr_option[]){{0}}, argc, argv, &status))
        return status;
    struct rr_bench bench;
    struct rr_err err;
    uint32_t removed = 0;
    if (rr_bench_open(&bench, &err) != 0)
        return rr_command_fail_work(&err);
    int rc = rr_job_prune(&bench.service, &removed, &err);
    rr_bench_close(&bench);
    if (rc != 0)
        return rr_command_fail_work(&err);
    printf("%u old files removed\n", removed);
    return EXIT_OK;
}

static int run_demo(int argc, char **argv) {
    const char *output = NULL;
    char today[RR_DATE_SIZE];
    rr_clock_date(rr_clock_now_s(&rr_clock_system), today);
    uint64_t year = strtoull(today, NULL, 10);
    struct rr_demo demo = {.deals = 2000, .seed = 1};
    int status;
    const struct rr_option options[] = {
        {"output", RR_OPTION_TEXT, &output, "FILE", "the database to make; one that is there is replaced"},
        {"deals", RR_OPTION_NUMBER, &demo.deals, "N", "how many deals (default: 2000); all else follows from it"},
        {"people", RR_OPTION_NUMBER, &demo.people, "N", "how many people"},
        {"organizations", RR_OPTION_NUMBER, &demo.organizations, "N", "how many organisations"},
        {"memos", RR_OPTION_NUMBER, &demo.memos, "N", "how many memos"},
        {"seed", RR_OPTION_NUMBER, &demo.seed, "S", "another seed, other data (default: 1)"},
        {"year", RR_OPTION_NUMBER, &year, "YYYY", "the target year (default: this year)"},
        {"wide", RR_OPTION_FLAG, &demo.wide, NULL, "tables as wide as real ones, 147 columns"},
        {0},
    };
    if (!rr_command_begin("demo --output FILE [--deals N] [--seed S] [--wide]", options, argc, argv, &status))
        return status;
    struct rr_err err;
    if (output == NULL || demo.deals == 0 || year > 9999) {
        rr_err_set(&err, RR_BAD_SETTING, "demo needs --output FILE, at least one deal, and a year of four digits");
        return rr_command_fail(EXIT_USAGE, &err);
    }
    struct rr_watch watch = rr_watch_begin("demo");
    demo.year = (int)year;
    demo.progress = tell_made;
    demo.progress_ctx = &watch;
    int rc = rr_demo_make(&demo, output, &err);
    rr_watch_end(&watch);
    return rc == 0 ? EXIT_OK : rr_command_fail_work(&err);
}

static void print_help(void) {
    printf("usage: riskreport COMMAND [options]\n\ncommands (each with --help):\n");
    for (int i = 0; i < command_count; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].meaning);
    printf("\nsettings (environment):\n");
    rr_conf_describe(stdout);
    printf("\nexit status: 0 done or skipped, 1 failed, 2 used wrongly, 75 another generation holds the lock\n");
}

int main(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : "";
    for (int i = 0; i < command_count; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 2, argv + 2);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help();
        return EXIT_OK;
    }
    if (strcmp(name, "--version") == 0) {
        puts(RR_GENERATOR_VERSION);
        return EXIT_OK;
    }
    fprintf(stderr, "riskreport: %s%s; riskreport --help lists the commands\n", argc > 1 ? name : "no command is given",
            argc > 1 ? " is not a command" : "");
    return EXIT_USAGE;
}
