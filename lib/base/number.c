#include "base/number.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

/* A double's parts: mantissa / 2^shift. Those within reach here have 0 < shift < 120. */
struct parts {
    uint64_t mantissa;
    int shift;
};

enum { mantissa_bits = 52, exponent_bias = 1075, shift_max = 119, short_digits = 15, full_digits = 17, least_exponent = -4 };

static const uint64_t powers[] = {1,
                                  10,
                                  100,
                                  1000,
                                  10000,
                                  100000,
                                  1000000,
                                  10000000,
                                  100000000,
                                  1000000000,
                                  10000000000,
                                  100000000000,
                                  1000000000000,
                                  10000000000000,
                                  100000000000000,
                                  1000000000000000,
                                  10000000000000000,
                                  100000000000000000,
                                  1000000000000000000};

static const double whole_max = 1e15; /* %.15g shows every whole number below it digit by digit */

/* The last count digits of number, with zeros in front. */
static void put_digits(char *out, uint64_t number, int count) {
    while (count > 0) {
        out[--count] = (char)('0' + number % 10);
        number /= 10;
    }
}

static int count_digits(uint64_t number) {
    int count = 1;
    while (count < (int)(sizeof powers / sizeof powers[0]) && number >= powers[count])
        count++;
    return number >= UINT64_C(10000000000000000000) ? 20 : count;
}

static size_t put_whole(char *out, uint64_t number) {
    int count = count_digits(number);
    put_digits(out, number, count);
    return (size_t)count;
}

size_t rr_number_whole(char *out, rr_whole number) {
    size_t sign = number < 0 ? 1 : 0;
    wide left = number < 0 ? -(wide)number : (wide)number;
    out[0] = '-';
    if (left <= UINT64_MAX)
        return sign + put_whole(out + sign, (uint64_t)left);
    wide high = left / powers[18];
    size_t len = rr_number_whole(out + sign, (rr_whole)high);
    put_digits(out + sign + len, (uint64_t)(left % powers[18]), 18);
    return sign + len + 18;
}

/* number is finite and not negative. */
static struct parts parts_of(double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    uint64_t mantissa = bits & ((UINT64_C(1) << mantissa_bits) - 1);
    int exponent = (int)(bits >> mantissa_bits);
    return (struct parts){exponent == 0 ? mantissa : mantissa | UINT64_C(1) << mantissa_bits,
                          exponent_bias - (exponent == 0 ? 1 : exponent)};
}

static bool is_within_reach(struct parts parts) {
    return parts.shift > 0 && parts.shift <= shift_max;
}

/* The parts times 10^power, rounded half to even. The product stays below 2^128: 2^53 by 10^20. */
static uint64_t scale(struct parts parts, int power) {
    if (!is_within_reach(parts))
        return 0;
    wide product = (wide)parts.mantissa * powers[power > 18 ? 18 : power];
    if (power > 18)
        product *= powers[power - 18];
    wide rest = product & (((wide)1 << parts.shift) - 1), half = (wide)1 << (parts.shift - 1);
    uint64_t whole = (uint64_t)(product >> parts.shift);
    return whole + (rest > half || (rest == half && whole % 2 == 1) ? 1 : 0);
}

/* digits / 10^decimals, without zeros behind the last digit that counts. */
static size_t put_short(char *out, uint64_t digits, int decimals) {
    while (decimals > 0 && digits % 10 == 0) {
        digits /= 10;
        decimals--;
    }
    uint64_t above = decimals > 18 ? 0 : digits / powers[decimals];
    size_t len = put_whole(out, above);
    if (decimals == 0)
        return len;
    out[len++] = '.';
    put_digits(out + len, digits, decimals);
    return len + (size_t)decimals;
}

/* As cJSON compares: the last bit may be lost. */
static bool gives_back(double read, double number) {
    return fabs(read - number) <= fmax(read, number) * DBL_EPSILON;
}

/* A number of 0.0001 to 10^15 that is not whole. */
static size_t put_json(char *out, double number) {
    static const double from[] = {1e-4, 1e-3, 1e-2, 1e-1, 1e0,  1e1,  1e2,  1e3,  1e4, 1e5,
                                  1e6,  1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14};
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                  1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    int exponent = 0; /* of ten */
    while (exponent > least_exponent && number < from[exponent - least_exponent])
        exponent--;
    while (exponent < short_digits - 1 && number >= from[exponent + 1 - least_exponent])
        exponent++;
    struct parts parts = parts_of(number);
    int decimals = short_digits - 1 - exponent;
    uint64_t digits = scale(parts, decimals);
    /* Both are exact, so that the quotient is what strtod reads. */
    if (gives_back((double)digits / tens[decimals], number))
        return put_short(out, digits, decimals);
    decimals = full_digits - 1 - exponent;
    return put_short(out, scale(parts, decimals), decimals);
}

static size_t print_json(char *out, double number) {
    int len = snprintf(out, RR_NUMBER_SIZE, "%.15g", number);
    double read = 0;
    if (sscanf(out, "%lg", &read) != 1 || fabs(read - number) > fmax(fabs(read), fabs(number)) * DBL_EPSILON)
        len = snprintf(out, RR_NUMBER_SIZE, "%.17g", number);
    return (size_t)len;
}

size_t rr_number_json(char *out, double number) {
    if (!isfinite(number)) {
        static const char null[] = {'n', 'u', 'l', 'l'};
        memcpy(out, null, sizeof null);
        return sizeof null;
    }
    double size = fabs(number);
    if (size < whole_max && (double)(int64_t)number == number && !(size == 0 && signbit(number)))
        return rr_number_whole(out, (int64_t)number);
    if (size < 1e-4 || size >= whole_max)
        return print_json(out, number);
    out[0] = '-';
    size_t sign = number < 0 ? 1 : 0;
    return sign + put_json(out + sign, size);
}

size_t rr_number_fixed(char *out, double number, int decimals) {
    double size = fabs(number);
    struct parts parts = parts_of(size);
    if (!(size < 1e14) || !is_within_reach(parts))
        return (size_t)snprintf(out, RR_NUMBER_SIZE, "%.*f", decimals, number);
    out[0] = '-';
    size_t sign = signbit(number) ? 1 : 0;
    uint64_t digits = scale(parts, decimals);
    size_t len = sign + put_whole(out + sign, digits / powers[decimals]);
    if (decimals == 0)
        return len;
    out[len++] = '.';
    put_digits(out + len, digits, decimals);
    return len + (size_t)decimals;
}
