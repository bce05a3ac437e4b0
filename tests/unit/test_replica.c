/* Hosts that share a store, with what they share in this process's memory: what each host's files make of it. The real thing is
 * tried by tests/cluster. */
#include "support.h"

#include "base/gzip.h"
#include "store/layout.h"
#include "store/peers.h"
#include "store/remote.h"
#include "store/replica.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { rows_max = 8, hosts = 2 };

/* What hosts share. */
struct shared {
    struct {
        struct rr_remote_row row;
        struct rr_buf gzip;
    } reports[rows_max];
    int count;
    struct rr_buf status[RR_MODE_COUNT];
    int64_t revision;
    const struct rr_remote *holder;
    const struct rr_key *asked;
    bool is_away;
};

struct fake {
    struct rr_remote remote;
    struct shared *shared;
    bool is_connected;
    int fetched;
};

static struct fake *self_of(const struct rr_remote *remote) {
    return (struct fake *)remote;
}

static int fake_connect(struct rr_remote *remote, struct rr_err *err) {
    struct fake *self = self_of(remote);
    self->is_connected = !self->shared->is_away;
    return self->is_connected ? 0 : rr_fail(err, RR_STORE_UNAVAILABLE, "away");
}

static bool fake_is_connected(const struct rr_remote *remote) {
    return self_of(remote)->is_connected;
}

static void fake_unlock(struct rr_remote *remote) {
    struct fake *self = self_of(remote);
    self->is_connected = false;
    if (self->shared->holder == remote)
        self->shared->holder = NULL;
}

static void fake_close(struct rr_remote **remote) {
    fake_unlock(*remote);
    free(self_of(*remote));
    *remote = NULL;
}

static int fake_lock(struct rr_remote *remote, struct rr_err *err) {
    struct shared *shared = self_of(remote)->shared;
    if (fake_connect(remote, err) != 0)
        return -1;
    if (shared->holder != NULL && shared->holder != remote)
        return rr_fail(err, RR_LOCKED, "held");
    shared->holder = remote;
    return 0;
}

static int find(const struct shared *shared, const struct rr_key *key) {
    int at = 0;
    while (at < shared->count && !rr_layout_same_key(&shared->reports[at].row.key, key))
        at++;
    return at;
}

static int fake_publish(struct rr_remote *remote, const struct rr_publication *publication, int64_t *revision,
                        struct rr_err *err) {
    struct shared *shared = self_of(remote)->shared;
    if (shared->is_away || shared->holder != remote)
        return rr_fail(err, RR_STORE_UNAVAILABLE, "lost");
    if (publication->row != NULL) {
        int at = find(shared, &publication->row->key);
        shared->count += at == shared->count;
        shared->reports[at].row = *publication->row;
        *revision = shared->reports[at].row.revision = ++shared->revision;
        rr_buf_free(&shared->reports[at].gzip);
        shared->reports[at].gzip = (struct rr_buf)RR_BUF_INIT(1 << 20);
        rr_buf_add(&shared->reports[at].gzip, publication->gzip.ptr, publication->gzip.len);
    }
    if (publication->status.ptr != NULL) {
        rr_buf_free(&shared->status[publication->mode]);
        shared->status[publication->mode] = (struct rr_buf)RR_BUF_INIT(1 << 20);
        rr_buf_add(&shared->status[publication->mode], publication->status.ptr, publication->status.len);
    }
    return 0;
}

static int fake_retire(struct rr_remote *remote, const struct rr_key *key, struct rr_err *err) {
    (void)err;
    struct shared *shared = self_of(remote)->shared;
    int at = find(shared, key);
    if (at < shared->count) {
        shared->reports[at].row.retired = true;
        shared->reports[at].row.revision = ++shared->revision;
    }
    return 0;
}

