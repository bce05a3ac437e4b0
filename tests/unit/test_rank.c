/* Which rows a report has, and in what order (rules.md D2 to D5). The target year is 2026, amounts are in million KRW:
 * a tier is S0 from 1000, P0 from 200, P1 from 100, P2 from 50; a target is 1.5 (S0, P2) or 1.7 times the baseline. */
#include "support.h"

#include "report/rank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { january = 1 }; /* minimum 5 %, severe below 2.5 % */

struct ranked {
    struct rr_db *db;
    struct rr_book book;
    struct rr_ranking ranking;
};

static void rank(struct ranked *ranked, const char *rows, enum rr_mode mode, int month) {
    struct rr_err err;
    const char *path = test_path(test_folder(), "crm.db");
    test_make_crm(path, rows);
    *ranked = (struct ranked){.db = NULL};
    assert_ok(rr_db_open_read(&ranked->db, path, false, RR_NO_DEADLINE, &err));
    assert_ok(rr_book_init(&ranked->book, 20260119, 2026, &err));
    assert_ok(rr_book_read(&ranked->book, ranked->db, NULL, &err));
    assert_ok(rr_rank(&ranked->ranking, &ranked->book, mode, month, &err));
}

static void forget(struct ranked *ranked) {
    rr_ranking_free(&ranked->ranking);
    rr_ranking_free(&ranked->ranking); /* idempotent */
    rr_book_free(&ranked->book);
    rr_db_close(&ranked->db);
}

/* The rows as `organisation/counterparty ...`. */
static const char *tell_order(const struct rr_ranking *ranking) {
    static char text[500];
    size_t len = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < ranking->count; i++) {
        const struct rr_row *row = &ranking->rows[i];
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s/%.*s", i > 0 ? " " : "", (int)row->organization_id.len,
                                row->organization_id.ptr, (int)row->counterparty_name.len, row->counterparty_name.ptr);
    }
    return text;
}

/* What one counterparty sells, in million KRW: the year before, and the target year. */
struct trade {
    const char *organization, *counterparty;
    int before, now;
};

/* The rows of trades that end with an organisation NULL; people are named as their counterparty. */
static char *rows_of(const struct trade *trades) {
    static char sql[8000];
    size_t len = 0;
    for (int i = 0; trades[i].organization != NULL; i++) {
        const struct trade *trade = &trades[i];
        len +=
            (size_t)snprintf(sql + len, sizeof sql - len, TEST_PEOPLE "('%s', '%s');", trade->counterparty, trade->counterparty);
        for (int year = 2025; year <= 2026; year++) {
            int amount = year == 2025 ? trade->before : trade->now;
            if (amount > 0)
                len += (size_t)snprintf(sql + len, sizeof sql - len,
                                        TEST_DEALS "('%d', '%s', '%s', 'Won', NULL, '%d000000', '%d-03-01', NULL);", i,
                                        trade->counterparty, trade->organization, amount, year);
        }
    }
    return sql;
}

