#include "fcgi_io.h"

#include "base/clock.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ns_per_ms = 1000000 };

static FCGX_Request connection;
static sigset_t idle_mask; /* while nothing is to be done: as it was when the program started */
static volatile sig_atomic_t stop_asked;

/* SIGQUIT: what multiwatch 1.0.0 of Debian 12 sends when it is told to send SIGTERM. */
static const int stop_signals[] = {SIGTERM, SIGINT, SIGUSR1, SIGQUIT};

static void ask_to_stop(int signal_number) {
    (void)signal_number;
    stop_asked = 1;
}

/* libfcgi does not retry what a signal interrupts, so signals are held back but for the wait for a request. */
static void hold_signals_back(void) {
    struct sigaction stop = {.sa_handler = ask_to_stop}, ignore = {.sa_handler = SIG_IGN};
    sigset_t held;
    sigemptyset(&held);
    for (size_t i = 0; i < sizeof stop_signals / sizeof stop_signals[0]; i++) {
        sigaddset(&held, stop_signals[i]);
        sigaction(stop_signals[i], &stop, NULL);
    }
    sigaction(SIGPIPE, &ignore, NULL);
    sigprocmask(SIG_BLOCK, &held, &idle_mask);
    for (size_t i = 0; i < sizeof stop_signals / sizeof stop_signals[0]; i++)
        sigdelset(&idle_mask, stop_signals[i]);
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
    hold_signals_back();
    /* Workers share the socket: whoever loses the race for a connection must come back to ppoll rather than sleep in accept. */
    fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
    if (FCGX_Init() != 0 || FCGX_InitRequest(&connection, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
        return rr_fail(err, RR_PIPELINE_FAILED, "libfcgi cannot be started");
    return 0;
}

static const char *parameter(const char *name, const char *absent) {
    const char *value = FCGX_GetParam(name, connection.envp);
    return value != NULL ? value : absent;
}

/* nginx says when it passed the request on ($msec: seconds, with a fraction): it may have queued for us since. */
static int64_t waited_ms(void) {
    const char *passed_on = FCGX_GetParam("PASSED_ON_AT", connection.envp);
    int64_t at_ms = passed_on == NULL ? 0 : (int64_t)(strtod(passed_on, NULL) * 1000);
    int64_t waited = at_ms <= 0 ? 0 : rr_clock_now_ns(&rr_clock_system) / ns_per_ms - at_ms;
    return waited > 0 ? waited : 0;
}

static void read_request(struct rr_request *request) {
    *request = (struct rr_request){
        .method = parameter("REQUEST_METHOD", ""),
        .path = parameter("DOCUMENT_URI", ""),
        .query = parameter("QUERY_STRING", ""),
        .id = parameter("REQUEST_ID", "-"),
        .if_none_match = parameter("HTTP_IF_NONE_MATCH", NULL),
        .if_modified_since = parameter("HTTP_IF_MODIFIED_SINCE", NULL),
        .accept_encoding = parameter("HTTP_ACCEPT_ENCODING", NULL),
        .hand_over = parameter("HAND_OVER", NULL),
        .compute = parameter("COMPUTE", NULL),
        .waited_ms = waited_ms(),
    };
}

int fcgi_io_accept(struct rr_request *request) {
    struct pollfd listening = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!stop_asked) {
        if (ppoll(&listening, 1, NULL, &idle_mask) < 0) {
            if (errno != EINTR)
                return -1;
        } else if (listening.revents & (POLLERR | POLLNVAL)) {
            return -1;
        } else if (FCGX_Accept_r(&connection) == 0) {
            read_request(request);
            return 1;
        }
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
}