static int fake_changes(struct rr_remote *remote, int64_t revision, struct rr_remote_row *rows, int max, struct rr_err *err) {
    const struct shared *shared = self_of(remote)->shared;
    int count = 0;
    if (shared->is_away)
        return rr_fail(err, RR_STORE_UNAVAILABLE, "away");
    for (int64_t next = revision + 1; next <= shared->revision && count < max; next++)
        for (int i = 0; i < shared->count; i++)
            if (shared->reports[i].row.revision == next)
                rows[count++] = shared->reports[i].row;
    return count;
}

static int fake_older(struct rr_remote *remote, enum rr_mode mode, int64_t before_us, struct rr_remote_row *rows, int max,
                      struct rr_err *err) {
    (void)err;
    const struct shared *shared = self_of(remote)->shared;
    int count = 0;
    for (int i = 0; i < shared->count && count < max; i++) {
        const struct rr_remote_row *row = &shared->reports[i].row;
        if (!row->retired && row->key.mode == mode && row->published_us < before_us)
            rows[count++] = *row;
    }
    return count;
}

static int fake_fetch(struct rr_remote *remote, const struct rr_key *key, struct rr_remote_row *row, struct rr_buf *gzip,
                      struct rr_err *err) {
    (void)err;
    struct shared *shared = self_of(remote)->shared;
    int at = find(shared, key);
    if (at == shared->count || shared->reports[at].row.retired)
        return 0;
    self_of(remote)->fetched++;
    *row = shared->reports[at].row;
    rr_buf_add(gzip, shared->reports[at].gzip.ptr, shared->reports[at].gzip.len);
    return 1;
}

static int fake_status(struct rr_remote *remote, enum rr_mode mode, struct rr_buf *document, struct rr_err *err) {
    (void)err;
    const struct rr_buf *status = &self_of(remote)->shared->status[mode];
    rr_buf_add(document, status->ptr, status->len);
    return status->len > 0;
}

static int fake_wait(struct rr_remote *remote, int64_t max_ms, struct rr_err *err) {
    (void)max_ms;
    return fake_connect(remote, err) == 0 ? RR_REMOTE_CHANGED : -1;
}

static int fake_ask(struct rr_remote *remote, const struct rr_key *key, struct rr_err *err) {
    (void)err;
    self_of(remote)->shared->asked = key;
    return 0;
}

/* ---- Hosts ---- */

struct cluster {
    struct shared shared;
    char folders[hosts][64];
    struct rr_store *stores[hosts];
};

static struct rr_remote *share(struct shared *shared) {
    static const struct rr_remote operations = {.id = "shared-1",
                                                .close = fake_close,
                                                .is_connected = fake_is_connected,
                                                .connect = fake_connect,
                                                .lock = fake_lock,
                                                .unlock = fake_unlock,
                                                .publish = fake_publish,
                                                .retire = fake_retire,
                                                .changes = fake_changes,
                                                .older = fake_older,
                                                .fetch = fake_fetch,
                                                .status = fake_status,
                                                .wait = fake_wait,
                                                .ask = fake_ask};
    struct fake *fake = calloc(1, sizeof *fake);
    assert_non_null(fake);
    *fake = (struct fake){.remote = operations, .shared = shared};
    return &fake->remote;
}

static int set_up(void **state) {
    struct cluster *cluster = calloc(1, sizeof *cluster);
    struct rr_err err;
    assert_non_null(cluster);
    for (int i = 0; i < hosts; i++) {
        snprintf(cluster->folders[i], sizeof cluster->folders[i], "%s", test_folder());
        assert_ok(rr_store_open(&cluster->stores[i], cluster->folders[i], &err));
        cluster->stores[i]->remote = share(&cluster->shared);
    }
    *state = cluster;
    return 0;
}

static int tear_down(void **state) {
    struct cluster *cluster = *state;
    for (int i = 0; i < hosts; i++)
        rr_store_close(&cluster->stores[i]);
    for (int i = 0; i < cluster->shared.count; i++)
        rr_buf_free(&cluster->shared.reports[i].gzip);
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++)
        rr_buf_free(&cluster->shared.status[mode]);
    free(cluster);
    return 0;
}

