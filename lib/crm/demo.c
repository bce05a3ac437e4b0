#include "crm/demo.h"

#include "base/buf.h"
#include "base/clock.h"
#include "crm/db.h"
#include "crm/demo_words.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Nothing about a row is kept: what other rows need of it (a person's organisation, a counterparty's size) is drawn again
 * from its number. That is why ten million deals take no more memory than ten. */

enum { real_max = 17, arena_size = 16384, sql_max_bytes = 65536, rows_per_progress = 16384, settled_s = 3600 };

static const uint64_t count_max = 1000000000;
static const uint64_t nowhere = UINT64_C(1) << 40; /* added to a number: the id of a row that there is not */

/* ---- A row on its way into the database ---- */

struct row;

struct table {
    const char *name;
    enum kind kind;
    void (*fill)(struct row *row);
    const char *const *columns;
    unsigned column_count;
    unsigned wide_count;
};

struct row {
    const struct rr_demo *demo;
    const struct table *table;
    unsigned width; /* columns, with those that only fill */
    uint64_t number;
    struct rng rng;
    struct rr_slice cells[real_max]; /* NULL unless set */
    char arena[arena_size];          /* the bytes of the cells that are no literals */
    size_t used;
};

static void set(struct row *row, unsigned column, const char *text) {
    row->cells[column] = rr_slice_of(text);
}

/* Begins a cell, or adds to the one begun last. What the arena cannot hold is left out. */
__attribute__((format(printf, 3, 4))) static void add(struct row *row, unsigned column, const char *format, ...) {
    struct rr_slice *cell = &row->cells[column];
    size_t room = sizeof row->arena - row->used;
    va_list args;
    va_start(args, format);
    int written = vsnprintf(row->arena + row->used, room, format, args);
    va_end(args);
    if (written < 0 || (size_t)written >= room)
        return;
    if (cell->ptr == NULL)
        cell->ptr = row->arena + row->used;
    cell->len += (size_t)written;
    row->used += (size_t)written;
}

static void set_id(struct row *row, unsigned column, enum kind kind, uint64_t number) {
    char text[spelling_size];
    spell_id(text, row->demo->seed, kind, number);
    add(row, column, "%s", text);
}

/* Is it one of the rows, one in so many, that have an odd form? */
static bool is_odd(const struct row *row, unsigned every) {
    return row->number % every == every / 2;
}

/* The id of another table's row; every so many rows one that dangles, or none. */
static void set_link(struct row *row, unsigned column, unsigned every, enum kind kind, uint64_t number) {
    uint64_t turn = row->number / every;
    if (!is_odd(row, every))
        set_id(row, column, kind, number);
    else if (turn % 2 == 0)
        set_id(row, column, kind, nowhere + number);
    else
        set(row, column, odd_links[turn / 2 % WORDS(odd_links).count]);
}

/* Every so many rows, sets the next of the odd forms; false on all others. */
static bool set_odd(struct row *row, unsigned column, unsigned every, struct words odd) {
    if (!is_odd(row, every))
        return false;
    set(row, column, odd.items[row->number / every % odd.count]);
    return true;
}

/* The same for dates, whose odd forms name the year of the right one. */
static bool set_odd_date(struct row *row, unsigned column, unsigned every, uint64_t day) {
    char text[spelling_size];
    if (!is_odd(row, every))
        return false;
    spell_time(text, odd_dates[row->number / every % WORDS(odd_dates).count], day * day_s);
    add(row, column, "%s", text);
    return true;
}

/* In so many of a hundred rows the value, else a blank. */
static void set_some(struct row *row, unsigned column, unsigned percent, spelling *spell, uint64_t value) {
    char text[spelling_size];
    if (!chance(&row->rng, percent)) {
        set(row, column, pick(&row->rng, WORDS(blanks)));
        return;
    }
    spell(text, &row->rng, value);
    add(row, column, "%s", text);
}

/* ---- What a number says about its row ---- */

struct person {
    uint64_t organization;
    uint64_t slot; /* which of the organisation's departments, 0 to 7 */
};

