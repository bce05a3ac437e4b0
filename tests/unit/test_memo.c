/* Whose memos are whose, which are too old, and which are the newest (rules.md D6), as the cards of a report say; and what is
 * known of them already. */
#include "support.h"

#include "report/generate.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two departments of one organisation and one of another, none of which is short of a pipeline. */
static const char crm[] = TEST_ORGANIZATIONS
    "('o1', '가나상사'), ('o2', '다라물산');"
    "INSERT INTO people (\"id\", \"소속 상위 조직\", \"organizationId\") VALUES ('p1', '교육팀', 'o1'), ('p2', '인사팀', 'o1'),"
    " ('p3', '본부', 'o2');" TEST_DEALS "('d1', 'p1', 'o1', 'Won', NULL, '120000000', '2025-03-02', NULL), ('d2', 'p1', 'o1', "
    "'Won', NULL, '40000000', '2026-01-02', NULL),"
    "('d3', 'p2', 'o1', 'Won', NULL, '120000000', '2025-03-02', NULL), ('d4', 'p2', 'o1', 'Won', NULL, '40000000', '2026-01-02', "
    "NULL),"
    "('d5', 'p3', 'o2', 'Won', NULL, '120000000', '2025-03-02', NULL), ('d6', 'p3', 'o2', 'Won', NULL, '40000000', '2026-01-02', "
    "NULL);"
    "CREATE TABLE memo (id TEXT, text TEXT, dealId TEXT, peopleId TEXT, organizationId TEXT, createdAt TEXT);";

#define MEMOS "INSERT INTO memo VALUES "

/* The first blocker of a counterparty and its third evidence, `BUDGET 올해 확정 딜 ...`; in a static buffer. */
static const char *card_of(const char *memos, const char *counterparty) {
    static char said[2000];
    char rows[40000];
    assert_true(snprintf(rows, sizeof rows, "%s%s", crm, memos) < (int)sizeof rows);
    char *text = test_report_of_crm(rows, RR_OFFLINE, "2026-04-10", 0);
    cJSON *root = test_json(text);
    said[0] = '\0';
    for (int i = 0; i < 3; i++) {
        const cJSON *row = cJSON_GetArrayItem(test_at(root, "counterparties"), i);
        assert_non_null(row);
        if (strcmp(test_text_at(row, "counterpartyName"), counterparty) == 0)
            snprintf(said, sizeof said, "%s %s", test_text_at(row, "top_blockers.0"), test_text_at(row, "evidence_bullets.2"));
    }
    cJSON_Delete(root);
    free(text);
    return said;
}

/* said: `BUDGET 3/2`: of three memos two name it; NULL: none says anything. */
static void assert_card(const char *memos, const char *counterparty, const char *said) {
    const char *card = card_of(memos, counterparty);
    char blocker[40], wanted[80];
    int all = 0, some = 0;
    if (said == NULL) {
        assert_non_null(strstr(card, "FIT_UNCLEAR "));
        assert_null(strstr(card, "메모"));
        return;
    }
    assert_int_equal(sscanf(said, "%39s %d/%d", blocker, &all, &some), 3);
    snprintf(wanted, sizeof wanted, "메모 %d건 중 %d건에서", all, some);
    if (strncmp(card, blocker, strlen(blocker)) != 0 || strstr(card, wanted) == NULL)
        fail_msg("%s: %s, not %s", counterparty, card, said);
}

static void a_memo_is_the_organisations_its_deals_and_its_peoples(void **state) {
    (void)state;
    assert_card(MEMOS "('m', '예산 동결', NULL, NULL, 'o1', '2026-04-01');", "교육팀", "BUDGET 1/1");
    assert_card(MEMOS "('m', '예산 동결', NULL, NULL, 'o1', '2026-04-01');", "인사팀", "BUDGET 1/1");
    assert_card(MEMOS "('m', '예산 동결', NULL, NULL, 'o1', '2026-04-01');", "본부", NULL);
    assert_card(MEMOS "('m', '예산 동결', 'd3', NULL, NULL, '2026-04-01');", "교육팀", "BUDGET 1/1");
    assert_card(MEMOS "('m', '예산 동결', 'd5', NULL, NULL, '2026-04-01');", "교육팀", NULL);
    assert_card(MEMOS "('m', '예산 동결', NULL, 'p1', NULL, '2026-04-01');", "교육팀", "BUDGET 1/1");
    assert_card(MEMOS "('m', '예산 동결', NULL, 'p1', NULL, '2026-04-01');", "인사팀", NULL);
    assert_card(MEMOS "('m', '예산 동결', 'nothing', 'nobody', 'nowhere', '2026-04-01');", "교육팀", NULL);
}

