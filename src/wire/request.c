/* SPDX-License-Identifier: ISC */
#include "wire/request.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/rd.h"
#include "wire/wr.h"

#include <string.h>

enum {
    KEY_NUMBER = 0,
    KEY_OP,
    KEY_CAPABILITY,
    KEY_CELL,
    KEY_TOKEN,
    KEY_READ,
    KEY_DEPOSIT,
    KEY_UPTO,
    KEY_AFTER
};

#define BIT(key) (1u << (key))

/* Which keys each op has; the map of an op has exactly these. */
static const uint16_t fields[] = {
    [AW_REQUEST_CREATE] =
        BIT(KEY_NUMBER) | BIT(KEY_OP) | BIT(KEY_TOKEN) | BIT(KEY_READ) | BIT(KEY_DEPOSIT),
    [AW_REQUEST_DEPOSIT] = BIT(KEY_NUMBER) | BIT(KEY_OP) | BIT(KEY_CAPABILITY) | BIT(KEY_CELL),
    [AW_REQUEST_SUBSCRIBE] = BIT(KEY_NUMBER) | BIT(KEY_OP) | BIT(KEY_CAPABILITY),
    [AW_REQUEST_TAKE] = BIT(KEY_NUMBER) | BIT(KEY_OP) | BIT(KEY_CAPABILITY) | BIT(KEY_UPTO),
    [AW_REQUEST_PROBE] = BIT(KEY_NUMBER) | BIT(KEY_OP) | BIT(KEY_CAPABILITY),
    [AW_REQUEST_REMOVE] = BIT(KEY_NUMBER) | BIT(KEY_OP) | BIT(KEY_CAPABILITY),
    [AW_REQUEST_ARM] =
        BIT(KEY_NUMBER) | BIT(KEY_OP) | BIT(KEY_CAPABILITY) | BIT(KEY_CELL) | BIT(KEY_AFTER),
};

static const uint8_t *read_key(struct aw_rd *rd)
{
    return aw_rd_bytes(rd, AW_REQUEST_KEY_LEN, AW_REQUEST_KEY_LEN).ptr;
}

static struct aw_bytes read_cell(struct aw_rd *rd)
{
    struct aw_bytes cell = aw_rd_bytes(rd, AW_REQUEST_CELL_LEN, AW_REQUEST_BULK_LEN);

    if (cell.len != AW_REQUEST_CELL_LEN && cell.len != AW_REQUEST_BULK_LEN)
        aw_rd_fail(rd, AW_E_RANGE);
    return cell;
}

static void read_field(struct aw_request *out, struct aw_rd *rd, uint32_t key)
{
    switch (key) {
    case KEY_NUMBER:
        out->number = (uint32_t)aw_rd_uint(rd, 0, UINT32_MAX);
        break;
    case KEY_OP:
        out->op = (uint8_t)aw_rd_uint(rd, AW_REQUEST_CREATE, AW_REQUEST_ARM);
        break;
    case KEY_CAPABILITY:
        out->capability = read_key(rd);
        break;
    case KEY_CELL:
        out->cell = read_cell(rd);
        break;
    case KEY_TOKEN:
        out->token = read_key(rd);
        break;
    case KEY_READ:
        out->read_key = read_key(rd);
        break;
    case KEY_DEPOSIT:
        out->deposit_key = read_key(rd);
        break;
    case KEY_UPTO:
        out->upto = aw_rd_uint(rd, 0, UINT64_MAX);
        break;
    case KEY_AFTER:
        out->after_s = (uint32_t)aw_rd_uint(rd, 1, AW_REQUEST_ARM_MAX_S);
        break;
    default:
        aw_rd_fail(rd, AW_E_FORMAT);
    }
}

static enum aw_status decode_any(struct aw_request *out, struct aw_bytes *in)
{
    struct aw_rd_map map;
    struct aw_rd rd;
    unsigned seen = 0;
    uint32_t key;

    *out = (struct aw_request){.number = 0};
    aw_rd_init(&rd, *in);
    aw_rd_map(&rd, &map);
    while (aw_rd_key(&rd, &map, &key)) {
        read_field(out, &rd, key);
        if (rd.status != AW_OK)
            return rd.status;
        seen |= BIT(key);
    }
    if (rd.status != AW_OK)
        return rd.status;
    /* spec/08-relay.md §1: "A request MUST have exactly the fields of its op." */
    if (out->op == 0 || seen != fields[out->op])
        return AW_E_FORMAT;
    if (out->op == AW_REQUEST_ARM && out->cell.len != AW_REQUEST_CELL_LEN)
        return AW_E_RANGE;
    in->ptr += aw_rd_pos(&rd);
    in->len -= aw_rd_pos(&rd);
    return AW_OK;
}