static void publish(struct cluster *cluster, int host, const char *as_of, const char *job_run_id) {
    const struct rr_key key = test_key(RR_OFFLINE, as_of);
    struct rr_store *store = cluster->stores[host];
    struct rr_err err;
    assert_ok(rr_store_lock(store, &err));
    test_publish(store, &key, job_run_id);
    rr_store_unlock(store);
}

/* The run that made the host's report of that date; "" where it has none. */
static const char *run_of(struct cluster *cluster, int host, const char *as_of) {
    static char run[64];
    const struct rr_key key = test_key(RR_OFFLINE, as_of);
    struct rr_document document = RR_DOCUMENT_EMPTY;
    struct rr_err ignored;
    run[0] = '\0';
    if (rr_store_peek(cluster->stores[host], &key, &document, &ignored) == 0)
        memcpy(run, document.meta.job_run_id, sizeof run);
    rr_document_free(&document);
    return run;
}

static void follow(struct cluster *cluster, int host) {
    struct rr_err err;
    assert_true(rr_store_follow(cluster->stores[host], 0, &err) > 0);
}

static int fetched(const struct cluster *cluster, int host) {
    return self_of(cluster->stores[host]->remote)->fetched;
}

/* When the host's report of that date was written, as its file says. */
static int64_t mtime_ns(const struct cluster *cluster, int host, const char *as_of) {
    char name[32];
    struct stat st;
    snprintf(name, sizeof name, "%s.json", as_of);
    assert_int_equal(stat(test_path(cluster->folders[host], name), &st), 0);
    return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

/* ---- Tests ---- */

static void what_one_publishes_the_other_has(void **state) {
    struct cluster *cluster = *state;
    const struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    struct rr_document documents[hosts] = {RR_DOCUMENT_EMPTY, RR_DOCUMENT_EMPTY};
    struct rr_err err;
    publish(cluster, 0, "2026-01-19", "run-1");
    assert_string_equal(run_of(cluster, 1, "2026-01-19"), "");
    follow(cluster, 1);
    for (int i = 0; i < hosts; i++)
        assert_ok(rr_store_find(cluster->stores[i], &key, &documents[i], &err));
    assert_int_equal(documents[0].body.len, documents[1].body.len);
    assert_memory_equal(documents[0].body.ptr, documents[1].body.ptr, documents[0].body.len);
    assert_string_equal(documents[0].etag, documents[1].etag);
    assert_int_equal(mtime_ns(cluster, 0, "2026-01-19"), mtime_ns(cluster, 1, "2026-01-19"));
    assert_int_equal(mtime_ns(cluster, 1, "2026-01-19") / 1000, cluster->shared.reports[0].row.published_us);
    assert_true(documents[1].has_gzip);
    for (int i = 0; i < hosts; i++)
        rr_document_free(&documents[i]);
}

static void whoever_has_the_lock_has_caught_up(void **state) {
    struct cluster *cluster = *state;
    struct rr_err err;
    publish(cluster, 0, "2026-01-19", "run-1");
    assert_ok(rr_store_lock(cluster->stores[1], &err));
    assert_string_equal(run_of(cluster, 1, "2026-01-19"), "run-1");
    assert_fails(rr_store_lock(cluster->stores[0], &err), RR_LOCKED);
    assert_false(rr_store_is_locked(cluster->stores[0])); /* by this host, it is not */
    rr_store_unlock(cluster->stores[1]);
    assert_ok(rr_store_lock(cluster->stores[0], &err));
}

static void nothing_is_fetched_twice(void **state) {
    struct cluster *cluster = *state;
    publish(cluster, 0, "2026-01-19", "run-1");
    publish(cluster, 0, "2026-01-20", "run-2");
    follow(cluster, 1);
    assert_int_equal(fetched(cluster, 1), 2);
    follow(cluster, 1);
    cluster->stores[1]->remote->unlock(cluster->stores[1]->remote);
    follow(cluster, 1); /* a new connection: all is compared, nothing fetched */
    assert_int_equal(fetched(cluster, 1), 2);
    follow(cluster, 0);
    assert_int_equal(fetched(cluster, 0), 0);
}

/* Files may be removed at any time, and are made again: what the copy has seen does not come back by itself. */
static void what_was_removed_here_stays_away_until_all_is_compared(void **state) {
    struct cluster *cluster = *state;
    struct rr_err err;
    publish(cluster, 0, "2026-01-19", "run-1");
    unlink(test_path(cluster->folders[0], "2026-01-19.json"));
    assert_ok(rr_replica_catch_up(cluster->stores[0], false, &err));
    assert_string_equal(run_of(cluster, 0, "2026-01-19"), "");
    assert_ok(rr_store_export(cluster->stores[0], &err));
    assert_string_equal(run_of(cluster, 0, "2026-01-19"), "run-1");
}

static void a_report_that_cannot_be_shared_is_not_here_either(void **state) {
    struct cluster *cluster = *state;
    const struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    struct rr_store *store = cluster->stores[0];
    struct rr_sink sink;
    struct rr_err err;
    static const char text[] =
        "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"offline\",\"job_run_id\":\"run-2\"},\n\"counterparties\":[]}\n";
    publish(cluster, 0, "2026-01-19", "run-1");
    assert_ok(rr_store_lock(store, &err));
    assert_ok(rr_store_begin(store, &key, &sink, &err));
    assert_ok(sink.write(sink.ctx, text, strlen(text), &err));
    assert_ok(rr_store_seal(store, 1, &err));
    cluster->shared.holder = NULL; /* the server has given the session up */
    assert_fails(rr_store_publish(store, NULL, &err), RR_STORE_UNAVAILABLE);
    assert_string_equal(run_of(cluster, 0, "2026-01-19"), "run-1");
    assert_int_equal(cluster->shared.revision, 1);
}

static void away_is_told_and_holds_nothing(void **state) {
    struct cluster *cluster = *state;
    struct rr_err err;
    cluster->shared.is_away = true;
    assert_fails(rr_store_lock(cluster->stores[0], &err), RR_STORE_UNAVAILABLE);
    assert_false(rr_store_is_locked(cluster->stores[0]));
    assert_int_equal(rr_store_follow(cluster->stores[0], 0, &err), -1);
    cluster->shared.is_away = false;
    assert_ok(rr_store_lock(cluster->stores[0], &err));
}

static void what_is_retired_goes_everywhere(void **state) {
    struct cluster *cluster = *state;
    const struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    struct rr_err err;
    publish(cluster, 0, "2026-01-19", "run-1");
    follow(cluster, 1);
    assert_ok(rr_store_lock(cluster->stores[0], &err));
    assert_ok(cluster->stores[0]->remote->retire(cluster->stores[0]->remote, &key, &err));
    rr_store_unlock(cluster->stores[0]);
    test_write_file(test_path(cluster->folders[0], "2026-01-19.json"),
                    "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"offline\",\"job_run_id\":\"by hand\"}}");
    follow(cluster, 0);
    follow(cluster, 1);
    assert_string_equal(run_of(cluster, 1, "2026-01-19"), "");
    assert_string_equal(run_of(cluster, 0, "2026-01-19"), "by hand"); /* another than the one that was retired */
}

static void prune_retires_by_the_rule_of_the_files(void **state) {
    struct cluster *cluster = *state;
    struct rr_err err;
    uint32_t removed;
    publish(cluster, 0, "2026-01-18", "run-1");
    publish(cluster, 0, "2026-01-19", "run-2");
    for (int i = 0; i < 2; i++)
        cluster->shared.reports[i].row.published_us = 1000000;
    assert_ok(rr_store_lock(cluster->stores[0], &err));
    assert_ok(rr_store_prune(cluster->stores[0], 3600, &removed, &err));
    rr_store_unlock(cluster->stores[0]);
    assert_true(cluster->shared.reports[0].row.retired);
    assert_false(cluster->shared.reports[1].row.retired); /* what would be fallen back to */
}

static void a_shared_report_that_is_broken_is_left_and_no_hindrance(void **state) {
    struct cluster *cluster = *state;
    publish(cluster, 0, "2026-01-18", "run-1");
    publish(cluster, 0, "2026-01-19", "run-2");
    publish(cluster, 0, "2026-01-20", "run-3");
    cluster->shared.reports[0].gzip.ptr[20] ^= 1;
    cluster->shared.reports[1].row.etag[5] ^= 1;
    follow(cluster, 1);
    assert_string_equal(run_of(cluster, 1, "2026-01-18"), "");
    assert_string_equal(run_of(cluster, 1, "2026-01-19"), "");
    assert_string_equal(run_of(cluster, 1, "2026-01-20"), "run-3");
    assert_int_equal(test_count_files(cluster->folders[1]),
                     4); /* no temporary: .replica, .versions, the report, the folder of the other mode */
}

/* After a failover what was shared last may be gone. */
static void a_store_that_went_back_is_followed(void **state) {
    struct cluster *cluster = *state;
    publish(cluster, 0, "2026-01-18", "run-1");
    publish(cluster, 0, "2026-01-19", "run-2");
    follow(cluster, 1);
    cluster->shared.count = 1;
    rr_buf_free(&cluster->shared.reports[1].gzip);
    cluster->shared.revision = 1;
    cluster->stores[1]->remote->unlock(cluster->stores[1]->remote);
    follow(cluster, 1);
    publish(cluster, 0, "2026-01-20", "run-3"); /* revision 2 again */
    follow(cluster, 1);
    assert_string_equal(run_of(cluster, 1, "2026-01-20"), "run-3");
}

static void another_store_or_a_torn_note_begins_anew(void **state) {
    static const char *const notes[] = {"shared-9 7\n", "", "shared-1", "shared-1 x", "\xff\n"};
    struct cluster *cluster = *state;
    struct rr_err err;
    publish(cluster, 0, "2026-01-19", "run-1");
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        unlink(test_path(cluster->folders[1], "2026-01-19.json"));
        test_write_file(test_path(cluster->folders[1], ".replica"), notes[i]);
        assert_ok(rr_replica_catch_up(cluster->stores[1], false, &err));
        assert_string_equal(run_of(cluster, 1, "2026-01-19"), "run-1");
    }
    char *note = test_read_file(test_path(cluster->folders[1], ".replica"));
    assert_string_equal(note, "shared-1 1\n");
    free(note);
}

