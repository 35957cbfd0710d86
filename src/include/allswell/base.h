/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_BASE_H
#define ALLSWELL_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * Base: status, bytes, time and randomness, shared by every other public header.
 *
 * The conventions that hold for all of them (ownership, time, threads, errors) are in
 * allswell.h; every limit is in limits.h.
 */

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define AW_API      __attribute__((visibility("default")))
#define AW_MUST_USE __attribute__((warn_unused_result))
#else
/** Marks what the library shows of itself. */
#define AW_API
/** Marks a result that the compiler warns of when it is ignored. */
#define AW_MUST_USE
#endif

/** Alignment of a member, in the words of C11 or C++. */
#ifdef __cplusplus
#define AW_ALIGNAS(len) alignas(len)
#else
#define AW_ALIGNAS(len) _Alignas(len)
#endif

/** What a call came to. Negative values fall into ranges by what the caller must do next. */
enum aw_status {
    AW_OK = 0,

    /* USAGE: the caller supplies more room, or calls later. Nothing changed. */
    AW_E_SPACE = -1,     /* an output buffer or a fixed table is too small */
    AW_E_STATE = -2,     /* not possible in this state; see the function */
    AW_E_BUSY = -3,      /* take the waiting actions first, then call again */
    AW_E_LIMIT = -4,     /* a limit of limits.h or a quota is reached */
    AW_E_NOT_FOUND = -5, /* no such contact, level, mailbox or record */

    /* REFUSED: drop this message. Nothing changed but time. */
    AW_E_FORMAT = -20,  /* not the one encoding that the grammar allows */
    AW_E_RANGE = -21,   /* well formed, but a field is outside its range */
    AW_E_AUTH = -22,    /* does not verify, or belongs to somebody else */
    AW_E_REPLAY = -23,  /* seen before, or older than what was seen */
    AW_E_VERSION = -24, /* a version or suite that this code does not speak */
    AW_E_STALE = -25,   /* expired: an invite, a key, a plan */

    /* SESSION: close this session; connect, pair or re-establish again. */
    AW_E_KEYS = -40,       /* keys are used up or out of step */
    AW_E_PEER_RESET = -41, /* the other side started anew */

    /* ENVIRONMENT: report to the user, retry with backoff. */
    AW_E_STORE = -60,   /* the store refused or lost; nothing was acknowledged */
    AW_E_ENTROPY = -61, /* the random source failed */
    AW_E_NETWORK = -62, /* no answer, or the connection broke */
    AW_E_DAMAGED = -63, /* stored data is not what was written: restore a backup */
};

/** What the caller does next with a status: see enum aw_status. */
enum aw_status_class {
    AW_CLASS_OK = 0,
    AW_CLASS_USAGE,
    AW_CLASS_REFUSED,
    AW_CLASS_SESSION,
    AW_CLASS_ENVIRONMENT,
};

/** Returns the range that `status` is in: what to do next, without knowing every value. */
AW_API enum aw_status_class aw_status_class(enum aw_status status);

/** Returns the lower-case name of `status` as in spec/ ("ok", "format", ...), never NULL. */
AW_API const char *aw_status_name(enum aw_status status);

/**
 * Borrowed bytes: valid until the call returns, unless the function says longer.
 * Size: 16 bytes.
 */
struct aw_bytes {
    const uint8_t *ptr; /* NULL only where the function says so */
    size_t len;         /* in bytes */
};

/**
 * A caller's buffer: `len` of `cap` bytes are filled. Functions append after `len`.
 * Size: 24 bytes.
 */
struct aw_buf {
    uint8_t *ptr; /* not NULL unless cap is 0 */
    size_t cap;   /* in bytes */
    size_t len;   /* at most cap */
};

/** One reading of both clocks, taken together by the caller for each input. Size: 16 bytes. */
struct aw_now {
    uint64_t mono_ms; /* goes on while the device sleeps (CLOCK_BOOTTIME), starts anywhere */
    uint64_t wall_ms; /* since 1970-01-01 UTC, as the device believes; may step */
};

/** Largest time or span, in ms, that any call takes: sums of a few of them cannot wrap. */
#define AW_TIME_MAX_MS (UINT64_C(1) << 48)

/** "No deadline". */
#define AW_TIME_NEVER UINT64_MAX

/**
 * The random source: the only callback of the library. Fills `len` bytes with output of a
 * cryptographic generator and returns true, or false when it cannot (the call that needed it
 * then returns AW_E_ENTROPY and changes nothing). Size: 16 bytes.
 */
struct aw_random {
    bool (*fill)(void *ctx, uint8_t *out, size_t len); /* called from inside inputs */
    void *ctx;                                         /* handed to fill() */
};

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_BASE_H */
