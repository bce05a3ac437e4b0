/* The sums of the CRM per counterparty and mode (rules.md D1 to D4). The target year is 2026. */
#include "support.h"

#include "report/book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE TEST_ORGANIZATIONS "('o1', '가나상사');" TEST_PEOPLE "('p1', ' 교육팀 '), ('p2', NULL), ('p3', '\u3000\u00a0');"

struct shelf {
    struct rr_db *db;
    struct rr_book book;
};

static void open_shelf(struct shelf *shelf, const char *rows) {
    struct rr_err err;
    const char *path = test_path(test_folder(), "crm.db");
    test_make_crm(path, rows);
    assert_ok(rr_db_open_read(&shelf->db, path, false, RR_NO_DEADLINE, &err));
    assert_ok(rr_book_init(&shelf->book, 20260119, 2026, &err));
    assert_ok(rr_book_read(&shelf->book, shelf->db, NULL, &err));
}

static void close_shelf(struct shelf *shelf) {
    rr_book_free(&shelf->book);
    rr_db_close(&shelf->db);
}

/* The account of organisation/counterparty in a mode, NULL where there is none. */
static const struct rr_account *account_of(const struct rr_book *book, const char *organization, const char *counterparty,
                                           enum rr_mode mode) {
    for (uint32_t i = 0; i < book->account_count; i++) {
        const struct rr_account *account = &book->accounts[i];
        if (account->mode == mode &&
            rr_slice_equal(rr_table_key(&book->organizations, account->organization), rr_slice_of(organization)) &&
            rr_slice_equal(rr_table_key(&book->counterparties, account->counterparty), rr_slice_of(counterparty)))
            return account;
    }
    return NULL;
}

/* An account in one line: years? baseline confirmed/deals expected/deals zero fail unknown top. */
static const char *tell_account(const struct rr_account *account) {
    static char text[200];
    if (account == NULL)
        return "none";
    snprintf(text, sizeof text, "%s %lld %lld/%u %lld/%u zero %u fail %u unknown %u top %u",
             account->in_report_years ? "row" : "-", (long long)account->baseline_krw, (long long)account->confirmed_krw,
             account->confirmed_deals, (long long)account->expected_krw, account->expected_deals, account->amount_zero_deals,
             account->amount_parse_fail, account->year_unknown, account->top.count);
    return text;
}