static void a_memo_of_all_three_counts_once(void **state) {
    (void)state;
    assert_card(MEMOS "('m', '예산 동결', 'd1', 'p1', 'o1', '2026-04-01');", "교육팀", "BUDGET 1/1");
    assert_card(MEMOS "('m', '예산 동결', 'd1', 'p1', 'o1', '2026-04-01'), ('n', '예산 동결', NULL, NULL, 'o1', '2026-04-01');",
                "교육팀", "BUDGET 2/2");
}

static void a_memo_may_be_180_days_old(void **state) {
    (void)state;
    assert_card(MEMOS "('m', '예산 동결', NULL, NULL, 'o1', '2026-04-10T23:59:59');", "교육팀", "BUDGET 1/1");
    assert_card(MEMOS "('m', '예산 동결', NULL, NULL, 'o1', '2025-10-12');", "교육팀", "BUDGET 1/1");
    assert_card(MEMOS "('m', '예산 동결', NULL, NULL, 'o1', '2025-10-11');", "교육팀", NULL);
    assert_card(MEMOS "('m', '예산 동결', NULL, NULL, 'o1', '2026-04-11');", "교육팀", NULL);
    assert_card(MEMOS "('m', '예산 동결', NULL, NULL, 'o1', NULL), ('n', '예산 동결', NULL, NULL, 'o1', '미정');", "교육팀",
                "BUDGET 2/2");
}

/* Twenty are read, the newest ones; undated ones last. */
static void only_the_newest_are_read(void **state) {
    (void)state;
    char memos[20000];
    int len = snprintf(memos, sizeof memos,
                       MEMOS "('old', '경쟁사와 비교', NULL, NULL, 'o1', '2026-03-01 08:00'),"
                             " ('undated', '경쟁사와 비교', NULL, NULL, 'o1', NULL)");
    for (int i = 0; i < 20; i++)
        len += snprintf(memos + len, sizeof memos - (size_t)len, ", ('m%d', '예산 동결', NULL, %s, %s, '2026-03-01 08:00:%02d')",
                        i, i % 2 == 0 ? "'p1'" : "NULL", i % 2 == 0 ? "NULL" : "'o1'", i + 1);
    snprintf(memos + len, sizeof memos - (size_t)len, ";");
    assert_card(memos, "교육팀", "BUDGET 20/20");
    assert_card(memos, "인사팀", "BUDGET 12/10");
}

static void a_memo_is_read_up_to_1000_characters(void **state) {
    (void)state;
    static const char form[] =
        MEMOS "('m', replace(hex(zeroblob(%d)), '00', '가') || ' 예산 동결', NULL, NULL, 'o1', '2026-04-01');";
    char memos[400];
    snprintf(memos, sizeof memos, form, 994);
    assert_card(memos, "교육팀", "BUDGET 1/1");
    snprintf(memos, sizeof memos, form, 996);
    assert_card(memos, "교육팀", NULL);
}

/* Most often named first; of a tie by the rules' order. */
static void blockers_are_counted(void **state) {
    (void)state;
    assert_card(MEMOS "('m', '무응답. 예산 동결', NULL, NULL, 'o1', '2026-04-01');", "교육팀", "BUDGET 1/1");
    assert_card(MEMOS "('m', '예산 동결', NULL, NULL, 'o1', '2026-04-01'), ('n', '무응답', NULL, NULL, 'o1', '2026-04-02'),"
                      " ('o', '무응답', NULL, NULL, 'o1', '2026-04-03');",
                "교육팀", "NO_RESPONSE 3/2");
}

/* ---- What is known already ---- */

enum { file_max_bytes = 100000, threads_most = 4 };

static const char some_memos[] =
    MEMOS "('m', '예산 동결', NULL, NULL, 'o1', '2026-04-01'), ('n', '경쟁사와 비교', NULL, 'p1', 'o1', '2026-04-02'),"
          " ('o', '경쟁사와 비교', NULL, NULL, 'o2', '2026-04-03'), ('p', '점심 식사', 'd5', NULL, NULL, '2026-04-04');";

