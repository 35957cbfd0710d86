/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/base45.h"
#include "core/short.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/presence.h"
#include "crypto/schedule.h"

#include <string.h>

/* Vectors of frames (spec/14-small-bearers.md), right and with one fault. */

#define T0 1772366400 /* 2026-03-01 12:00:00 UTC */

struct lane {
    uint8_t header_key[AW_KEY_LEN], chain[AW_KEY_LEN];
};

/* 09 §6.3 for lane 3 in the direction to the contact. */
static void keys(struct vec *v, struct lane *lane)
{
    static const uint8_t context[2] = {AW_LANE_SHORT, AW_DIRECTION_OFFER};
    uint8_t secret[AW_KEY_LEN], both[2 * AW_KEY_LEN];

    vec_enter(v, "keys");
    vec_in(v, "epoch_secret", secret, sizeof secret);
    aw_kdf(both, sizeof both, secret, AW_LABEL_LANE, AW_BYTES_OF(context));
    memcpy(lane->header_key, both, AW_KEY_LEN);
    memcpy(lane->chain, both + AW_KEY_LEN, AW_KEY_LEN);
    vec_out(v, "header_key", AW_BYTES_OF(lane->header_key));
    vec_out(v, "chain_0", AW_BYTES_OF(lane->chain));
    vec_leave(v);
}

/* Seals the content under the next key of the chain, and reads it back. */
static void frame(struct vec *v, struct lane *lane, uint32_t index, const struct aw_short *s)
{
    uint8_t plain[AW_SHORT_LEN], bytes[AW_FRAME_LEN], back[AW_FRAME_LEN], key[AW_KEY_LEN];
    uint8_t nonce[AW_NONCE_LEN];
    char text[AW_FRAME_TEXT_LEN + 1] = "";
    struct aw_short got;

    vec_out_status(v, "encoded", aw_short_encode(plain, s));
    vec_out(v, "content", AW_BYTES_OF(plain));
    vec_in(v, "nonce", nonce, sizeof nonce);
    aw_chain_step(lane->chain, key);
    vec_out(v, "message_key", AW_BYTES_OF(key));
    vec_out_uint(v, "index", index);
    vec_out_status(
        v, "sealed",
        aw_cell_seal(bytes, sizeof bytes, lane->header_key, key, index, nonce, AW_BYTES_OF(plain)));
    vec_out(v, "frame", AW_BYTES_OF(bytes));
    aw_frame_to_text(text, bytes);
    vec_out_text(v, "text", text);
    vec_out_status(v, "read",
                   aw_frame_from_text(back, (struct aw_bytes){(uint8_t *)text, strlen(text)}));
    vec_out_status(v, "opened", aw_cell_open(plain, back, sizeof back, key));
    vec_out_status(v, "decoded", aw_short_decode(&got, plain));
    bytes[AW_FRAME_LEN - 1] ^= 1;
    vec_out_status(v, "damaged", aw_cell_open(plain, bytes, sizeof bytes, key));
}

static void checkin(struct vec *v, struct lane *lane)
{
    struct aw_call call = {.kind = AW_FRAME_CHECKIN,
                           .seq = 1000,
                           .issued_at = T0,
                           .valid_for = 86400,
                           .word = 13,
                           .reply_seen = 700};
    struct aw_short s = {.kind = call.kind,
                         .seq = call.seq,
                         .issued_at = call.issued_at,
                         .valid_for = call.valid_for,
                         .word = call.word,
                         .reply_seen = call.reply_seen,
                         .presence_back = 1};
    uint8_t channel_id[AW_HASH_LEN], acts[2 * AW_HASH_LEN], macs[2 * AW_PRESENCE_MAC_LEN];
    uint8_t contact_key[AW_KEY_LEN], sk[AW_KEY_LEN];
    struct aw_random random = vec_random(v);
    struct aw_presence_keys held = {.circle = true};
    struct aw_dh_key accept, point;

    vec_enter(v, "checkin");
    vec_note(v, "kind 2, seq 1000, issued_at 1772366400, valid_for 86400, word 13, reply_seen 700, "
                "presence_back 1; random_1 is the ephemeral secret; act_hash is that of the call");
    vec_in(v, "channel_id", channel_id, sizeof channel_id);
    vec_in(v, "contact_key", contact_key, sizeof contact_key);
    vec_in(v, "accept_secret", sk, sizeof sk);
    vec_in(v, "circle_key", held.circle_key, sizeof held.circle_key);
    aw_presence_point(&point, held.circle_key, channel_id);
    vec_out(v, "point", AW_BYTES_OF(point.pk));
    vec_in(v, "act_hash", acts, AW_HASH_LEN);
    aw_dh_from_secret(&accept, sk);
    aw_short_act_hash(acts + AW_HASH_LEN, channel_id, &call);
    vec_out(v, "short_act_hash", (struct aw_bytes){acts + AW_HASH_LEN, AW_HASH_LEN});
    vec_out_status(v, "made",
                   aw_presence_make(s.presence, macs, NULL, accept.pk, point.pk, contact_key, acts,
                                    2, NULL, &random));
    memcpy(s.presence + AW_KEY_LEN, macs + AW_PRESENCE_MAC_LEN, AW_PRESENCE_MAC_LEN);
    vec_out(v, "mac_of_the_call", (struct aw_bytes){macs, AW_PRESENCE_MAC_LEN});
    vec_out(v, "mac", (struct aw_bytes){macs + AW_PRESENCE_MAC_LEN, AW_PRESENCE_MAC_LEN});
    memcpy(held.safe_key, contact_key, AW_KEY_LEN);
    memcpy(held.duress_key, accept.pk, AW_KEY_LEN); /* not hers */
    vec_out_uint(v, "verdict_over_the_short_act",
                 aw_presence_judge(&accept, s.presence, s.presence + AW_KEY_LEN, &held, channel_id,
                                   acts + AW_HASH_LEN));
    vec_out_uint(
        v, "verdict_over_the_act",
        aw_presence_judge(&accept, s.presence, s.presence + AW_KEY_LEN, &held, channel_id, acts));
    frame(v, lane, 0, &s);
    vec_leave(v);
}