/* One deal of person p1 and organisation o1 alone: id, person, organisation, status, format, amount, start, possibility. */
static void each_deal_counts_where_it_belongs(void **state) {
    (void)state;
    static const struct {
        const char *deal; /* status, format, amount, start, possibility */
        enum rr_mode mode;
        const char *account;
        unsigned unknown_amounts;
    } cases[] = {
        /* The target year. */
        {"'Won', '출강', '100', '2026-03-02', NULL", RR_OFFLINE, "row 0 100/1 0/0 zero 0 fail 0 unknown 0 top 1", 0},
        {"'Won', '포팅', '100', '2026-03-02', NULL", RR_ONLINE, "row 0 100/1 0/0 zero 0 fail 0 unknown 0 top 1", 0},
        {"'SQL', NULL, '100', '2026-03-02', '확정'", RR_OFFLINE, "row 0 100/1 0/0 zero 0 fail 0 unknown 0 top 1", 0},
        {"'SQL', NULL, '100', '2026-03-02', '높음'", RR_OFFLINE, "row 0 0/0 100/1 zero 0 fail 0 unknown 0 top 1", 0},
        {"'SQL', NULL, '100', '2026-03-02', '낮음'", RR_OFFLINE, "row 0 0/0 0/0 zero 0 fail 0 unknown 0 top 1", 0},
        {"'won', NULL, '100', '2026-03-02', NULL", RR_OFFLINE, "row 0 0/0 0/0 zero 0 fail 0 unknown 0 top 1", 0},
        {"' Won', NULL, '100', '2026-03-02', NULL", RR_OFFLINE, "row 0 0/0 0/0 zero 0 fail 0 unknown 0 top 1", 0},
        {"'', NULL, '100', '2026-03-02', '확정'", RR_OFFLINE, "row 0 100/1 0/0 zero 0 fail 0 unknown 0 top 1", 0},
        {"NULL, NULL, '100', '2026-03-02', '확정'", RR_OFFLINE, "row 0 0/0 0/0 zero 0 fail 0 unknown 0 top 0", 0},
        {"'Lost', NULL, '100', '2026-03-02', '확정'", RR_OFFLINE, "row 0 0/0 0/0 zero 0 fail 0 unknown 0 top 0", 0},
        {"'lost', NULL, '100', '2026-03-02', '확정'", RR_OFFLINE, "row 0 100/1 0/0 zero 0 fail 0 unknown 0 top 1", 0},
        {"'Convert', NULL, 'x', '2026-03-02', '확정'", RR_OFFLINE, "none", 0},
        {"'convert', NULL, '100', '2026-03-02', '확정'", RR_OFFLINE, "row 0 100/1 0/0 zero 0 fail 0 unknown 0 top 1", 0},
        /* Amounts that are not there. */
        {"'Won', NULL, '0', '2026-03-02', NULL", RR_OFFLINE, "row 0 0/1 0/0 zero 1 fail 0 unknown 0 top 1", 0},
        {"'Won', NULL, NULL, '2026-03-02', NULL", RR_OFFLINE, "row 0 0/1 0/0 zero 1 fail 0 unknown 0 top 1", 1},
        {"'Won', NULL, 'inf', '2026-03-02', NULL", RR_OFFLINE, "row 0 0/1 0/0 zero 1 fail 1 unknown 0 top 1", 1},
        {"'SQL', NULL, '약 3천만', '2026-03-02', '높음'", RR_OFFLINE, "row 0 0/0 0/1 zero 1 fail 1 unknown 0 top 1", 1},
        {"'SQL', NULL, 'x', '2026-03-02', '낮음'", RR_OFFLINE, "row 0 0/0 0/0 zero 0 fail 0 unknown 0 top 1", 1},
        {"'Lost', NULL, 'x', '2026-03-02', NULL", RR_OFFLINE, "row 0 0/0 0/0 zero 0 fail 0 unknown 0 top 0", 1},
        /* The year before: the status NULL counts in the baseline. */
        {"'Won', NULL, '100', '2025-03-02', NULL", RR_OFFLINE, "row 100 0/0 0/0 zero 0 fail 0 unknown 0 top 0", 0},
        {"NULL, NULL, '100', '2025-03-02', '확정'", RR_OFFLINE, "row 100 0/0 0/0 zero 0 fail 0 unknown 0 top 0", 0},
        {"'SQL', NULL, '100', '2025-03-02', '높음'", RR_OFFLINE, "row 0 0/0 0/0 zero 0 fail 0 unknown 0 top 0", 0},
        {"'Lost', NULL, '100', '2025-03-02', '확정'", RR_OFFLINE, "row 0 0/0 0/0 zero 0 fail 0 unknown 0 top 0", 0},
        {"'Convert', NULL, '100', '2025-03-02', NULL", RR_OFFLINE, "none", 0},
        /* Other years, and none: no row, but the unknown year is counted whatever the status. */
        {"'Won', NULL, 'x', '2024-12-31', NULL", RR_OFFLINE, "none", 1},
        {"'Won', NULL, 'x', '2027-01-01', NULL", RR_OFFLINE, "none", 1},
        {"'Won', NULL, '100', '상반기', NULL", RR_OFFLINE, "- 0 0/0 0/0 zero 0 fail 0 unknown 1 top 0", 0},
        {"'Lost', NULL, '100', NULL, NULL", RR_OFFLINE, "- 0 0/0 0/0 zero 0 fail 0 unknown 1 top 0", 0},
        {"NULL, '포팅', '100', '2026-02-30', NULL", RR_ONLINE, "- 0 0/0 0/0 zero 0 fail 0 unknown 1 top 0", 0},
        {"'Convert', NULL, 'x', NULL, NULL", RR_OFFLINE, "none", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct shelf shelf = {NULL};
        char rows[1000];
        snprintf(rows, sizeof rows, "%s%s('d1', 'p1', 'o1', %s);", BASE, TEST_DEALS, cases[i].deal);
        open_shelf(&shelf, rows);
        const char *account = tell_account(account_of(&shelf.book, "o1", "교육팀", cases[i].mode));
        if (strcmp(account, cases[i].account) != 0 || shelf.book.unknown_amount_deals != cases[i].unknown_amounts)
            fail_msg("%s: %s, unknown amounts %u", cases[i].deal, account, (unsigned)shelf.book.unknown_amount_deals);
        assert_null(account_of(&shelf.book, "o1", "교육팀", cases[i].mode == RR_ONLINE ? RR_OFFLINE : RR_ONLINE));
        close_shelf(&shelf);
    }
}

static void deals_without_a_counterparty_are_unclassified(void **state) {
    (void)state;
    struct shelf shelf = {NULL};
    open_shelf(&shelf, BASE TEST_DEALS "('a', NULL, 'o1', 'Won', NULL, '1', '2026-01-01', NULL)," /* no person */
                                       "('b', 'p9', 'o1', 'Won', NULL, '2', '2026-01-01', NULL)," /* no such person */
                                       "('c', 'p2', 'o1', 'Won', NULL, '4', '2026-01-01', NULL)," /* NULL */
                                       "('d', 'p3', 'o1', 'Won', NULL, '8', '2026-01-01', NULL);" /* blank */);
    const struct rr_account *account = account_of(&shelf.book, "o1", "미분류(카운터파티 없음)", RR_OFFLINE);
    assert_string_equal(tell_account(account), "row 0 15/4 0/0 zero 0 fail 0 unknown 0 top 4");
    assert_int_equal(account->counterparty, RR_UNCLASSIFIED);
    close_shelf(&shelf);
}

static void the_key_is_organisation_and_counterparty(void **state) {
    (void)state;
    struct shelf shelf = {NULL};
    open_shelf(&shelf, BASE TEST_PEOPLE
               "('p4', '교육팀'), ('p5', '교육 팀');" TEST_DEALS "('a', 'p1', 'o1', 'Won', NULL, '1', '2026-01-01', NULL),"
               "('b', 'p4', 'o1', 'Won', NULL, '2', '2026-01-01', NULL)," /* another person, the same name */
               "('c', 'p1', 'o2', 'Won', NULL, '4', '2026-01-01', NULL)," /* another organisation */
               "('d', 'p5', 'o1', 'Won', NULL, '8', '2026-01-01', NULL);" /* another name */);
    assert_int_equal(shelf.book.account_count, 3);
    assert_int_equal(account_of(&shelf.book, "o1", "교육팀", RR_OFFLINE)->confirmed_krw, 3);
    assert_int_equal(account_of(&shelf.book, "o2", "교육팀", RR_OFFLINE)->confirmed_krw, 4);
    assert_int_equal(account_of(&shelf.book, "o1", "교육 팀", RR_OFFLINE)->confirmed_krw, 8);
    close_shelf(&shelf);
}

static void deals_without_an_organisation_make_no_row_but_their_amounts_are_told(void **state) {
    (void)state;
    struct shelf shelf = {NULL};
    open_shelf(&shelf, BASE TEST_DEALS "('a', 'p1', NULL, 'Won', NULL, 'x', '2025-01-01', NULL),"
                                       "('b', 'p1', ' ', 'Won', NULL, NULL, '2026-01-01', NULL),"
                                       "('c', 'p1', '', 'Won', NULL, '5', '2025-01-01', NULL);");
    assert_int_equal(shelf.book.account_count, 0);
    assert_int_equal(shelf.book.unknown_amount_deals, 2);
    close_shelf(&shelf);
}

static void organisations_have_the_names_that_the_rules_say(void **state) {
    (void)state;
    static const struct {
        const char *id, *name;
    } cases[] = {{"o1", "가나상사"}, {"o2", "o2"}, {"o3", "(미상)"}, {"o4", "(미상)"}, {"o5", " 다라 "}, {"o9", "(미상)"}};
    struct shelf shelf = {NULL};
    open_shelf(&shelf, BASE TEST_ORGANIZATIONS "('o2', NULL), ('o3', ''), ('o4', ' \u3000'), ('o5', ' 다라 ');" TEST_DEALS
                                               "('a', 'p1', 'o9', 'Won', NULL, '1', '2026-01-01', NULL);" /* dangling */);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t organization = rr_table_find(&shelf.book.organizations, rr_slice_of(cases[i].id));
        assert_true(organization != RR_NONE);
        assert_text(rr_book_organization_name(&shelf.book, organization), cases[i].name);
    }
    close_shelf(&shelf);
}