static void the_status_is_everybodys(void **state) {
    struct cluster *cluster = *state;
    struct rr_err err;
    cJSON *run = test_json("{\"result\":\"FAILED\",\"job_run_id\":\"run-1\"}");
    assert_ok(rr_store_lock(cluster->stores[0], &err));
    assert_ok(rr_store_record(cluster->stores[0], RR_ONLINE, &(struct rr_status_change){.run = run}, &err));
    rr_store_unlock(cluster->stores[0]);
    follow(cluster, 1);
    char *texts[hosts];
    for (int i = 0; i < hosts; i++)
        texts[i] = test_read_file(test_path(cluster->folders[i], "status_online.json"));
    assert_non_null(texts[0]);
    assert_string_equal(texts[0], texts[1]);
    cluster->shared.holder = NULL;
    assert_fails(rr_store_record(cluster->stores[0], RR_OFFLINE, &(struct rr_status_change){.run = run}, &err),
                 RR_STORE_UNAVAILABLE);
    assert_null(test_read_file(test_path(cluster->folders[0], "status.json")));
    for (int i = 0; i < hosts; i++)
        free(texts[i]);
    cJSON_Delete(run);
}

static void a_host_that_asks_is_given_what_is_there(void **state) {
    struct cluster *cluster = *state;
    const struct rr_key there = test_key(RR_OFFLINE, "2026-01-19"), absent = test_key(RR_OFFLINE, "2026-01-20");
    struct rr_err err;
    publish(cluster, 0, "2026-01-19", "run-1");
    assert_int_equal(rr_store_ask(cluster->stores[1], &there, &err), 1);
    assert_string_equal(run_of(cluster, 1, "2026-01-19"), "run-1");
    assert_int_equal(rr_store_ask(cluster->stores[1], &absent, &err), 0);
    assert_ptr_equal(cluster->shared.asked, &absent);
}