/* Most business is with a few organisations, and among them most with the first; the rest is a long tail. */
static uint64_t busy_organization(const struct rr_demo *demo, struct rng *rng) {
    uint64_t busy = 16 + demo->deals / 150;
    double share = (double)(draw(rng) >> 11) * 0x1p-53;
    return (uint64_t)((double)(busy < demo->organizations ? busy : demo->organizations) * share * share);
}

/* The first third of the people are customers, who have nine deals in ten. */
static uint64_t any_person(const struct rr_demo *demo, struct rng *rng) {
    return below(rng, chance(rng, 90) ? demo->people / 3 + 1 : demo->people);
}

static struct person person_of(const struct rr_demo *demo, uint64_t number) {
    struct rng rng = rng_of(demo->seed, kind_person, number);
    bool customer = number <= demo->people / 3;
    struct person person = {customer ? busy_organization(demo, &rng) : below(&rng, demo->organizations), 0};
    struct rng organization = rng_of(demo->seed, kind_organization, person.organization);
    person.slot = below(&rng, 2 + below(&organization, 5));
    return person;
}

struct counterparty {
    const char *department;
    uint64_t base_krw;     /* its smallest deals */
    bool leaving;          /* it buys nothing in the year of the targets */
    unsigned growth_64ths; /* of its deals in that year */
};

/* Sizes and fortunes take turns rather than chances: that way a small database has some of each as well. */
static struct counterparty counterparty_of(const struct rr_demo *demo, struct person person) {
    static const unsigned growths[] = {64, 8, 128, 32, 64, 2, 256, 16, 64, 96, 32, 192, 1, 48, 20};
    struct rng rng = rng_of(demo->seed, kind_counterparty, person.organization * 8 + person.slot);
    struct counterparty it = {.department = pick(&rng, WORDS(departments))};
    it.leaving = chance(&rng, 12);
    it.growth_64ths = growths[(person.organization * 4 + person.slot) % (sizeof growths / sizeof growths[0])];
    it.base_krw = (UINT64_C(60000) << (person.organization * 3 + 6) % 8) * (2 + below(&rng, 6));
    return it;
}

/* ---- Deals ---- */

struct deal {
    struct counterparty counterparty;
    int years_back; /* from the year of the targets; -1 is the next */
    bool won, lost;
};

static void set_deal_links(struct row *row, struct deal *deal) {
    uint64_t number = any_person(row->demo, &row->rng);
    struct person person = person_of(row->demo, number);
    deal->counterparty = counterparty_of(row->demo, person);
    bool elsewhere = chance(&row->rng, 3);
    set_id(row, deal_id, kind_deal, row->number);
    set_link(row, deal_person, 31, kind_person, number);
    set_link(row, deal_organization, 37, kind_organization,
             elsewhere ? busy_organization(row->demo, &row->rng) : person.organization);
}

static void set_deal_status(struct row *row, struct deal *deal) {
    bool leaving = deal->years_back == 0 && deal->counterparty.leaving;
    struct words usual = leaving                ? WORDS(status_leaving)
                         : deal->years_back > 0 ? WORDS(status_past)
                         : deal->years_back < 0 ? WORDS(status_future)
                                                : WORDS(status_current);
    if (!set_odd(row, deal_status, 29, WORDS(odd_status)))
        set(row, deal_status, pick(&row->rng, usual));
    deal->won = rr_slice_equal(row->cells[deal_status], (struct rr_slice)RR_SLICE("Won"));
    deal->lost = rr_slice_equal(row->cells[deal_status], (struct rr_slice)RR_SLICE("Lost"));
    if (set_odd(row, deal_likely, 23, WORDS(odd_likely)))
        return;
    bool unlikely = deal->lost || leaving;
    const char *likely = pick(&row->rng, deal->won ? WORDS(likely_won) : unlikely ? WORDS(likely_lost) : WORDS(likely_open));
    const char *const *form = likely_forms[below(&row->rng, sizeof likely_forms / sizeof likely_forms[0])];
    if (likely != NULL)
        add(row, deal_likely, "%s%s%s", form[0], likely, form[1]);
}