/* D2: only offline deals of 2025 with a status and a CONFIRMED bucket: 1 + 2 = 3. */
static void the_tiers_sum_is_of_confirmed_offline_deals_with_a_status(void **state) {
    (void)state;
    struct shelf shelf = {NULL};
    open_shelf(&shelf, BASE TEST_DEALS "('a', 'p1', 'o1', 'Won', NULL, '1', '2025-01-01', NULL),"
                                       "('b', NULL, 'o1', 'SQL', '출강', '2', '2025-01-01', '[\"확정\"]'),"
                                       "('c', 'p1', 'o1', NULL, NULL, '4', '2025-01-01', '확정'),"
                                       "('d', 'p1', 'o1', 'Won', '포팅', '8', '2025-01-01', NULL),"
                                       "('e', 'p1', 'o1', 'SQL', NULL, '16', '2025-01-01', '높음'),"
                                       "('f', 'p1', 'o1', 'Lost', NULL, '32', '2025-01-01', '확정'),"
                                       "('g', 'p1', 'o1', 'Convert', NULL, '64', '2025-01-01', '확정'),"
                                       "('h', 'p1', 'o1', 'Won', NULL, '128', '2026-01-01', NULL),"
                                       "('i', 'p1', 'o1', 'Won', NULL, '256', '2024-01-01', NULL);");
    uint32_t organization = rr_table_find(&shelf.book.organizations, rr_slice_of("o1"));
    assert_int_equal(shelf.book.organization_baselines[organization], 3);
    assert_int_equal(account_of(&shelf.book, "o1", "교육팀", RR_OFFLINE)->baseline_krw, 1 + 4);
    assert_int_equal(account_of(&shelf.book, "o1", "교육팀", RR_ONLINE)->baseline_krw, 8);
    close_shelf(&shelf);
}

