/* The largest deals of a counterparty (rules.md D5 "deals_top"). */
#include "support.h"

#include "report/top.h"

#include <stdio.h>
#include <string.h>

/* Offers deals written `id:amount id:amount ...`. */
static void offer_all(struct rr_top *top, const char *deals) {
    char id[32];
    long long amount;
    int used;
    for (const char *at = deals; sscanf(at, " %31[^:]:%lld%n", id, &amount, &used) == 2; at += used) {
        const struct rr_top_deal deal = {.id = rr_slice_of(id), .amount_krw = amount};
        assert_ok(rr_top_offer(top, &deal));
    }
}

static void tell_ids(const struct rr_top *top, char *text, size_t size) {
    text[0] = '\0';
    for (uint32_t i = 0; i < top->count; i++) {
        size_t len = strlen(text);
        snprintf(text + len, size - len, "%s%.*s", i > 0 ? " " : "", (int)top->deals[i]->id.len, top->deals[i]->id.ptr);
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
        struct rr_top top = {.count = 0};
        char ids[200];
        offer_all(&top, cases[i].offered);
        tell_ids(&top, ids, sizeof ids);
        assert_string_equal(ids, cases[i].kept);
        rr_top_free(&top);
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
    struct rr_top top = {.count = 0};
    assert_ok(rr_top_offer(&top, &deal));
    memset(id, 'x', strlen(id));
    memset(name, 'x', strlen(name));
    memset(status, 'x', strlen(status));
    memset(possibility, 'x', strlen(possibility));
    const struct rr_top_deal *kept = top.deals[0];
    assert_text(kept->id, "d1");
    assert_text(kept->name, "이름");
    assert_text(kept->status, "Won");
    assert_text(kept->possibility, "높음");
    assert_int_equal(kept->amount_krw, 7);
    assert_int_equal(kept->year, 2026);
    assert_true(kept->course_exists);
    assert_int_equal(kept->start, 20260301);
    assert_int_equal(kept->end, 20260302);
    assert_int_equal(kept->contract, 20260201);
    assert_int_equal(kept->expected_close, 20260202);
    assert_int_equal(kept->last_contact, 20260115);
    rr_top_free(&top);
}

static void null_texts_stay_null_and_empty_ones_empty(void **state) {
    (void)state;
    const struct rr_top_deal deal = {.id = {NULL, 0}, .name = {NULL, 0}, .status = rr_slice_of(""), .amount_krw = 1};
    struct rr_top top = {.count = 0};
    assert_ok(rr_top_offer(&top, &deal));
    assert_null(top.deals[0]->id.ptr);
    assert_null(top.deals[0]->name.ptr);
    assert_non_null(top.deals[0]->status.ptr);
    assert_int_equal(top.deals[0]->status.len, 0);
    rr_top_free(&top);
}

static void freeing_twice_does_nothing(void **state) {
    (void)state;
    struct rr_top top = {.count = 0};
    offer_all(&top, "a:1 b:2");
    rr_top_free(&top);
    assert_int_equal(top.count, 0);
    rr_top_free(&top);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deals_are_ordered_by_amount_then_id_and_five_stay),
        cmocka_unit_test(kept_deals_are_copies_of_all_their_fields),
        cmocka_unit_test(null_texts_stay_null_and_empty_ones_empty),
        cmocka_unit_test(freeing_twice_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
