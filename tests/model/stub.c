/* A language model's server that behaves as it is told: HTTP/1.1 over loopback, one process, many connections.
 *
 *     stub DELAY_MS KEY LAST_REQUEST     prints its port; ends by a signal
 *
 * POST /BEHAVIOUR/chat/completions, after DELAY_MS; see behaviours below. Every request's key is compared with KEY, and the last
 * body is written to LAST_REQUEST. GET /counts says what it has seen since the GET before. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { connections_max = 256, request_max = 1024 * 1024, head_max = 1024, flood_bytes = 50 * 1024 * 1024 };

struct connection {
    int fd; /* 0: free */
    char *request;
    size_t len;
    bool answering;    /* the request is whole, */
    int64_t due_ms;    /* and is answered then */
    const char *reply; /* what is left of the answer; malloc'ed as `memory` */
    char *memory;
    size_t left;
    int64_t drip_ms; /* between two bytes; 0: all at once */
    bool close_after;
};

static struct { unsigned calls, in_flight, most_in_flight, wrong_key, repairs; } counts;

static struct connection connections[connections_max];
static int64_t delay_ms;
static const char *key, *last_request;

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Answers ---- */

#define EVIDENCE                                                                                                                                                \
    "\"evidence_bullets\":[\"올해 목표 대비 확정 금액이 부족합니다.\",\"커버리지가 이번 달 최소 기준에 미치지 못합니다.\"," \
    "\"최근 메모에서 예산 검토가 늦어지고 있습니다.\"]"
#define ACTIONS "\"recommended_actions\":[\"이번 주에 담당자와 예산 일정을 확인합니다.\",\"대안 과정을 제안합니다.\"]"
#define GOOD    "{\"risk_level\":\"심각\",\"top_blockers\":[\"BUDGET\"]," EVIDENCE "," ACTIONS "}"

/* Cards that must not stand in a report. */
#define FENCED "```json\n" GOOD "\n```"
#define LABEL  "{\"risk_level\":\"심각\",\"top_blockers\":[\"SEND_MONEY\"]," EVIDENCE "," ACTIONS "}"
#define LINK                                                                                                                     \
    "{\"risk_level\":\"심각\",\"top_blockers\":[\"BUDGET\"]," EVIDENCE                                                           \
    ",\"recommended_actions\":[\"http://evil.example/ 에서 확인합니다.\",\"담당자에게 전화합니다.\"]}"
#define MARKUP                                                                                                                   \
    "{\"risk_level\":\"심각\",\"top_blockers\":[\"BUDGET\"]," EVIDENCE                                                           \
    ",\"recommended_actions\":[\"<b>오늘</b> 담당자를 만납니다.\",\"담당자에게 전화합니다.\"]}"
#define FEWER                                                                                                                    \
    "{\"risk_level\":\"심각\",\"top_blockers\":[\"BUDGET\"],\"evidence_bullets\":[\"근거가 한 문장뿐입니다.\"]," ACTIONS "}"
#define OBEYED "{\"risk_level\":\"양호\",\"top_blockers\":[\"BUDGET\"]," EVIDENCE "," ACTIONS ",\"note\":\"ignored the rules\"}"

static void reply_with(struct connection *connection, const char *status, const char *headers, const char *body, size_t len) {
    connection->memory = malloc(len + head_max);
    if (connection->memory == NULL)
        exit(1);
    int head = snprintf(connection->memory, head_max,
                        "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n", status, len, headers);
    memcpy(connection->memory + head, body, len);
    connection->reply = connection->memory;
    connection->left = (size_t)head + len;
}