/*
 * Deposits of small cells are nearly all that a busy relay reads. Deterministic encoding leaves
 * such a request three places that vary, so it is recognised by comparing the rest. What is
 * not recognised goes the general way, which alone decides what is malformed.
 */
#define TAIL_LEN (5 + AW_REQUEST_KEY_LEN + 4 + AW_REQUEST_CELL_LEN)

/* Length of the number at `p` in its shortest form, 0 for anything else. */
static size_t read_number(const uint8_t p[5], uint32_t *number)
{
    switch (p[0]) {
    case 0x18:
        *number = p[1];
        return *number >= 24 ? 2 : 0;
    case 0x19:
        *number = aw_get_u16(p + 1);
        return *number > UINT8_MAX ? 3 : 0;
    case 0x1a:
        *number = aw_get_u32(p + 1);
        return *number > UINT16_MAX ? 5 : 0;
    default:
        *number = p[0];
        return p[0] < 24 ? 1 : 0;
    }
}

static bool decode_deposit(struct aw_request *out, struct aw_bytes *in)
{
    static const uint8_t op_and_capability[5] = {KEY_OP, AW_REQUEST_DEPOSIT, KEY_CAPABILITY, 0x58,
                                                 AW_REQUEST_KEY_LEN};
    static const uint8_t cell[4] = {KEY_CELL, 0x59, AW_REQUEST_CELL_LEN >> 8, 0};
    const uint8_t *p = in->ptr;
    size_t number_len;

    if (in->len < 7 + TAIL_LEN || p[0] != 0xa4 || p[1] != KEY_NUMBER)
        return false;
    p += 2;
    number_len = read_number(p, &out->number);
    if (number_len == 0)
        return false;
    p += number_len;
    if (memcmp(p, op_and_capability, 5) != 0 || memcmp(p + 5 + AW_REQUEST_KEY_LEN, cell, 4) != 0)
        return false;
    out->op = AW_REQUEST_DEPOSIT;
    out->capability = p + 5;
    out->token = out->read_key = out->deposit_key = NULL;
    out->upto = 0;
    out->after_s = 0;
    out->cell = (struct aw_bytes){p + 5 + AW_REQUEST_KEY_LEN + 4, AW_REQUEST_CELL_LEN};
    in->ptr += 2 + number_len + TAIL_LEN;
    in->len -= 2 + number_len + TAIL_LEN;
    return true;
}

enum aw_status aw_request_decode(struct aw_request *out, struct aw_bytes *in)
{
    return decode_deposit(out, in) ? AW_OK : decode_any(out, in);
}

static void write_key(struct aw_wr *wr, uint32_t key, const uint8_t *value)
{
    aw_wr_uint(wr, key);
    aw_wr_bytes(wr, (struct aw_bytes){value, AW_REQUEST_KEY_LEN});
}

enum aw_status aw_request_encode(const struct aw_request *request, struct aw_buf *out)
{
    struct aw_wr wr;
    unsigned has;
    size_t pair_count = 0;

    AW_ASSERT(request->op >= AW_REQUEST_CREATE && request->op <= AW_REQUEST_ARM);
    has = fields[request->op];
    for (unsigned rest = has; rest != 0; rest &= rest - 1)
        pair_count++;
    aw_wr_init(&wr, out);
    aw_wr_map(&wr, pair_count);
    aw_wr_uint(&wr, KEY_NUMBER);
    aw_wr_uint(&wr, request->number);
    aw_wr_uint(&wr, KEY_OP);
    aw_wr_uint(&wr, request->op);
    if ((has & BIT(KEY_CAPABILITY)) != 0)
        write_key(&wr, KEY_CAPABILITY, request->capability);
    if ((has & BIT(KEY_CELL)) != 0) {
        aw_wr_uint(&wr, KEY_CELL);
        aw_wr_bytes(&wr, request->cell);
    }
    if ((has & BIT(KEY_TOKEN)) != 0)
        write_key(&wr, KEY_TOKEN, request->token);
    if ((has & BIT(KEY_READ)) != 0)
        write_key(&wr, KEY_READ, request->read_key);
    if ((has & BIT(KEY_DEPOSIT)) != 0)
        write_key(&wr, KEY_DEPOSIT, request->deposit_key);
    if ((has & BIT(KEY_UPTO)) != 0) {
        aw_wr_uint(&wr, KEY_UPTO);
        aw_wr_uint(&wr, request->upto);
    }
    if ((has & BIT(KEY_AFTER)) != 0) {
        aw_wr_uint(&wr, KEY_AFTER);
        aw_wr_uint(&wr, request->after_s);
    }
    return aw_wr_end(&wr);
}
