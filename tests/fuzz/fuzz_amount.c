/* 금액: whole KRW from 0 up, or no amount at all; a sign of the currency and white space around it change nothing. */
#include "fuzz.h"

#include "base/buf.h"
#include "rules/amount.h"

enum { digits_max = 18 };

static void check_digits(struct rr_slice text, struct rr_amount amount) {
    int64_t want = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return;
        want = want * 10 + (text.ptr[i] - '0');
    }
    MUST(amount.state == RR_AMOUNT_OK && amount.krw == want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct rr_slice text = fuzz_slice(data, size);
    struct rr_amount amount = rr_amount_parse(text);
    MUST(amount.krw >= 0 && (amount.state == RR_AMOUNT_OK || (amount.state == RR_AMOUNT_UNREADABLE && amount.krw == 0)));
    if (size > 0 && size <= digits_max)
        check_digits(text, amount);
    struct rr_buf dressed = RR_BUF_INIT(SIZE_MAX / 8);
    rr_buf_add_text(&dressed, " ₩");
    rr_buf_add(&dressed, text.ptr, text.len);
    rr_buf_add_text(&dressed, "원\n");
    struct rr_amount same = rr_amount_parse((struct rr_slice){dressed.ptr, dressed.len});
    rr_buf_free(&dressed);
    MUST(same.state == amount.state && same.krw == amount.krw);
    struct rr_amount of_deal = rr_amount_of_deal(text, (struct rr_slice){NULL, 0});
    MUST(rr_slice_blank(text) ? of_deal.state == RR_AMOUNT_MISSING : of_deal.krw == amount.krw);
    return 0;
}
