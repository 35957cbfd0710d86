/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_FAULT_PAGE_H
#define AW_TESTS_FAULT_PAGE_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * The file over which a test tells the calls of a running program to fail (preload.c). The
 * program maps what AW_FAULT_PAGE names. Python writes it, too: bed.py knows this layout.
 */

/* Kinds of calls; a fault names some of them. */
enum fault_call {
    FAULT_READ = 1 << 0,  /* read, pread */
    FAULT_WRITE = 1 << 1, /* write, writev, pwrite */
    FAULT_SYNC = 1 << 2,  /* fsync, fdatasync */
    FAULT_OPEN = 1 << 3,
    FAULT_CLOSE = 1 << 4,
    FAULT_NAME = 1 << 5, /* rename, unlink, mkdir, ftruncate, chmod, flock */
    FAULT_ACCEPT = 1 << 6,
    FAULT_SEND = 1 << 7,
    FAULT_RECV = 1 << 8,
    FAULT_EPOLL = 1 << 9,   /* epoll_create1, epoll_ctl */
    FAULT_SOCKET = 1 << 10, /* socket, bind, listen, connect */
    FAULT_MALLOC = 1 << 11, /* malloc, calloc, realloc */
    FAULT_MAP = 1 << 12,    /* mmap */
    FAULT_NEW_FD = 1 << 13, /* eventfd, pipe2 */
    FAULT_THREAD = 1 << 14, /* pthread_create */
    FAULT_RANDOM = 1 << 15, /* getrandom */
    FAULT_WAIT = 1 << 16,   /* epoll_wait, epoll_pwait */
    FAULT_ALL = (1 << 17) - 1
};

#define FAULT_KILL -1 /* instead of the call */
#define FAULT_TEAR -2 /* after half of what was to be written */

struct fault_page {
    atomic_uint calls; /* kinds that are counted */
    atomic_uint at;    /* the call, counted from 1, that fails; 0: none */
    atomic_uint forever;
    atomic_int what; /* an errno, or one of the above */
    atomic_uint count;
    atomic_uint hits;
    atomic_llong clock_ms;   /* added to all clocks */
    atomic_llong suspend_ms; /* added to those that go on while a machine sleeps */
    atomic_llong wall_ms;    /* added to the wall clock: it was not set */
    atomic_llong boot_ms;    /* added to the time since the machine began to run */
};

#endif /* AW_TESTS_FAULT_PAGE_H */