static void set_deal_money(struct row *row, const struct deal *deal) {
    uint64_t krw = log_uniform(&row->rng, deal->counterparty.base_krw, 5);
    if (deal->years_back <= 0)
        krw = krw * deal->counterparty.growth_64ths / 64;
    if (!set_odd(row, deal_amount, 17, WORDS(odd_amounts)))
        set_some(row, deal_amount, 70, spell_amount, krw);
    set_some(row, deal_expected_amount, 65, spell_amount, krw + krw / 8);
}

static void set_deal_dates(struct row *row, const struct deal *deal) {
    int year = row->demo->year - deal->years_back;
    uint64_t start = first_day_of(year) + below(&row->rng, 365);
    uint64_t close = start - 15 + below(&row->rng, 30);
    uint64_t contract = start - below(&row->rng, 50);
    unsigned dated = chance(&row->rng, 98) ? 1 : 0;
    if (!set_odd_date(row, deal_start, 19, start))
        set_some(row, deal_start, dated * (deal->won ? 90 : 45), spell_date, start);
    if (!set_odd_date(row, deal_close, 25, start))
        set_some(row, deal_close, dated * 95, spell_date, close);
    set_some(row, deal_contract, dated * (deal->won ? 90 : 10), spell_date, contract);
    set_some(row, deal_end, deal->won ? 90 : 40, spell_date, start + 1 + below(&row->rng, 90));
    set_some(row, deal_contact, 70, spell_date, contract - below(&row->rng, 60));
    if (deal->lost)
        set_some(row, deal_lost, 95, spell_date, close);
}

static void fill_deal(struct row *row) {
    uint64_t age = below(&row->rng, 100);
    struct deal deal = {.years_back = age < 41 ? 1 : age < 87 ? 0 : age < 95 ? 2 : -1};
    set_deal_links(row, &deal);
    set_deal_status(row, &deal);
    set_deal_money(row, &deal);
    set_deal_dates(row, &deal);
    if (!set_odd(row, deal_name, 41, WORDS(odd_titles))) {
        add(row, deal_name, "[%s] %s", deal.counterparty.department, pick(&row->rng, WORDS(topics)));
        add(row, deal_name, " %s", pick(&row->rng, WORDS(courses)));
        add(row, deal_name, " %d차", (int)below(&row->rng, 9) + 1);
    }
    if (!set_odd(row, deal_format, 13, WORDS(odd_formats)))
        set(row, deal_format, pick(&row->rng, WORDS(formats)));
    if (!set_odd(row, deal_course, 21, WORDS(odd_course_ids)) && chance(&row->rng, deal.won ? 85 : 4))
        add(row, deal_course, "C%06" PRIu64, below(&row->rng, 1000000));
    if (deal.lost)
        set(row, deal_reason, pick(&row->rng, WORDS(lost_reasons)));
}

/* ---- People, organisations, memos ---- */

static void fill_person(struct row *row) {
    struct person person = person_of(row->demo, row->number);
    const char *department = counterparty_of(row->demo, person).department;
    const char *space = row->number % 11 == 0 ? pick(&row->rng, WORDS(spaces)) : "";
    set_id(row, 0, kind_person, row->number);
    if (!set_odd(row, 1, 43, WORDS(odd_names))) {
        add(row, 1, "%s", pick(&row->rng, WORDS(surnames)));
        add(row, 1, "%s", pick(&row->rng, WORDS(given_names)));
    }
    set_link(row, 2, 41, kind_organization, person.organization);
    if (!set_odd(row, 3, 14, WORDS(odd_departments)))
        add(row, 3, "%s%s%s", space, department, space);
}

/* The odd names come early, so that they are in small databases too, and among the busy organisations; then they are rare. */
static void fill_organization(struct row *row) {
    bool early = row->number >= 10 && row->number < 46;
    set_id(row, 0, kind_organization, row->number);
    if (row->number == 2 || row->number == 5)
        set(row, 1, row->number == 2 ? "삼성전자" : "삼성전자서비스");
    else if (!set_odd(row, 1, early ? 4 : 97, WORDS(odd_organizations))) {
        add(row, 1, "%s", chance(&row->rng, 20) ? "(주)" : "");
        add(row, 1, "%s", pick(&row->rng, WORDS(organization_heads)));
        add(row, 1, "%s%" PRIu64, pick(&row->rng, WORDS(organization_tails)), row->number);
    }
}

