/* The largest deals of a counterparty (rules.md D5 "deals_top"). */
#include "support.h"

#include "report/top.h"

#include <stdio.h>
#include <string.h>

/* Offers deals written `id:amount id:amount ...`. */
static void offer_all(struct rr_top_store *store, struct rr_top *top, const char *deals) {
    bool tied = false;
    char id[32];
    long long amount;
    int used;
    for (const char *at = deals; sscanf(at, " %31[^:]:%lld%n", id, &amount, &used) == 2; at += used) {
        const struct rr_top_deal deal = {.id = rr_slice_of(id), .amount_krw = amount};
        assert_ok(rr_top_offer(store, top, &deal, &tied));
    }
}

static void tell_ids(const struct rr_top_store *store, const struct rr_top *top, char *text, size_t size) {
    struct rr_top_deal deal;
    text[0] = '\0';
    for (uint32_t i = 0; i < top->count; i++) {
        size_t len = strlen(text);
        rr_top_get(store, top, i, &deal);
        snprintf(text + len, size - len, "%s%.*s", i > 0 ? " " : "", (int)deal.id.len, deal.id.ptr);
    }
}

static void deals_are_ordered_by_amount_then_id_and_five_stay(void **state) {
    (void)state;
    static const struct {
        const char *offered, *kept;
    } cases[] = {
        {"", ""},
        {"a:1", "a"},
        {"a:1 b:2 c:3", "c b a"},
        {"c:3 b:2 a:1", "c b a"},
        {"b:5 a:5 c:5", "a b c"},
        {"10:5 9:5 1:5", "1 10 9"},       /* by bytes, a prefix first; not by number */
        {"a:5 B:5 가:5 Z:5", "B Z a 가"}, /* capitals, small letters, then what is beyond ASCII */
        {"a:1 b:2 c:3 d:4 e:5 f:6", "f e d c b"},
        {"f:6 e:5 d:4 c:3 b:2 a:1", "f e d c b"},
        {"a:0 b:0 c:0 d:0 e:0 f:0", "a b c d e"},
        {"f:0 e:0 d:0 c:0 b:0 a:0", "a b c d e"},
        {"e:1 d:1 c:1 b:1 a:1 x:2 y:2", "x y a b c"},
        {"a:9223372036854775807 b:9223372036854775806 c:0", "a b c"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rr_top_store store = {0};
        struct rr_top top = {.count = 0};
        char ids[200];
        offer_all(&store, &top, cases[i].offered);
        tell_ids(&store, &top, ids, sizeof ids);
        assert_string_equal(ids, cases[i].kept);
        rr_top_store_free(&store);
    }
}

static void kept_deals_are_copies_of_all_their_fields(void **state) {
    (void)state;
    char id[] = "d1", name[] = "이름", status[] = "Won", possibility[] = "높음";
    struct rr_top_deal deal = {
        .id = rr_slice_of(id),
        .name = rr_slice_of(name),
        .status = rr_slice_of(status),
        .possibility = rr_slice_of(possibility),
        .amount_krw = 7,
        .year = 2026,
        .course_exists = true,
        .start = 20260301,
        .end = 20260302,
        .contract = 20260201,
        .expected_close = 20260202,
        .last_contact = 20260115,
    };
    struct rr_top_store store = {0};
    struct rr_top top = {.count = 0};
    bool tied = false;
    assert_ok(rr_top_offer(&store, &top, &deal, &tied));
    assert_false(tied);
    memset(id, 'x', strlen(id));
    memset(name, 'x', strlen(name));
    memset(status, 'x', strlen(status));
    memset(possibility, 'x', strlen(possibility));
    struct rr_top_deal kept;
    rr_top_get(&store, &top, 0, &kept);
    assert_text(kept.id, "d1");
    assert_text(kept.name, "이름");
    assert_text(kept.status, "Won");
    assert_text(kept.possibility, "높음");
    assert_int_equal(kept.amount_krw, 7);
    assert_int_equal(kept.year, 2026);
    assert_true(kept.course_exists);
    assert_int_equal(kept.start, 20260301);
    assert_int_equal(kept.end, 20260302);
    assert_int_equal(kept.contract, 20260201);
    assert_int_equal(kept.expected_close, 20260202);
    assert_int_equal(kept.last_contact, 20260115);
    rr_top_store_free(&store);
}

static void null_texts_stay_null_and_empty_ones_empty(void **state) {
    (void)state;
    const struct rr_top_deal deal = {.id = {NULL, 0}, .name = {NULL, 0}, .status = rr_slice_of(""), .amount_krw = 1};
    struct rr_top_store store = {0};
    struct rr_top top = {.count = 0};
    bool tied = false;
    assert_ok(rr_top_offer(&store, &top, &deal, &tied));
    assert_false(tied);
    struct rr_top_deal kept;
    rr_top_get(&store, &top, 0, &kept);
    assert_null(kept.id.ptr);
    assert_null(kept.name.ptr);
    assert_null(kept.possibility.ptr);
    assert_non_null(kept.status.ptr);
    assert_int_equal(kept.status.len, 0);
    rr_top_store_free(&store);
}

static void a_tie_is_told(void **state) {
    (void)state;
    struct rr_top_store store = {0};
    struct rr_top top = {.count = 0};
    const struct rr_top_deal deal = {.id = rr_slice_of("a"), .amount_krw = 1}, other = {.id = rr_slice_of("a"), .amount_krw = 2};
    bool tied = false;
    assert_ok(rr_top_offer(&store, &top, &deal, &tied));
    assert_ok(rr_top_offer(&store, &top, &other, &tied));
    assert_false(tied);
    assert_ok(rr_top_offer(&store, &top, &deal, &tied));
    assert_true(tied);
    rr_top_store_free(&store);
}

static void freeing_twice_does_nothing(void **state) {
    (void)state;
    struct rr_top_store store = {0};
    struct rr_top top = {.count = 0};
    offer_all(&store, &top, "a:1 b:2");
    rr_top_store_free(&store);
    rr_top_store_free(&store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deals_are_ordered_by_amount_then_id_and_five_stay),
        cmocka_unit_test(kept_deals_are_copies_of_all_their_fields),
        cmocka_unit_test(null_texts_stay_null_and_empty_ones_empty),
        cmocka_unit_test(a_tie_is_told),
        cmocka_unit_test(freeing_twice_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