static void read_knowing(struct rr_generation *generation, const char *memos, const struct rr_findings *known, int threads) {
    char path[PATH_MAX], rows[40000];
    struct rr_err err;
    snprintf(path, sizeof path, "%s", test_path(test_folder(), "crm.db"));
    assert_true(snprintf(rows, sizeof rows, "%s%s", crm, memos) < (int)sizeof rows);
    test_make_crm(path, rows);
    const struct rr_order order = {
        .source = {.db_path = path, .deadline = RR_NO_DEADLINE, .clock = &rr_clock_system},
        .as_of = rr_day_of(2026, 4, 10),
        .threads = threads,
        .known = known,
    };
    assert_ok(rr_generation_read(generation, &order, &err));
}

/* How often the memos of that text are found to name the blocker, all of which are found to say the same. */
static int found_in(const struct rr_generation *generation, const char *text, enum rr_blocker blocker) {
    const struct rr_memo_shelf *shelf = &generation->book.memos;
    int found = -1;
    for (uint32_t i = 0; i < shelf->memo_count; i++) {
        const struct rr_memo *memo = shelf->memos[i];
        if (!rr_slice_equal(memo->text, rr_slice_of(text)))
            continue;
        assert_true(memo->sensed);
        assert_true(found < 0 || found == memo->finding.found[blocker]);
        found = memo->finding.found[blocker];
    }
    assert_true(found >= 0);
    return found;
}

static struct rr_findings findings_of(const struct rr_buf *file) {
    struct rr_findings findings;
    rr_findings_read(&findings, (struct rr_slice){file->ptr, file->len});
    return findings;
}

/* What no reading of the text gives, so that it is seen to be used. */
static struct rr_finding forged(const char *text) {
    struct rr_finding finding = {.found = {[RR_PRICE_TERM] = 7}};
    rr_finding_name(&finding, rr_slice_of(text));
    return finding;
}

static void what_is_known_is_not_judged(void **state) {
    (void)state;
    const struct rr_finding finding = forged("경쟁사와 비교");
    const struct rr_findings known = {&finding, 1};
    for (int threads = 1; threads <= threads_most; threads++) {
        struct rr_generation generation;
        read_knowing(&generation, some_memos, &known, threads);
        assert_int_equal(found_in(&generation, "경쟁사와 비교", RR_PRICE_TERM), 7);
        assert_int_equal(found_in(&generation, "경쟁사와 비교", RR_COMPETITOR), 0);
        assert_int_equal(found_in(&generation, "예산 동결", RR_BUDGET), 1);
        assert_int_equal(generation.book.memos.unknown, 2);
        rr_generation_free(&generation);
    }
}

static void where_nothing_is_known_all_is_judged(void **state) {
    (void)state;
    const struct rr_findings none = {NULL, 0}, *const known[] = {NULL, &none};
    for (int i = 0; i < 2; i++) {
        struct rr_generation generation;
        read_knowing(&generation, some_memos, known[i], 2);
        assert_int_equal(found_in(&generation, "경쟁사와 비교", RR_COMPETITOR), 1);
        assert_int_equal(found_in(&generation, "예산 동결", RR_BUDGET), 1);
        assert_int_equal(found_in(&generation, "점심 식사", RR_BUDGET), 0);
        assert_int_equal(generation.book.memos.unknown > 0, known[i] != NULL);
        rr_generation_free(&generation);
    }
}

/* The file that a generation keeps that knows nothing. */
static struct rr_buf file_by(int threads) {
    const struct rr_findings none = {NULL, 0};
    struct rr_buf file = RR_BUF_INIT(file_max_bytes);
    struct rr_generation generation;
    read_knowing(&generation, some_memos, &none, threads);
    rr_generation_findings(&generation, &file);
    rr_generation_free(&generation);
    assert_false(file.failed);
    return file;
}