/* 9223372036854775807 three times over: 27670116110564327421. */
static void sums_beyond_64_bits_are_exact(void **state) {
    (void)state;
    struct shelf shelf = {NULL};
    open_shelf(&shelf, BASE TEST_DEALS "('a', 'p1', 'o1', 'Won', NULL, '9223372036854775807', '2026-01-01', NULL),"
                                       "('b', 'p1', 'o1', 'Won', NULL, '9223372036854775807', '2026-01-01', NULL),"
                                       "('c', 'p1', 'o1', 'Won', NULL, '9223372036854775807', '2026-01-01', NULL);");
    rr_whole confirmed = account_of(&shelf.book, "o1", "교육팀", RR_OFFLINE)->confirmed_krw;
    assert_true(confirmed == (rr_whole)INT64_MAX * 3);
    close_shelf(&shelf);
}

/* The optional columns, and columns that nobody asked for, in another order. */
static void columns_are_found_by_name_and_optional_ones_may_be_absent(void **state) {
    (void)state;
    const char *path = test_path(test_folder(), "crm.db");
    test_make_db(
        path,
        "CREATE TABLE deal (extra TEXT, \"성사 가능성\" TEXT, \"수강종료일\" TEXT, \"수강시작일\" TEXT, \"수주 예정일\" TEXT,"
        " \"계약 체결일\" TEXT, \"예상 체결액\" TEXT, \"금액\" TEXT, \"과정포맷\" TEXT, \"상태\" TEXT, \"이름\" TEXT,"
        " organizationId TEXT, peopleId TEXT, id TEXT);"
        "CREATE TABLE people (\"소속 상위 조직\" TEXT, organizationId TEXT, id TEXT);"
        "CREATE TABLE organization (\"이름\" TEXT, id TEXT);"
        "INSERT INTO organization VALUES ('가나상사', 'o1'); INSERT INTO people VALUES ('교육팀', 'o1', 'p1');"
        "INSERT INTO deal VALUES ('?', NULL, NULL, '2026-01-01', NULL, NULL, '30', ' ', NULL, 'Won', '이름', 'o1', 'p1', 'd1');");
    struct shelf shelf = {NULL};
    struct rr_err err;
    assert_ok(rr_db_open_read(&shelf.db, path, false, RR_NO_DEADLINE, &err));
    assert_ok(rr_book_init(&shelf.book, 20260119, 2026, &err));
    assert_ok(rr_book_read(&shelf.book, shelf.db, NULL, &err));
    const struct rr_account *account = account_of(&shelf.book, "o1", "교육팀", RR_OFFLINE);
    assert_string_equal(tell_account(account), "row 0 30/1 0/0 zero 0 fail 0 unknown 0 top 1");
    struct rr_top_deal kept;
    rr_top_get(&shelf.book.tops, &account->top, 0, &kept);
    assert_false(kept.course_exists);
    assert_int_equal(kept.last_contact, RR_DAY_UNKNOWN);
    close_shelf(&shelf);
}

