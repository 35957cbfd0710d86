/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_HTTPD_H
#define TOOLS_COMMON_HTTPD_H

#include "common/http.h"

#include <allswell/loop.h>
#include <stddef.h>

/**
 * @file
 * A small web server on the loop of a tool: libmicrohttpd, bounded in connections, bytes and time.
 * On loopback only, unless the user says otherwise.
 */

#define HTTPD_CONNECTION_MAX 64
#define HTTPD_HEAD_MAX       16384
#define HTTPD_REQUEST_MS     20000 /* true time that a request may take to come and go */

/** What messages say of a server. */
struct httpd_words {
    const char *what;     /* "the page" */
    const char *option;   /* that says where it listens */
    const char *anywhere; /* that says that addresses beyond loopback are meant */
    const char *example;  /* addresses in numbers, for the message */
};

/** A socket that listens. */
struct httpd_listen {
    int fd; /* -1: none */
    unsigned port;
    bool is_loopback, is_six;
    char url[80];
};

/**
 * Listens at "ADDRESS:PORT" or "[ADDRESS]:PORT"; port 0: any.
 *
 * @param is_anywhere  addresses beyond loopback are meant
 */
bool httpd_listen(struct httpd_listen *out, const char *text, bool is_anywhere,
                  const struct httpd_words *words, struct tool_fail *fail);

/** One connection. */
struct httpd_connection {
    struct MHD_Connection *mhd; /* NULL: free */
    int fd;
    uint64_t opened_ms;
    void *stream; /* NULL: an ordinary request, which HTTPD_REQUEST_MS bounds */
};

struct httpd {
    const struct aw_clock *clock;
    struct aw_loop *loop;
    struct MHD_Daemon *daemon;
    struct aw_loop_watch *watch;
    struct aw_loop_timer *timer;
    aw_loop_call *tick;
    void *ctx;
    bool is_running;
    struct httpd_connection connections[HTTPD_CONNECTION_MAX];
};

/** How to serve: callbacks of libmicrohttpd with `ctx` as their closure. */
struct httpd_calls {
    MHD_AccessHandlerCallback handle;
    MHD_RequestCompletedCallback handled;
    aw_loop_call *tick; /* once a second, before connections are looked at; or NULL */
    void *ctx;
};

/**
 * Serves from now on. Takes the socket, also when it fails; httpd_close() in any case.
 *
 * @param httpd  all zero; stays where it is
 * @param clock  of the loop; outlives the server
 */
bool httpd_open(struct httpd *httpd, struct aw_loop *loop, const struct aw_clock *clock,
                const struct httpd_listen *on, const struct httpd_calls *calls,
                struct tool_fail *fail);

/** Finds a connection, NULL: it is not ours. */
struct httpd_connection *httpd_connection(struct httpd *httpd, const struct MHD_Connection *mhd);

/** Ticks now instead of within a second. */
void httpd_soon(struct httpd *httpd);

/** Lets what is under way go on once more, then ends all connections. */
void httpd_close(struct httpd *httpd);

/** Returns whether a Host header may name this server. */
bool httpd_host_is_ours(const char *host, bool is_loopback);

/** Milliseconds of true time: limits of a server have nothing to do with the clock of a home. */
uint64_t httpd_true_ms(void);

#endif /* TOOLS_COMMON_HTTPD_H */
