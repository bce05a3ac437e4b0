#include "rules/day.h"

enum { kst_offset_s = 9 * 3600, minute_s = 60, day_s = 24 * 3600 };

int rr_day_year(rr_day day) {
    return day / 10000;
}

int rr_day_month(rr_day day) {
    return day / 100 % 100;
}

static int days_in_month(int year, int month) {
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

rr_day rr_day_of(int year, int month, int day) {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return RR_DAY_UNKNOWN;
    return year * 10000 + month * 100 + day;
}

static rr_day neighbour(rr_day day, int step) {
    int year = rr_day_year(day), month = rr_day_month(day), date = day % 100 + step;
    if (date < 1) {
        month--;
        if (month < 1) {
            month = 12;
            year--;
        }
        date = year < 1 ? 0 : days_in_month(year, month);
    } else if (date > days_in_month(year, month)) {
        date = 1;
        month++;
        if (month > 12) {
            month = 1;
            year++;
        }
    }
    return rr_day_of(year, month, date);
}

/* A cursor over the text: takes from the front, and leaves it where nothing fits. */
static bool take_char(struct rr_slice *text, const char *set) {
    for (; *set != '\0'; set++)
        if (text->len > 0 && text->ptr[0] == *set) {
            text->ptr++;
            text->len--;
            return true;
        }
    return false;
}

/* min to max ASCII digits as a number, -1 where there are fewer than min. */
static int take_number(struct rr_slice *text, size_t min, size_t max) {
    int number = 0;
    size_t n = 0;
    for (; n < max && n < text->len && text->ptr[n] >= '0' && text->ptr[n] <= '9'; n++)
        number = number * 10 + (text->ptr[n] - '0');
    if (n < min)
        return -1;
    text->ptr += n;
    text->len -= n;
    return number;
}

static rr_day take_date(struct rr_slice *text) {
    int year = take_number(text, 4, 4);
    if (year < 0)
        return RR_DAY_UNKNOWN;
    bool separated = take_char(text, "-./");
    int month = separated ? take_number(text, 1, 2) : take_number(text, 2, 2);
    if (separated && !take_char(text, "-./"))
        return RR_DAY_UNKNOWN;
    int day = separated ? take_number(text, 1, 2) : take_number(text, 2, 2);
    return rr_day_of(year, month, day);
}

/* hh, hh:mm, hhmm, with seconds and a fraction: seconds of the day, -1 where it is no time. */
static int take_time(struct rr_slice *text) {
    int hour = take_number(text, 2, 2);
    bool colon = take_char(text, ":");
    int minute = take_number(text, 2, 2), second = 0;
    if (minute < 0) {
        if (colon)
            return -1;
        minute = 0;
    } else if (take_char(text, ":") || !colon) {
        second = take_number(text, 2, 2);
        if ((colon && second < 0) || second > 60)
            return -1;
        if (second >= 0 && take_char(text, ".,") && take_number(text, 1, 9) < 0)
            return -1;
    }
    if (hour < 0 || hour > 23 || minute > 59)
        return -1;
    second = second < 0 ? 0 : second == 60 ? 59 : second; /* a leap second belongs to its minute */
    return (hour * 60 + minute) * minute_s + second;
}

/* Z, +hh:mm, +hhmm, +hh: false where text is not exactly a zone. */
static bool read_zone(struct rr_slice text, int *offset_min) {
    *offset_min = 0;
    if (take_char(&text, "Zz"))
        return text.len == 0;
    bool west = take_char(&text, "-");
    if (!west && !take_char(&text, "+"))
        return false;
    int hours = take_number(&text, 2, 2);
    bool colon = take_char(&text, ":");
    int minutes = take_number(&text, 2, 2);
    if (hours < 0 || hours > 23 || minutes > 59 || (colon && minutes < 0) || text.len > 0)
        return false;
    *offset_min = hours * 60 + (minutes < 0 ? 0 : minutes);
    if (west)
        *offset_min = -*offset_min;
    return true;
}

/* The moment in KST of a day and its second in KST, which may be of a neighbour. */
static rr_day in_kst(rr_day day, int kst_s, int *second_of_day) {
    if (kst_s < 0) {
        kst_s += day_s;
        day = neighbour(day, -1);
    }
    for (; kst_s >= day_s && day != RR_DAY_UNKNOWN; kst_s -= day_s)
        day = neighbour(day, 1);
    *second_of_day = kst_s;
    return day;
}

/* Most dates are exactly YYYY-MM-DD, and most moments YYYY-MM-DDThh:mm:ssZ, perhaps with .fff: what follows reads these alone,
 * and fast. */
enum { date_len = 10, moment_len = 20, long_moment_len = 24, no_number = 100 };

static int two_digits(const char *at) {
    unsigned tens = (unsigned)at[0] - '0', ones = (unsigned)at[1] - '0';
    return tens > 9 || ones > 9 ? no_number : (int)(tens * 10 + ones);
}

static rr_day usual_date(const char *at) {
    int century = two_digits(at), year = two_digits(at + 2), month = two_digits(at + 5), day = two_digits(at + 8);
    bool usual = at[4] == '-' && at[7] == '-' && century != no_number && year != no_number;
    return usual ? rr_day_of(century * 100 + year, month, day) : RR_DAY_UNKNOWN;
}

/* hh:mm:ss: seconds of the day, -1 where it is anything else. */
static int usual_time(const char *at) {
    int hour = two_digits(at), minute = two_digits(at + 3), second = two_digits(at + 6);
    bool usual = at[2] == ':' && at[5] == ':' && hour < 24 && minute < 60 && second < 60;
    return usual ? (hour * 60 + minute) * minute_s + second : -1;
}

static bool is_usual_fraction(const char *at) {
    return at[0] == '.' && two_digits(at + 1) != no_number && two_digits(at + 2) != no_number;
}

/* RR_DAY_UNKNOWN where the text is anything else. */
static rr_day read_usual(struct rr_slice text, int *second_of_day) {
    rr_day day = text.len < date_len ? RR_DAY_UNKNOWN : usual_date(text.ptr);
    if (text.len == date_len || day == RR_DAY_UNKNOWN)
        return day;
    bool fraction = text.len == long_moment_len && is_usual_fraction(text.ptr + moment_len - 1);
    if ((text.len != moment_len && !fraction) || text.ptr[date_len] != 'T' || text.ptr[text.len - 1] != 'Z')
        return RR_DAY_UNKNOWN;
    int second = usual_time(text.ptr + date_len + 1);
    return second < 0 ? RR_DAY_UNKNOWN : in_kst(day, second + kst_offset_s, second_of_day);
}

rr_day rr_moment_parse(struct rr_slice text, int *second_of_day) {
    *second_of_day = 0;
    if (text.len == 0)
        return RR_DAY_UNKNOWN;
    rr_day usual = read_usual(text, second_of_day);
    if (usual != RR_DAY_UNKNOWN)
        return usual;
    text = rr_slice_trim(text);
    rr_day day = take_date(&text);
    if (day == RR_DAY_UNKNOWN || text.len == 0)
        return day;
    if (!take_char(&text, "T "))
        return RR_DAY_UNKNOWN;
    text = rr_slice_trim(text);
    int offset_min, second = take_time(&text);
    if (second < 0)
        return day; /* a remark changes nothing */
    *second_of_day = second;
    if (!read_zone(rr_slice_trim(text), &offset_min))
        return day; /* a time without a zone is KST already */
    return in_kst(day, second - offset_min * minute_s + kst_offset_s, second_of_day);
}

rr_day rr_day_parse(struct rr_slice text) {
    int ignored;
    return rr_moment_parse(text, &ignored);
}

rr_day rr_day_before(rr_day day, int days) {
    for (; days > 0; days--)
        day = neighbour(day, -1);
    return day;
}

void rr_day_text(rr_day day, char text[RR_DAY_TEXT_SIZE]) {
    static const int powers[] = {10000000, 1000000, 100000, 10000, 0, 1000, 100, 0, 10, 1}; /* of the digits; 0: a dash */
    size_t len = day == RR_DAY_UNKNOWN ? 0 : sizeof powers / sizeof powers[0];
    for (size_t i = 0; i < len; i++)
        text[i] = (char)(powers[i] == 0 ? '-' : '0' + day / powers[i] % 10);
    text[len] = '\0';
}

int rr_deal_year(rr_day start, rr_day contract, rr_day expected_close) {
    rr_day day = start != RR_DAY_UNKNOWN ? start : contract != RR_DAY_UNKNOWN ? contract : expected_close;
    return rr_day_year(day);
}
