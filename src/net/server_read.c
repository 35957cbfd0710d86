/* SPDX-License-Identifier: ISC */
#include "net/server.h"

#include "base/bytes.h"
#include "store/alloc.h"

#include <string.h>

/*
 * Bytes arrive in the loop's shared buffer, are cut into frames there, opened in place, and fed
 * to the engine from there: no copy is made unless a frame is incomplete, or the engine
 * cannot take more now. Then reading stops, so that the kernel's buffer and TCP push back.
 */

static void bytes_free(struct server_bytes *b)
{
    if (b->ptr != NULL)
        aw_wipe(b->ptr, b->len);
    aw_free(b->ptr);
    *b = (struct server_bytes){0};
}

static bool bytes_copy(struct server_bytes *out, const uint8_t *ptr, size_t len)
{
    uint8_t *copy = aw_alloc(len);

    if (copy == NULL)
        return false;
    memcpy(copy, ptr, len);
    *out = (struct server_bytes){.ptr = copy, .len = len};
    return true;
}

static void hold(struct server_link *link)
{
    if (link->is_held)
        return;
    link->is_held = true;
    (void)uv_read_stop((uv_stream_t *)&link->tcp);
    aw_server_list_add(&link->server->held, link);
}

/* Gives requests to the engine; what it cannot take is kept. */
static void feed(struct server_link *link, struct aw_bytes plain)
{
    struct aw_server *s = link->server;
    size_t used = 0;
    enum aw_status st;

    if (plain.len == 0)
        return;
    st = aw_relay_feed(s->relay, link->slot, plain, &used, aw_loop_now(s->loop));
    if (st == AW_E_FORMAT) { /* its last answer is waiting, then it is closed */
        link->is_over = true;
        (void)uv_read_stop((uv_stream_t *)&link->tcp);
    } else if (st == AW_E_BUSY) {
        if (!bytes_copy(&link->held_plain, plain.ptr + used, plain.len - used))
            aw_server_link_close(link);
        else
            hold(link);
    }
}

/* A stranger has proved that he knows our key: he gets an index, and an answer. */
static void first_frame(struct server_link *link, uint8_t *frame, size_t len)
{
    struct aw_server *s = link->server;
    uint8_t answer[AW_LINK_ANSWER_LEN];
    struct aw_buf out = AW_BUF_OF(answer);
    struct aw_bytes plain;

    if (aw_link_accept(&link->crypto, frame, len, aw_random_system(), &plain, &out) != AW_OK) {
        s->counters.handshakes_failed++;
        aw_server_link_close(link);
        return;
    }
    if (s->free_count == 0) {
        s->counters.refused++;
        aw_server_link_close(link);
        return;
    }
    aw_server_list_remove(&s->strangers, link);
    s->counters.strangers--;
    s->counters.handshakes++;
    s->counters.links++;
    link->slot = s->free_slots[--s->free_count];
    s->slots[link->slot] = link;
    link->state = SERVER_LINK_READY;
    aw_relay_link_open(s->relay, link->slot);
    aw_server_link_write(link, answer, out.len);
    if (link->state == SERVER_LINK_READY)
        feed(link, plain);
}

static bool take_frame(void *ctx, uint8_t *frame, size_t len)
{
    struct server_link *link = ctx;
    struct aw_bytes plain;

    if (link->state == SERVER_LINK_STRANGER) {
        first_frame(link, frame, len);
    } else if (aw_link_open(&link->crypto, frame, len, &plain) != AW_OK) {
        link->server->counters.junk++;
        aw_server_link_close(link);
    } else {
        feed(link, plain);
    }
    return link->state == SERVER_LINK_READY && !link->is_held && !link->is_over;
}

/* Cuts and takes; what lies behind a frame that is held back is kept, too. */
static void take_bytes(struct server_link *link, uint8_t *bytes, size_t len)
{
    bool had_part = link->frames.part != NULL;
    size_t left;
    enum aw_status st =
        aw_frames_take(&link->frames, &link->crypto, bytes, len, take_frame, link, &left);

    if (link->state == SERVER_LINK_CLOSING)
        return;
    if (st != AW_OK) {
        if (link->state == SERVER_LINK_STRANGER)
            link->server->counters.handshakes_failed++;
        else
            link->server->counters.junk++;
        aw_server_link_close(link);
        return;
    }
    if (left > 0 && link->is_held && !bytes_copy(&link->held_raw, bytes + len - left, left))
        aw_server_link_close(link);
    else if (link->frames.part != NULL && !had_part && link->state == SERVER_LINK_READY)
        link->frame_since_ms = aw_loop_true_ms(link->server->loop); /* stranger: his start */
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buf)
{
    struct server_link *link = handle->data;

    (void)hint;
    *buf = aw_frames_buf(&link->frames, link->server->loop->read_buf, AW_NET_READ_LEN);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    struct server_link *link = stream->data;

    if (link->state == SERVER_LINK_CLOSING || got == 0)
        return;
    if (got < 0) {
        aw_server_link_close(link);
        return;
    }
    link->read_ms = aw_loop_true_ms(link->server->loop);
    take_bytes(link, (uint8_t *)buf->base, (size_t)got);
}

int aw_server_link_read(struct server_link *link)
{
    return uv_read_start((uv_stream_t *)&link->tcp, on_alloc, on_read);
}

bool aw_server_link_resume(struct server_link *link)
{
    struct server_bytes plain = link->held_plain, raw = link->held_raw;

    link->held_plain = link->held_raw = (struct server_bytes){0};
    link->is_held = false;
    aw_server_list_remove(&link->server->held, link);
    feed(link, (struct aw_bytes){plain.ptr, plain.len});
    if (link->is_held) { /* what arrived behind it waits on, or it would overtake */
        bool moved = link->held_plain.len < plain.len;

        link->held_raw = raw;
        bytes_free(&plain);
        return moved;
    }
    bytes_free(&plain);
    if (link->state == SERVER_LINK_READY && !link->is_over)
        take_bytes(link, raw.ptr, raw.len);
    bytes_free(&raw);
    if (link->state == SERVER_LINK_READY && !link->is_held && !link->is_over &&
        aw_server_link_read(link) != 0)
        aw_server_link_close(link);
    return true;
}
