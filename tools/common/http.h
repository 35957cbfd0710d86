/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_HTTP_H
#define TOOLS_COMMON_HTTP_H

#include "common/fail.h"

#include <microhttpd.h>

/**
 * @file
 * libmicrohttpd, for who opens a server. It brings libraries for TLS with it, which no server here
 * uses; a relay or agent that has no server is smaller by a third without them.
 */

/** What is used of it: http.run is MHD_run. */
struct http {
    __typeof__(MHD_add_response_header) *add_response_header;
    __typeof__(MHD_create_response_from_buffer) *create_response_from_buffer;
    __typeof__(MHD_create_response_from_buffer_with_free_callback)
        *create_response_from_buffer_with_free_callback;
    __typeof__(MHD_create_response_from_callback) *create_response_from_callback;
    __typeof__(MHD_destroy_response) *destroy_response;
    __typeof__(MHD_get_connection_info) *get_connection_info;
    __typeof__(MHD_get_daemon_info) *get_daemon_info;
    __typeof__(MHD_get_timeout) *get_timeout;
    __typeof__(MHD_lookup_connection_value) *lookup_connection_value;
    __typeof__(MHD_queue_response) *queue_response;
    __typeof__(MHD_resume_connection) *resume_connection;
    __typeof__(MHD_run) *run;
    __typeof__(MHD_start_daemon) *start_daemon;
    __typeof__(MHD_stop_daemon) *stop_daemon;
    __typeof__(MHD_suspend_connection) *suspend_connection;
};

/** Set by http_load(). */
extern struct http http;

/** Loads it, once. Before a process gives up to open files. */
bool http_load(struct tool_fail *fail);

#endif /* TOOLS_COMMON_HTTP_H */
