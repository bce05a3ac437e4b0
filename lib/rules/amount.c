#include "rules/amount.h"

#include "base/whole.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

/* A decimal number, exact to 10^-18: value = scaled / 10^18, and `rest` says on which side of it the true value lies
 * by less than one such step (-1, 0, 1), so that ties are seen for what they are. */
struct decimal {
    rr_whole scaled;
    int rest;
};

enum {
    fraction_digits = 18,
    whole_digits_max = 19,  /* 10^19 > INT64_MAX */
    amount_text_max = 4096, /* a longer text is no amount */
    usual_digits_max = 18,
    exponent_max = 100000, /* beyond, only its sign matters */
};

static rr_whole power_of_ten(int exponent) {
    rr_whole power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* A digit at the front of text, ASCII or full-width (U+FF10 to FF19): its value and length; -1 where there is none. */
static int digit_at(struct rr_slice text, size_t *len) {
    if (text.len >= 1 && text.ptr[0] >= '0' && text.ptr[0] <= '9') {
        *len = 1;
        return text.ptr[0] - '0';
    }
    const unsigned char *s = (const unsigned char *)text.ptr;
    if (text.len >= 3 && s[0] == 0xef && s[1] == 0xbc && s[2] >= 0x90 && s[2] <= 0x99) {
        *len = 3;
        return s[2] - 0x90;
    }
    return -1;
}

static void skip(struct rr_slice *text, size_t len) {
    text->ptr += len;
    text->len -= len;
}

/* Takes a run of digits off the front; their values are appended at digits[*count]. Returns how many there were. */
static int take_digits(struct rr_slice *text, char digits[amount_text_max], int *count) {
    int taken = 0;
    size_t len;
    for (int digit; (digit = digit_at(*text, &len)) >= 0; taken++) {
        digits[(*count)++] = (char)digit;
        skip(text, len);
    }
    return taken;
}

static bool take_sign(struct rr_slice *text) {
    bool negative = text->len > 0 && text->ptr[0] == '-';
    if (negative || (text->len > 0 && text->ptr[0] == '+'))
        skip(text, 1);
    return negative;
}

/* `E7`, `e-3`: false where a sign of an exponent is not followed by one. */
static bool take_exponent(struct rr_slice *text, int *exponent) {
    *exponent = 0;
    if (text->len == 0 || (text->ptr[0] != 'e' && text->ptr[0] != 'E'))
        return true;
    skip(text, 1);
    bool negative = take_sign(text);
    size_t len;
    int digit = digit_at(*text, &len);
    if (digit < 0)
        return false;
    for (; digit >= 0; digit = digit_at(*text, &len)) {
        *exponent = *exponent < exponent_max ? *exponent * 10 + digit : exponent_max;
        skip(text, len);
    }
    *exponent = negative ? -*exponent : *exponent;
    return true;
}

/* digits[0..count) with the point after digits[point - 1]; false when it reaches 10^19. */
static bool make_decimal(const char *digits, int count, int point, bool negative, struct decimal *out) {
    *out = (struct decimal){0, 0};
    int first = 0;
    while (first < count && digits[first] == 0)
        first++;
    if (first == count)
        return true;
    if (point - first > whole_digits_max)
        return false;
    int last = point + fraction_digits; /* digits from here on are below the scale */
    int i = first;
    for (; i < count && i < last; i++)
        out->scaled = out->scaled * 10 + digits[i];
    if (i < last && i == count)
        out->scaled *= power_of_ten(last - i);
    for (; i < count; i++)
        out->rest |= digits[i] != 0;
    if (negative) {
        out->scaled = -out->scaled;
        out->rest = -out->rest;
    }
    return true;
}

enum number { NOT_A_NUMBER, A_NUMBER, TOO_LARGE };

/* A plain number (rules.md D1), times 10^unit. */
static enum number read_plain(struct rr_slice text, int unit, struct decimal *out) {
    char digits[amount_text_max];
    int count = 0, exponent;
    text = rr_slice_trim(text);
    bool negative = take_sign(&text);
    int whole = take_digits(&text, digits, &count);
    if (whole == 0)
        return NOT_A_NUMBER;
    if (text.len > 0 && text.ptr[0] == '.') {
        skip(&text, 1);
        if (take_digits(&text, digits, &count) == 0)
            return NOT_A_NUMBER;
    }
    if (!take_exponent(&text, &exponent) || text.len > 0)
        return NOT_A_NUMBER;
    return make_decimal(digits, count, whole + exponent + unit, negative, out) ? A_NUMBER : TOO_LARGE;
}

/* Half to even; false when it is negative or beyond int64. */
static bool round_krw(struct decimal value, int64_t *krw) {
    rr_whole one = power_of_ten(fraction_digits);
    if (value.scaled < 0 || (value.scaled == 0 && value.rest < 0))
        return false;
    rr_whole whole = value.scaled / one;
    rr_whole twice = value.scaled % one * 2;
    bool above_half = twice > one || (twice == one && value.rest > 0);
    bool tie = twice == one && value.rest == 0;
    if (above_half || (tie && whole % 2 == 1))
        whole++;
    *krw = (int64_t)whole;
    return whole <= INT64_MAX;
}

/* The text without every ₩, 원 and comma; false when it is too long to be an amount. */
static bool strip_marks(struct rr_slice text, char out[amount_text_max], struct rr_slice *stripped) {
    static const struct rr_slice marks[] = {RR_SLICE("₩"), RR_SLICE("원"), RR_SLICE(",")};
    size_t len = 0;
    text = rr_slice_trim(text); /* or white space around it would make it too long */
    for (size_t i = 0; i < text.len;) {
        size_t mark = 0;
        bool may_be = text.ptr[i] == ',' || (unsigned char)text.ptr[i] >= 0x80;
        for (size_t m = 0; may_be && m < sizeof marks / sizeof marks[0] && mark == 0; m++)
            if (text.len - i >= marks[m].len && memcmp(text.ptr + i, marks[m].ptr, marks[m].len) == 0)
                mark = marks[m].len;
        i += mark;
        if (mark > 0)
            continue;
        if (len == amount_text_max)
            return false;
        out[len++] = text.ptr[i++];
    }
    *stripped = rr_slice_trim((struct rr_slice){out, len});
    return true;
}

/* Sums the parts before 억, 천만 and 만. A_NUMBER when at least one of them was a number. */
static enum number read_units(struct rr_slice text, struct decimal *sum) {
    static const struct {
        struct rr_slice word;
        int power;
    } units[] = {{RR_SLICE("억"), 8}, {RR_SLICE("천만"), 7}, {RR_SLICE("만"), 4}};
    enum number found = NOT_A_NUMBER;
    *sum = (struct decimal){0, 0};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        ptrdiff_t at = rr_slice_find(text, units[i].word);
        if (at < 0)
            continue;
        struct decimal part;
        enum number read = read_plain((struct rr_slice){text.ptr, (size_t)at}, units[i].power, &part);
        if (read == TOO_LARGE)
            return TOO_LARGE;
        if (read == A_NUMBER) {
            sum->scaled += part.scaled;
            sum->rest = part.rest != 0 ? part.rest : sum->rest;
            found = A_NUMBER;
        }
        skip(&text, (size_t)at + units[i].word.len);
    }
    return found;
}

