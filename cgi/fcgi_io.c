#include "fcgi_io.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ns_per_ms = 1000000, wait_max_ms = 3600 * 1000 };

static FCGX_Request connection;
static int arrivals = -1; /* an epoll descriptor: a connection can be accepted, or a stop was asked for */
static int stop_event = -1;
static volatile sig_atomic_t stop_asked;

/* SIGQUIT: what multiwatch 1.0.0 of Debian 12 sends when it is told to send SIGTERM. */
static const int stop_signals[] = {SIGTERM, SIGINT, SIGUSR1, SIGQUIT};

static void ask_to_stop(int signal_number) {
    static const uint64_t once = 1;
    int saved = errno;
    (void)signal_number;
    stop_asked = 1;
    ssize_t written = write(stop_event, &once, sizeof once);
    (void)written;
    errno = saved;
}

/* libfcgi does not retry what a signal interrupts: the kernel does. */
static void catch_signals(void) {
    struct sigaction stop = {.sa_handler = ask_to_stop, .sa_flags = SA_RESTART}, ignore = {.sa_handler = SIG_IGN};
    for (size_t i = 0; i < sizeof stop_signals / sizeof stop_signals[0]; i++)
        sigaction(stop_signals[i], &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

static bool is_listening(int fd) {
    int listening = 0;
    socklen_t len = sizeof listening;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening != 0;
}

int fcgi_io_open(struct rr_err *err) {
    if (!is_listening(STDIN_FILENO))
        return rr_fail(err, RR_BAD_SETTING,
                       "standard input is not a listening socket: start this program by spawn-fcgi or systemd");
    /* Workers share the socket: whoever loses the race for a connection must come back here rather than sleep in accept. */
    fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
    stop_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    arrivals = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event connects = {.events = EPOLLIN | EPOLLEXCLUSIVE}; /* a connection wakes one worker, not all */
    struct epoll_event stops = {.events = EPOLLIN};
    if (stop_event < 0 || arrivals < 0 || epoll_ctl(arrivals, EPOLL_CTL_ADD, STDIN_FILENO, &connects) != 0 ||
        epoll_ctl(arrivals, EPOLL_CTL_ADD, stop_event, &stops) != 0 || FCGX_Init() != 0 ||
        FCGX_InitRequest(&connection, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
        return rr_fail(err, RR_PIPELINE_FAILED, "libfcgi cannot be started");
    catch_signals();
    return 0;
}

static const char *parameter(const char *name, const char *absent) {
    const char *value = FCGX_GetParam(name, connection.envp);
    return value != NULL ? value : absent;
}

/* nginx says when it passed the request on ($msec: seconds, with a fraction): it may have queued for us since. It would not have
 * waited for hours: then the clock was set in between. */
static int64_t waited_ms(void) {
    const char *passed_on = FCGX_GetParam("PASSED_ON_AT", connection.envp);
    int64_t at_ms = passed_on == NULL ? 0 : (int64_t)(strtod(passed_on, NULL) * 1000);
    int64_t waited = at_ms <= 0 ? 0 : rr_clock_now_ns(&rr_clock_system) / ns_per_ms - at_ms;
    return waited > 0 && waited <= wait_max_ms ? waited : 0;
}

static void read_request(struct rr_request *request) {
    *request = (struct rr_request){
        .method = parameter("REQUEST_METHOD", ""),
        .path = parameter("DOCUMENT_URI", ""),
        .query = parameter("QUERY_STRING", ""),
        .id = parameter("REQUEST_ID", "-"),
        .address = parameter("REMOTE_ADDR", "-"),
        .recompute_allowed = strcmp(parameter("RECOMPUTE_ALLOWED", "0"), "1") == 0,
        .if_none_match = parameter("HTTP_IF_NONE_MATCH", NULL),
        .if_modified_since = parameter("HTTP_IF_MODIFIED_SINCE", NULL),
        .accept = parameter("HTTP_ACCEPT", NULL),
        .accept_encoding = parameter("HTTP_ACCEPT_ENCODING", NULL),
        .authorization = parameter("HTTP_AUTHORIZATION", NULL),
        .origin = parameter("HTTP_ORIGIN", NULL),
        .host = parameter("HTTP_HOST", NULL),
        .is_https = strcmp(parameter("HTTPS", ""), "on") == 0,
        .hand_over = parameter("HAND_OVER", NULL),
        .compute = parameter("COMPUTE", NULL),
        .waited_ms = waited_ms(),
    };
}

/* Gives libfcgi the next connection, as though it were one that nginx had kept open; false where there is none. Its own accept
 * would also wait for the client's first byte, and its close for the client's end: five calls of the kernel, a third of what a
 * hit costs, and nginx needs neither. */
static bool take_connection(void) {
    connection.ipcFd = accept4(STDIN_FILENO, NULL, NULL, SOCK_CLOEXEC);
    connection.keepConnection = 1;
    FCGX_Detach(&connection);
    return connection.ipcFd >= 0 && FCGX_Accept_r(&connection) == 0;
}

int fcgi_io_accept(struct rr_request *request) {
    struct epoll_event arrival;
    while (!stop_asked) {
        if (take_connection()) {
            read_request(request);
            return 1;
        }
        rr_log_flush();
        int arrived = epoll_wait(arrivals, &arrival, 1, -1);
        if (arrived < 0 ? errno != EINTR : (arrival.events & (EPOLLERR | EPOLLHUP)) != 0)
            return -1;
    }
    return 0;
}

size_t fcgi_io_send(const struct rr_response *response) {
    struct rr_buf head = RR_BUF_INIT(RR_HEADERS_MAX_BYTES + 1024);
    size_t sent = 0;
    rr_response_head(response, &head);
    if (!head.failed) {
        FCGX_PutStr(head.ptr, (int)head.len, connection.out);
        if (!response->without_body && response->body.len > 0) {
            int written = FCGX_PutStr(response->body.ptr, (int)response->body.len, connection.out);
            sent = written > 0 ? (size_t)written : 0;
        }
    }
    rr_buf_free(&head);
    return sent;
}

void fcgi_io_finish(void) {
    FCGX_Finish_r(&connection);
}

void fcgi_io_close(void) {
    FCGX_Free(&connection, 1);
    close(arrivals);
    close(stop_event);
}