static void count_told(void *ctx, const char *path, const char *problem) {
    int *told = ctx;
    assert_non_null(path);
    told[problem != NULL]++;
}

static void files_become_shared_with_their_times(void **state) {
    struct cluster *cluster = *state;
    struct rr_store *store = cluster->stores[0];
    struct rr_err err;
    uint32_t count;
    int told[2] = {0, 0};
    publish(cluster, 1, "2026-01-18", "theirs");
    test_write_file(
        test_path(cluster->folders[0], "2026-01-19.json"),
        "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"offline\",\"job_run_id\":\"ours\"},\n\"counterparties\":[]}\n");
    test_write_file(test_path(cluster->folders[0], "2026-01-20.json"), "{");
    test_write_file(test_path(cluster->folders[0], "status.json"), "{\"last_run\":null,\"last_success\":null}\n");
    test_set_age(test_path(cluster->folders[0], "2026-01-19.json"), 7200);
    assert_ok(rr_store_lock(store, &err));
    assert_ok(rr_store_import(store, &count, count_told, told, &err));
    rr_store_unlock(store);
    assert_int_equal(count, 1);
    assert_int_equal(told[0], 1);
    assert_int_equal(told[1], 1); /* the broken one, which stays */
    follow(cluster, 1);
    assert_string_equal(run_of(cluster, 1, "2026-01-19"), "ours");
    assert_true(time(NULL) - cluster->shared.reports[1].row.published_us / 1000000 >= 7200);
    assert_string_equal(cluster->shared.status[RR_OFFLINE].ptr, "{\"last_run\":null,\"last_success\":null}\n");
    assert_int_equal(cluster->shared.status[RR_ONLINE].len, 0);
}

static void files_alone_share_nothing(void **state) {
    (void)state;
    struct rr_store *store = NULL;
    const struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    struct rr_err err;
    assert_ok(rr_store_open(&store, test_folder(), &err));
    assert_ok(rr_store_join(store, "file", &err));
    assert_false(rr_store_has_peers(store));
    assert_int_equal(rr_store_ask(store, &key, &err), -1);
    assert_int_equal(err.code, RR_STORE_UNAVAILABLE);
    assert_fails(rr_store_join(store, "mysql://host/db", &err), RR_BAD_SETTING);
    rr_store_close(&store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_one_publishes_the_other_has, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_has_the_lock_has_caught_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_fetched_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_removed_here_stays_away_until_all_is_compared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_report_that_cannot_be_shared_is_not_here_either, set_up, tear_down),
        cmocka_unit_test_setup_teardown(away_is_told_and_holds_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_retired_goes_everywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(prune_retires_by_the_rule_of_the_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_shared_report_that_is_broken_is_left_and_no_hindrance, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_that_went_back_is_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_store_or_a_torn_note_begins_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_status_is_everybodys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_host_that_asks_is_given_what_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_become_shared_with_their_times, set_up, tear_down),
        cmocka_unit_test(files_alone_share_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