/* Nothing but up to 18 digits, and commas: what most amounts are. False where the text is anything else. */
static bool read_usual(struct rr_slice text, int64_t *krw) {
    int count = 0;
    int64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == ',')
            continue;
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || ++count > usual_digits_max)
            return false;
        number = number * 10 + (text.ptr[i] - '0');
    }
    *krw = number;
    return count > 0;
}

static bool is_ascii(struct rr_slice text) {
    unsigned char all = 0;
    for (size_t i = 0; i < text.len; i++)
        all |= (unsigned char)text.ptr[i];
    return all < 0x80;
}

struct rr_amount rr_amount_parse(struct rr_slice text) {
    static const struct rr_amount unreadable = {0, RR_AMOUNT_UNREADABLE};
    struct rr_amount amount = {0, RR_AMOUNT_OK};
    if (read_usual(text, &amount.krw))
        return amount;
    char stripped_bytes[amount_text_max];
    struct rr_slice stripped;
    struct decimal value;
    if (!strip_marks(text, stripped_bytes, &stripped))
        return unreadable;
    enum number read = is_ascii(stripped) ? NOT_A_NUMBER : read_units(stripped, &value); /* no unit is ASCII */
    if (read == NOT_A_NUMBER)
        read = read_plain(stripped, 0, &value);
    return read == A_NUMBER && round_krw(value, &amount.krw) ? amount : unreadable;
}

struct rr_amount rr_amount_of_deal(struct rr_slice amount, struct rr_slice expected_amount) {
    if (!rr_slice_blank(amount))
        return rr_amount_parse(amount);
    if (!rr_slice_blank(expected_amount))
        return rr_amount_parse(expected_amount);
    return (struct rr_amount){0, RR_AMOUNT_MISSING};
}