static void fill_memo(struct row *row) {
    uint64_t about = below(&row->rng, 20);
    uint64_t length = row->number % 101 == 50 ? 80 : 1 + below(&row->rng, 4);
    char created[spelling_size];
    spell_time(created, "%Y-%m-%dT%H:%M:%S.000Z",
               first_day_of(row->demo->year - 1) * day_s + below(&row->rng, UINT64_C(730) * day_s));
    set_id(row, 0, kind_memo, row->number);
    if (!set_odd(row, 1, 29, WORDS(odd_memos)))
        while (length-- > 0)
            add(row, 1, "%s%s", pick(&row->rng, WORDS(sentences)), length > 0 ? " " : "");
    if (about < 10 || about == 18)
        set_link(row, 2, 47, kind_deal, below(&row->rng, row->demo->deals));
    if ((about >= 10 && about < 14) || about == 18)
        set_link(row, 3, 49, kind_person, any_person(row->demo, &row->rng));
    if (about >= 14 && about < 19)
        set_link(row, 4, 51, kind_organization, busy_organization(row->demo, &row->rng));
    if (!set_odd(row, 5, 53, WORDS(odd_times)))
        add(row, 5, "%s", created);
}

static const struct table tables[] = {
    {"deal", kind_deal, fill_deal, deal_columns, real_max, 147},
    {"people", kind_person, fill_person, person_columns, 4, 147},
    {"organization", kind_organization, fill_organization, organization_columns, 2, 60},
    {"memo", kind_memo, fill_memo, memo_columns, 6, 15},
};
enum { table_count = sizeof tables / sizeof tables[0] };

/* ---- The database ---- */

struct maker {
    struct rr_demo demo; /* no number 0 that stands for another */
    struct rr_db *db;
    uint64_t done, total; /* rows */
};

/* Where among all columns the table's real column stands: they are spread evenly, the first at 0. */
static unsigned place_of(const struct table *table, unsigned width, unsigned column) {
    return column * width / table->column_count;
}

static void write_sql(const struct table *table, unsigned width, struct rr_buf *create, struct rr_buf *insert) {
    unsigned real = 0;
    rr_buf_printf(create, "CREATE TABLE %s (", table->name);
    rr_buf_printf(insert, "INSERT INTO %s VALUES (", table->name);
    for (unsigned i = 0; i < width; i++) {
        const char *comma = i + 1 < width ? ", " : ")";
        if (real < table->column_count && i == place_of(table, width, real))
            rr_buf_printf(create, "\"%s\" TEXT%s", table->columns[real++], comma);
        else
            rr_buf_printf(create, "\"속성 %03u\" TEXT%s", i - real, comma);
        rr_buf_printf(insert, "?%s", comma);
    }
}

static int create_table(struct rr_stmt **insert, struct rr_db *db, const struct row *row, struct rr_err *err) {
    struct rr_buf create_sql = RR_BUF_INIT(sql_max_bytes), insert_sql = RR_BUF_INIT(sql_max_bytes);
    int rc = -1;
    write_sql(row->table, row->width, &create_sql, &insert_sql);
    if (create_sql.failed || insert_sql.failed)
        rr_err_set_memory(err);
    else if (rr_db_exec(db, create_sql.ptr, err) == 0)
        rc = rr_db_prepare(insert, db, insert_sql.ptr, err);
    rr_buf_free(&create_sql);
    rr_buf_free(&insert_sql);
    return rc;
}

static int insert_row(struct row *row, struct rr_stmt *insert, struct rr_err *err) {
    const struct table *table = row->table;
    unsigned real = 0;
    for (unsigned i = 0; i < row->width; i++) {
        struct rr_slice cell = {NULL, 0};
        if (real < table->column_count && i == place_of(table, row->width, real))
            cell = row->cells[real++];
        else if (chance(&row->rng, 50))
            cell = rr_slice_of(pick(&row->rng, WORDS(fillers)));
        if (rr_stmt_bind(insert, (int)i + 1, cell, err) != 0)
            return -1;
    }
    return rr_stmt_step(insert, err) == 0 ? 0 : -1;
}