static void what_was_judged_is_known_the_next_time(void **state) {
    (void)state;
    for (int threads = 1; threads <= threads_most; threads++) {
        struct rr_buf file = file_by(threads), again = RR_BUF_INIT(file_max_bytes);
        const struct rr_findings known = findings_of(&file);
        struct rr_generation generation;
        assert_int_equal(known.count, 3); /* texts */
        read_knowing(&generation, some_memos, &known, threads);
        assert_int_equal(found_in(&generation, "경쟁사와 비교", RR_COMPETITOR), 1);
        assert_int_equal(found_in(&generation, "예산 동결", RR_BUDGET), 1);
        assert_int_equal(generation.book.memos.unknown, 0);
        rr_generation_findings(&generation, &again);
        assert_int_equal(again.len, 0); /* nothing new */
        rr_generation_free(&generation);
        rr_buf_free(&file);
    }
}

static void what_is_kept_is_the_same_whatever_the_threads(void **state) {
    (void)state;
    struct rr_buf one = file_by(1), more = file_by(threads_most);
    assert_true(rr_slice_equal((struct rr_slice){one.ptr, one.len}, (struct rr_slice){more.ptr, more.len}));
    rr_buf_free(&one);
    rr_buf_free(&more);
}

/* A memo that is gone leaves nothing behind, as soon as there is another one. */
static void what_is_kept_is_of_this_reports_memos(void **state) {
    (void)state;
    const struct rr_finding finding = forged("작년 메모");
    const struct rr_findings known = {&finding, 1};
    struct rr_buf file = RR_BUF_INIT(file_max_bytes);
    struct rr_generation generation;
    read_knowing(&generation, some_memos, &known, 2);
    rr_generation_findings(&generation, &file);
    rr_generation_free(&generation);
    const struct rr_findings kept = findings_of(&file);
    assert_int_equal(kept.count, 3);
    assert_null(rr_findings_find(&kept, &finding));
    rr_buf_free(&file);
}

static void nothing_is_kept_where_nobody_keeps_it(void **state) {
    (void)state;
    struct rr_buf file = RR_BUF_INIT(file_max_bytes);
    struct rr_generation generation;
    read_knowing(&generation, some_memos, NULL, 2);
    rr_generation_findings(&generation, &file);
    assert_int_equal(file.len, 0);
    assert_false(file.failed);
    rr_generation_free(&generation);
}

static void findings_that_are_too_many_fail(void **state) {
    (void)state;
    const struct rr_findings none = {NULL, 0};
    struct rr_buf file = RR_BUF_INIT(150);
    struct rr_generation generation;
    read_knowing(&generation, some_memos, &none, 1);
    rr_generation_findings(&generation, &file);
    assert_true(file.failed);
    rr_generation_free(&generation);
    rr_buf_free(&file);
}

/* A deal that stands twice, as one organisation's and as another's: the table is read once more, by one thread. */
static void what_is_known_stays_known_when_the_table_is_read_again(void **state) {
    (void)state;
    const struct rr_finding finding = forged("경쟁사와 비교");
    const struct rr_findings known = {&finding, 1};
    struct rr_generation generation;
    char rows[4000];
    snprintf(rows, sizeof rows, "%s%s", some_memos,
             TEST_DEALS "('d5', 'p1', 'o1', 'Won', NULL, '120000000', '2025-03-02', NULL);");
    read_knowing(&generation, rows, &known, 2);
    assert_true(generation.book.order_matters);
    assert_int_equal(found_in(&generation, "경쟁사와 비교", RR_PRICE_TERM), 7);
    assert_int_equal(generation.book.memos.unknown, 2);
    rr_generation_free(&generation);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_memo_is_the_organisations_its_deals_and_its_peoples),
        cmocka_unit_test(a_memo_of_all_three_counts_once),
        cmocka_unit_test(a_memo_may_be_180_days_old),
        cmocka_unit_test(only_the_newest_are_read),
        cmocka_unit_test(a_memo_is_read_up_to_1000_characters),
        cmocka_unit_test(blockers_are_counted),
        cmocka_unit_test(what_is_known_is_not_judged),
        cmocka_unit_test(where_nothing_is_known_all_is_judged),
        cmocka_unit_test(what_was_judged_is_known_the_next_time),
        cmocka_unit_test(what_is_kept_is_the_same_whatever_the_threads),
        cmocka_unit_test(what_is_kept_is_of_this_reports_memos),
        cmocka_unit_test(nothing_is_kept_where_nobody_keeps_it),
        cmocka_unit_test(findings_that_are_too_many_fail),
        cmocka_unit_test(what_is_known_stays_known_when_the_table_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