static void rows_come_in_the_order_of_the_rules(void **state) {
    (void)state;
    static const struct {
        const char *name;
        struct trade trades[7]; /* in an order that is not the right one */
        const char *order;
    } cases[] = {
        {"level, whatever the tier: 1.1 % of 90, 4 % of 1500, 10 % of 3000",
         {{"good", "x", 2000, 300}, {"normal", "x", 1000, 60}, {"severe", "x", 60, 1}},
         "severe/x normal/x good/x"},
        {"pipeline zero first among the severe", {{"s0", "x", 1000, 1}, {"p2", "x", 60, 0}}, "p2/x s0/x"},
        {"then the tier, though the gap of S0/small is the least: 15 against 90, 170 and 340",
         {{"p2", "x", 60, 0}, {"p1", "x", 100, 0}, {"p0", "x", 200, 0}, {"s0", "big", 1000, 0}, {"s0", "small", 10, 0}},
         "s0/big s0/small p0/x p1/x p2/x"},
        {"then the gap without its sign: 90 - 100, 90 - 140, 90 - 70",
         {{"a", "x", 60, 100}, {"b", "x", 60, 140}, {"c", "x", 60, 70}},
         "b/x c/x a/x"},
        {"then the target: 90 - 100 and 120 - 110", {{"a", "x", 60, 100}, {"b", "x", 80, 110}}, "b/x a/x"},
        {"then the organisation's id by bytes",
         {{"o9", "x", 60, 0}, {"o10", "x", 60, 0}, {"O1", "x", 60, 0}, {"o1", "x", 60, 0}, {"가", "x", 60, 0}},
         "O1/x o1/x o10/x o9/x 가/x"},
        {"then the counterparty's name by bytes",
         {{"a", "나", 60, 0}, {"a", "가나", 60, 0}, {"a", "b", 60, 0}, {"a", "B", 60, 0}, {"a", "가", 60, 0}},
         "a/B a/b a/가 a/가나 a/나"},
        {"no row: nothing", {{"small", "x", 49, 10}}, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ranked ranked;
        rank(&ranked, rows_of(cases[i].trades), RR_OFFLINE, january);
        if (strcmp(tell_order(&ranked.ranking), cases[i].order) != 0)
            fail_msg("%s: %s", cases[i].name, tell_order(&ranked.ranking));
        forget(&ranked);
    }
}

/* An organisation of tier P2 by x; what of y makes y a row? */
static void a_row_needs_a_deal_of_either_year_whatever_its_status(void **state) {
    (void)state;
    static const struct {
        const char *deal; /* status, format, amount, start, possibility */
        bool is_row;
    } cases[] = {
        {"'Won', NULL, '1', '2025-12-31', NULL", true},   {"'Won', NULL, '1', '2026-01-01', NULL", true},
        {"'Lost', NULL, '1', '2025-12-31', NULL", true},  {"'Lost', NULL, '1', '2026-01-01', NULL", true},
        {"NULL, NULL, NULL, '2026-01-01', NULL", true},   {"NULL, NULL, NULL, '2025-01-01', NULL", true},
        {"'SQL', NULL, 'x', '2026-01-01', '낮음'", true}, {"'Convert', NULL, '1', '2026-01-01', NULL", false},
        {"'Won', NULL, '1', '2024-12-31', NULL", false},  {"'Won', NULL, '1', '2027-01-01', NULL", false},
        {"'Won', NULL, '1', NULL, NULL", false},          {"'Won', '포팅', '1', '2026-01-01', NULL", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ranked ranked;
        char rows[1000];
        snprintf(rows, sizeof rows,
                 TEST_PEOPLE "('x', 'x'), ('y', 'y');" TEST_DEALS "('1', 'x', 'o', 'Won', NULL, '50000000', '2025-03-01', NULL),"
                             "('2', 'y', 'o', %s);",
                 cases[i].deal);
        rank(&ranked, rows, RR_OFFLINE, january);
        const char *order = tell_order(&ranked.ranking);
        if (strcmp(order, cases[i].is_row ? "o/x o/y" : "o/x") != 0)
            fail_msg("%s: %s", cases[i].deal, order);
        forget(&ranked);
    }
}

/* Offline 200 makes P0 for the online rows too; online 5000 alone makes no tier. */
static void the_offline_tier_is_that_of_both_modes(void **state) {
    (void)state;
    static const char rows[] =
        TEST_PEOPLE "('x', 'x');" TEST_DEALS "('1', 'x', 'off', 'Won', NULL, '200000000', '2025-03-01', NULL),"
                    "('2', 'x', 'off', 'Won', '포팅', '10000000', '2025-03-01', NULL),"
                    "('3', 'x', 'on', 'Won', '포팅', '5000000000', '2025-03-01', NULL);";
    struct ranked ranked;
    rank(&ranked, rows, RR_ONLINE, january);
    assert_string_equal(tell_order(&ranked.ranking), "off/x");
    assert_int_equal(ranked.ranking.rows[0].tier, RR_TIER_P0);
    assert_true(ranked.ranking.rows[0].risk.target_krw == 10000000 * 1.7);
    forget(&ranked);
    rank(&ranked, rows, RR_OFFLINE, january);
    assert_string_equal(tell_order(&ranked.ranking), "off/x");
    assert_int_equal(ranked.ranking.rows[0].tier, RR_TIER_P0);
    assert_true(ranked.ranking.rows[0].risk.target_krw == 200000000 * 1.7);
    forget(&ranked);
}

/* The organisation is what has a tier: 30 + 20 of two counterparties make P2. */
static void a_tier_is_of_all_counterparties_together(void **state) {
    (void)state;
    struct ranked ranked;
    rank(&ranked, rows_of((const struct trade[]){{"a", "x", 30, 0}, {"a", "y", 20, 0}, {"b", "x", 49, 0}, {0}}), RR_OFFLINE,
         january);
    assert_string_equal(tell_order(&ranked.ranking), "a/x a/y");
    assert_int_equal(ranked.ranking.rows[1].tier, RR_TIER_P2);
    assert_true(ranked.ranking.rows[1].risk.target_krw == 20000000 * 1.5);
    forget(&ranked);
}

static void a_name_with_samsung_electronics_has_no_tier(void **state) {
    (void)state;
    struct ranked ranked;
    rank(&ranked,
         TEST_ORGANIZATIONS "('a', '(주)삼성전자 DS'), ('b', '삼성전기'), ('삼성전자', NULL);" TEST_PEOPLE
                            "('x', 'x');" TEST_DEALS "('1', 'x', 'a', 'Won', NULL, '5000000000', '2025-03-01', NULL),"
                            "('2', 'x', 'b', 'Won', NULL, '5000000000', '2025-03-01', NULL),"
                            "('3', 'x', '삼성전자', 'Won', NULL, '5000000000', '2025-03-01', NULL);",
         RR_OFFLINE, january);
    assert_string_equal(tell_order(&ranked.ranking), "b/x"); /* the third is named by its id */
    forget(&ranked);
}

static void a_row_says_where_it_comes_from(void **state) {
    (void)state;
    struct ranked ranked;
    rank(&ranked,
         TEST_ORGANIZATIONS "('o', '가나상사');" TEST_DEALS "('1', NULL, 'o', 'Won', NULL, '60000000', '2025-03-01', NULL),"
                            "('2', NULL, 'o', 'SQL', NULL, '45000000', '2026-03-01', '높음');",
         RR_OFFLINE, 8);
    assert_int_equal(ranked.ranking.count, 1);
    const struct rr_row *row = &ranked.ranking.rows[0];
    assert_text(row->organization_id, "o");
    assert_text(row->organization_name, "가나상사");
    assert_text(row->counterparty_name, "미분류(카운터파티 없음)");
    assert_true(row->unclassified);
    /* Target 60 x 1.5 = 90, coverage 45: half, which is August's minimum exactly. */
    assert_true(row->risk.ratio == 0.5);
    assert_int_equal(row->risk.trigger, RR_ON_TRACK);
    assert_int_equal(row->risk.level, RR_GOOD);
    forget(&ranked);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_the_order_of_the_rules),
        cmocka_unit_test(a_row_needs_a_deal_of_either_year_whatever_its_status),
        cmocka_unit_test(the_offline_tier_is_that_of_both_modes),
        cmocka_unit_test(a_tier_is_of_all_counterparties_together),
        cmocka_unit_test(a_name_with_samsung_electronics_has_no_tier),
        cmocka_unit_test(a_row_says_where_it_comes_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