static void report_progress(const struct maker *maker) {
    if (maker->demo.progress != NULL)
        maker->demo.progress(maker->demo.progress_ctx, maker->done, maker->total);
}

static int fill_table(struct maker *maker, const struct table *table, uint64_t count, struct rr_err *err) {
    struct rr_stmt *insert = NULL;
    struct row row = {.demo = &maker->demo, .table = table};
    row.width = maker->demo.wide ? table->wide_count : table->column_count;
    int rc = create_table(&insert, maker->db, &row, err);
    for (uint64_t i = 0; i < count && rc == 0; i++) {
        row.number = i;
        row.rng = rng_of(maker->demo.seed, kind_count + table->kind, i);
        memset(row.cells, 0, sizeof row.cells);
        row.used = 0;
        table->fill(&row);
        rc = insert_row(&row, insert, err);
        if (++maker->done % rows_per_progress == 0)
            report_progress(maker);
    }
    rr_stmt_close(&insert);
    return rc;
}

static int fill_database(struct maker *maker, struct rr_err *err) {
    const struct rr_demo *demo = &maker->demo;
    const uint64_t counts[table_count] = {demo->deals, demo->people, demo->organizations, demo->memos};
    if (rr_db_exec(maker->db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN", err) != 0)
        return -1;
    for (int i = 0; i < table_count; i++)
        maker->total += counts[i];
    for (int i = 0; i < table_count; i++)
        if (fill_table(maker, &tables[i], counts[i], err) != 0)
            return -1;
    if (rr_db_exec(maker->db, "COMMIT", err) != 0)
        return -1;
    report_progress(maker);
    return 0;
}

/* To the disk, with a time of change that the service takes as long past. */
static int settle(const char *path, struct rr_err *err) {
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = rr_clock_now_s(&rr_clock_system) - settled_s}};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return rr_fail(err, RR_DB_INVALID, "the database just written cannot be opened: %s", strerror(errno));
    int rc = 0;
    if (futimens(fd, times) != 0 || fsync(fd) != 0)
        rc = rr_fail(err, RR_DB_INVALID, "the database cannot be written: %s", strerror(errno));
    close(fd);
    return rc;
}

static int check(const struct rr_demo *demo, struct rr_err *err) {
    if (demo->year < 2000 || demo->year > 2999)
        return rr_fail(err, RR_BAD_SETTING, "the year of a demo database must be 2000 to 2999");
    if (demo->deals > count_max || demo->people > count_max || demo->organizations > count_max || demo->memos > count_max)
        return rr_fail(err, RR_BAD_SETTING, "a demo database has at most %" PRIu64 " rows of a kind", count_max);
    return 0;
}

static uint64_t at_least(uint64_t least, uint64_t fitting) {
    return fitting > least ? fitting : least;
}

static int make(const struct rr_demo *demo, const char *path, struct rr_err *err) {
    struct maker maker = {.demo = *demo};
    uint64_t deals = demo->deals;
    if (demo->people == 0)
        maker.demo.people = at_least(180, demo->wide ? deals * 3 : deals * 3 / 20);
    if (demo->organizations == 0)
        maker.demo.organizations = at_least(60, demo->wide ? deals : deals / 40);
    if (demo->memos == 0)
        maker.demo.memos = demo->wide ? deals * 3 : deals / 2;
    if (rr_db_create(&maker.db, path, err) != 0)
        return -1;
    int rc = fill_database(&maker, err);
    rr_db_close(&maker.db);
    return rc;
}

int rr_demo_make(const struct rr_demo *demo, const char *path, struct rr_err *err) {
    char temporary[PATH_MAX];
    if (check(demo, err) != 0)
        return -1;
    int length = snprintf(temporary, sizeof temporary, "%s.tmp", path);
    if (length < 0 || (size_t)length >= sizeof temporary)
        return rr_fail(err, RR_BAD_SETTING, "the file's name is too long");
    unlink(temporary);
    if (make(demo, temporary, err) != 0 || settle(temporary, err) != 0)
        goto failed;
    if (rename(temporary, path) == 0)
        return 0;
    rr_err_set(err, RR_DB_INVALID, "the database cannot be put in its place: %s", strerror(errno));
failed:
    unlink(temporary);
    return -1;
}
