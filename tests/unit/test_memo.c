/* Whose memos are whose, which are too old, and which are the newest (rules.md D6), as the cards of a report say. */
#include "support.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_memo_is_the_organisations_its_deals_and_its_peoples),
        cmocka_unit_test(a_memo_of_all_three_counts_once),
        cmocka_unit_test(a_memo_may_be_180_days_old),
        cmocka_unit_test(only_the_newest_are_read),
        cmocka_unit_test(a_memo_is_read_up_to_1000_characters),
        cmocka_unit_test(blockers_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