static void a_missing_table_or_column_is_named(void **state) {
    (void)state;
    static const struct {
        const char *change, *named;
    } cases[] = {{"DROP TABLE deal;", "deal"},
                 {"DROP TABLE people;", "people"},
                 {"DROP TABLE organization;", "organization"},
                 {"ALTER TABLE deal DROP COLUMN \"성사 가능성\";", "성사 가능성"},
                 {"ALTER TABLE people DROP COLUMN \"소속 상위 조직\";", "소속 상위 조직"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = test_path(test_folder(), "crm.db");
        test_make_crm(path, cases[i].change);
        struct shelf shelf = {NULL};
        struct rr_err err;
        assert_ok(rr_db_open_read(&shelf.db, path, false, RR_NO_DEADLINE, &err));
        assert_ok(rr_book_init(&shelf.book, 20260119, 2026, &err));
        assert_fails(rr_book_read(&shelf.book, shelf.db, NULL, &err), RR_DB_INVALID);
        assert_non_null(strstr(err.message, cases[i].named));
        close_shelf(&shelf);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_deal_counts_where_it_belongs),
        cmocka_unit_test(deals_without_a_counterparty_are_unclassified),
        cmocka_unit_test(the_key_is_organisation_and_counterparty),
        cmocka_unit_test(deals_without_an_organisation_make_no_row_but_their_amounts_are_told),
        cmocka_unit_test(organisations_have_the_names_that_the_rules_say),
        cmocka_unit_test(the_tiers_sum_is_of_confirmed_offline_deals_with_a_status),
        cmocka_unit_test(sums_beyond_64_bits_are_exact),
        cmocka_unit_test(columns_are_found_by_name_and_optional_ones_may_be_absent),
        cmocka_unit_test(a_missing_table_or_column_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