static struct aw_short an_sos(void)
{
    return (struct aw_short){.kind = AW_FRAME_SOS,
                             .seq = 1001,
                             .issued_at = T0 + 60,
                             .valid_for = 2678400,
                             .word = 14,
                             .reply_seen = 700,
                             .alarm_kind = AW_ALARM_SOS,
                             .state = {.at = T0 + 30,
                                       .has_lat_e7 = true,
                                       .lat_e7 = 514779000,
                                       .has_lon_e7 = true,
                                       .lon_e7 = -15000,
                                       .has_accuracy_m = true,
                                       .accuracy_m = 20,
                                       .has_battery_pct = true,
                                       .battery_pct = 41,
                                       .note = "red van"}};
}

static void sos(struct vec *v, struct lane *lane)
{
    const struct aw_short s = an_sos();

    vec_enter(v, "sos");
    vec_note(v, "kind 3, seq 1001, issued_at 1772366460, valid_for 2678400, word 14, reply_seen "
                "700, alarm_kind 1; state: at 1772366430, lat_e7 514779000, lon_e7 -15000, "
                "accuracy_m 20, battery_pct 41, note red van");
    frame(v, lane, 1, &s);
    vec_leave(v);
}

void lab_vectors_short(struct vec *v)
{
    struct lane lane;

    keys(v, &lane);
    checkin(v, &lane);
    sos(v, &lane);
    aw_wipe(&lane, sizeof lane);
}

/* ---- One fault each ---- */

static void bad_content(struct vec *v)
{
    static const struct {
        const char *fault;
        size_t at, len; /* what is overwritten */
        uint8_t with;
    } faults[] = {
        {"kind 4, which has no frame", 0, 1, 4},
        {"kind 0", 0, 1, 0},
        {"seq 0", 1, 4, 0},
        {"valid_for 0", 9, 4, 0},
        {"valid_for of 34 days", 10, 1, 0x2d},
        {"word 0", 13, 4, 0},
        {"alarm_kind 0", 21, 1, 0},
        {"alarm_kind 5", 21, 1, 5},
        {"state is an array", 22, 1, 0x86},
        {"latitude above 90 degrees", 31, 1, 0x7f},
        {"a byte behind the state", AW_SHORT_LEN - 1, 1, 1},
    };
    const struct aw_short s = an_sos();

    vec_enter(v, "content");
    for (size_t i = 0; i < AW_COUNT(faults); i++) {
        uint8_t plain[AW_SHORT_LEN];
        struct aw_short got;

        if (aw_short_encode(plain, &s) != AW_OK)
            break;
        memset(plain + faults[i].at, faults[i].with, faults[i].len);
        vec_enter(v, faults[i].fault);
        vec_in_fixed(v, "bytes", plain, sizeof plain);
        vec_out_status(v, "status", aw_short_decode(&got, plain));
        vec_leave(v);
    }
    vec_leave(v);
}

static void bad_text(struct vec *v)
{
    static const struct {
        const char *fault, *text;
    } faults[] = {
        {"length 1 modulo 3", "QED8WEX0A1"},
        {"small letters", "qed8wex0"},
        {"a character that is not in the alphabet", "QED8W#X0"},
        {"three characters above 65535", "GGW"},
        {"two characters above 255", "V5"},
        {"a space between that is none of the text", "QED 8WEX0\n"},
    };

    vec_enter(v, "base45");
    for (size_t i = 0; i < AW_COUNT(faults); i++) {
        char text[16];
        uint8_t space[16];
        struct aw_buf out = AW_BUF_OF(space);

        memset(text, 0, sizeof text);
        memcpy(text, faults[i].text, strlen(faults[i].text));
        vec_enter(v, faults[i].fault);
        vec_in_text(v, "text", text, sizeof text);
        vec_out_status(v, "status",
                       aw_base45_decode((struct aw_bytes){(uint8_t *)text, strlen(text)}, &out));
        vec_leave(v);
    }
    vec_leave(v);
}

void lab_vectors_bad_short(struct vec *v)
{
    bad_text(v);
    bad_content(v);
}