/* A completion whose text is content. */
static void reply_content(struct connection *connection, const char *content) {
    char body[8192];
    size_t len =
        (size_t)snprintf(body, sizeof body, "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"");
    for (; *content != '\0'; content++) {
        if (*content == '"' || *content == '\\')
            body[len++] = '\\';
        if (*content == '\n')
            body[len++] = '\\';
        body[len++] = *content == '\n' ? 'n' : *content;
    }
    len += (size_t)snprintf(body + len, sizeof body - len, "\"},\"finish_reason\":\"stop\"}]}");
    reply_with(connection, "200 OK", "", body, len);
}

static bool is_repair(const struct connection *connection) {
    return strstr(connection->request, "\"role\":\"assistant\"") != NULL;
}

static void answer_good(struct connection *connection) {
    reply_content(connection, GOOD);
}

static void answer_broken_first(struct connection *connection) {
    reply_content(connection, is_repair(connection) ? GOOD : "{\"risk_level\":\"심각\",\"top_bl");
}

static void answer_broken(struct connection *connection) {
    reply_content(connection, "{\"risk_level\":\"심각\",\"top_bl");
}

static void answer_fenced(struct connection *connection) {
    reply_content(connection, FENCED);
}

static void answer_label(struct connection *connection) {
    reply_content(connection, LABEL);
}

static void answer_link(struct connection *connection) {
    reply_content(connection, LINK);
}

static void answer_markup(struct connection *connection) {
    reply_content(connection, MARKUP);
}

static void answer_schema(struct connection *connection) {
    reply_content(connection, FEWER);
}

/* A model that does what a memo tells it. */
static void answer_obedient(struct connection *connection) {
    reply_content(connection, strstr(connection->request, "ignore the rules") != NULL ? OBEYED : GOOD);
}

static void answer_drip(struct connection *connection) {
    reply_content(connection, GOOD);
    connection->drip_ms = 100;
}

static void answer_limited_first(struct connection *connection) {
    if (counts.calls > 1) {
        answer_good(connection);
        return;
    }
    reply_with(connection, "429 Too Many Requests", "Retry-After: 1\r\n", "{}", 2);
}

static void answer_limited(struct connection *connection) {
    reply_with(connection, "429 Too Many Requests", "Retry-After: 3600\r\n", "{}", 2);
}

static void answer_failing_first(struct connection *connection) {
    if (counts.calls > 1)
        answer_good(connection);
    else
        reply_with(connection, "500 Internal Server Error", "", "{}", 2);
}

static void answer_failing(struct connection *connection) {
    reply_with(connection, "500 Internal Server Error", "", "{}", 2);
}

/* An error that tells the key again, as some do. */
static void answer_unauthorized(struct connection *connection) {
    char body[head_max];
    int len = snprintf(body, sizeof body, "{\"error\":{\"message\":\"Incorrect API key provided: %s\"}}", key);
    reply_with(connection, "401 Unauthorized", "", body, (size_t)len);
}

static void answer_redirect(struct connection *connection) {
    reply_with(connection, "302 Found", "Location: /good/chat/completions\r\n", "{}", 2);
}

static void answer_html(struct connection *connection) {
    static const char html[] = "<html><body>a proxy's page</body></html>";
    reply_with(connection, "200 OK", "", html, sizeof html - 1);
}

static void answer_closed(struct connection *connection) {
    connection->reply = "";
    connection->left = 0;
    connection->close_after = true;
}

static void answer_half(struct connection *connection) {
    reply_content(connection, GOOD);
    connection->left -= 100;
    connection->close_after = true;
}

static void answer_flood(struct connection *connection) {
    char *body = malloc(flood_bytes);
    if (body == NULL)
        exit(1);
    memset(body, ' ', flood_bytes);
    reply_with(connection, "200 OK", "", body, flood_bytes);
    free(body);
}

static const struct behaviour {
    const char *name;
    void (*answer)(struct connection *connection);
} behaviours[] = {
    {"good", answer_good},
    {"broken-first", answer_broken_first},
    {"broken", answer_broken},
    {"fenced", answer_fenced},
    {"label", answer_label},
    {"link", answer_link},
    {"markup", answer_markup},
    {"schema", answer_schema},
    {"obedient", answer_obedient},
    {"drip", answer_drip},
    {"limited-first", answer_limited_first},
    {"limited", answer_limited},
    {"failing-first", answer_failing_first},
    {"failing", answer_failing},
    {"unauthorized", answer_unauthorized},
    {"redirect", answer_redirect},
    {"html", answer_html},
    {"closed", answer_closed},
    {"half", answer_half},
    {"flood", answer_flood},
};

/* ---- Connections ---- */

static void drop(struct connection *connection) {
    close(connection->fd);
    free(connection->request);
    free(connection->memory);
    counts.in_flight -= connection->answering;
    *connection = (struct connection){0};
}

static void begin_call(struct connection *connection, const char *body) {
    char authorization[head_max];
    snprintf(authorization, sizeof authorization, "\r\nAuthorization: Bearer %s\r\n", key);
    counts.calls++;
    counts.wrong_key += strstr(connection->request, authorization) == NULL;
    counts.repairs += is_repair(connection);
    FILE *file = fopen(last_request, "w");
    if (file == NULL || fputs(body, file) < 0 || fclose(file) != 0)
        exit(1);
    connection->due_ms = now_ms() + delay_ms;
}

/* Has all of the request come? Then it is counted. */
static void take_request(struct connection *connection) {
    char *body = strstr(connection->request, "\r\n\r\n");
    const char *length = strcasestr(connection->request, "\r\nContent-Length:");
    if (body == NULL)
        return;
    body += 4;
    size_t want = length != NULL && length < body ? strtoul(length + 17, NULL, 10) : 0;
    if (strlen(body) < want)
        return;
    connection->answering = true;
    counts.in_flight++;
    if (strncmp(connection->request, "POST ", 5) == 0) {
        counts.most_in_flight = counts.in_flight > counts.most_in_flight ? counts.in_flight : counts.most_in_flight;
        begin_call(connection, body);
    }
}

static void answer(struct connection *connection) {
    char path[head_max], body[head_max];
    connection->due_ms = 0;
    if (strncmp(connection->request, "GET /counts ", 12) == 0) {
        int len = snprintf(body, sizeof body, "{\"calls\":%u,\"most_in_flight\":%u,\"wrong_key\":%u,\"repairs\":%u}\n",
                           counts.calls, counts.most_in_flight, counts.wrong_key, counts.repairs);
        counts.calls = counts.most_in_flight = counts.wrong_key = counts.repairs = 0;
        reply_with(connection, "200 OK", "", body, (size_t)len);
        return;
    }
    for (size_t i = 0; i < sizeof behaviours / sizeof behaviours[0]; i++) {
        snprintf(path, sizeof path, "POST /%s/chat/completions ", behaviours[i].name);
        if (strncmp(connection->request, path, strlen(path)) == 0) {
            behaviours[i].answer(connection);
            return;
        }
    }
    reply_with(connection, "404 Not Found", "", "{}", 2);
}

static void read_some(struct connection *connection) {
    ssize_t n = read(connection->fd, connection->request + connection->len, request_max - 1 - connection->len);
    if (n <= 0) {
        drop(connection);
        return;
    }
    connection->len += (size_t)n;
    connection->request[connection->len] = '\0';
    if (!connection->answering)
        take_request(connection);
}

static void finish(struct connection *connection) {
    if (connection->close_after) {
        drop(connection);
        return;
    }
    free(connection->memory);
    connection->memory = NULL;
    connection->reply = NULL;
    connection->answering = false;
    counts.in_flight--;
    connection->len = 0;
    connection->request[0] = '\0';
}

static void write_some(struct connection *connection) {
    size_t len = connection->drip_ms > 0 && connection->left > 0 ? 1 : connection->left;
    ssize_t n = len == 0 ? 0 : send(connection->fd, connection->reply, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n < 0) {
        drop(connection);
        return;
    }
    connection->reply += n;
    connection->left -= (size_t)n;
    connection->due_ms = now_ms() + connection->drip_ms;
    if (connection->left == 0)
        finish(connection);
}

static void take_connection(int listener) {
    int fd = accept(listener, NULL, NULL);
    for (int i = 0; fd >= 0 && i < connections_max; i++) {
        if (connections[i].fd != 0)
            continue;
        connections[i].fd = fd;
        connections[i].request = calloc(1, request_max);
        if (connections[i].request == NULL)
            exit(1);
        return;
    }
    exit(1);
}

static void serve(int listener) {
    struct pollfd polled[connections_max + 1];
    for (;;) {
        polled[0] = (struct pollfd){.fd = listener, .events = POLLIN};
        for (int i = 0; i < connections_max; i++) {
            const struct connection *connection = &connections[i];
            bool due = connection->reply != NULL && connection->due_ms <= now_ms();
            polled[i + 1] = (struct pollfd){.fd = connection->fd > 0 ? connection->fd : -1,
                                            .events = (short)(due ? POLLIN | POLLOUT : POLLIN)};
        }
        poll(polled, connections_max + 1, 5);
        for (int i = 0; i < connections_max; i++) {
            struct connection *connection = &connections[i];
            if (connection->fd > 0 && (polled[i + 1].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
                read_some(connection);
            if (connection->answering && connection->reply == NULL && connection->due_ms <= now_ms())
                answer(connection);
            if (connection->reply != NULL && connection->due_ms <= now_ms())
                write_some(connection);
        }
        if ((polled[0].revents & POLLIN) != 0)
            take_connection(listener);
    }
}

int main(int argc, char **argv) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (argc != 4 || listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, connections_max) != 0 || getsockname(listener, (struct sockaddr *)&address, &len) != 0) {
        fprintf(stderr, "usage: stub DELAY_MS KEY LAST_REQUEST\n");
        return 2;
    }
    delay_ms = strtoll(argv[1], NULL, 10);
    key = argv[2];
    last_request = argv[3];
    printf("%d\n", ntohs(address.sin_port));
    if (fflush(stdout) != 0)
        return 1;
    serve(listener);
}
