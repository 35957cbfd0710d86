/* SPDX-License-Identifier: ISC */
#include "sample.h"

#include "base/assert.h"
#include "wire/call.h"
#include "wire/card.h"
#include "wire/card_file.h"
#include "wire/file.h"
#include "wire/hello.h"
#include "wire/introductions.h"
#include "wire/invite.h"
#include "wire/plan.h"
#include "wire/reply.h"
#include "wire/resume.h"
#include "wire/state.h"
#include "wire/switched.h"
#include "wire/witness.h"

#include <stdio.h>
#include <string.h>

/* 2026-03-01 12:00:00 UTC */
#define T0 UINT32_C(1772366400)

/* Bytes that a reader recognises: 01 02 03 ... from `first` on. */
static void count_up(uint8_t *out, size_t len, uint8_t first)
{
    size_t i;

    for (i = 0; i < len; i++)
        out[i] = (uint8_t)(first + i);
}

static void endpoints(struct aw_endpoint *relays, size_t count)
{
    static const char *const address[] = {"relay.example.org:7440", "[2001:db8::7]:7440",
                                          "192.0.2.7:443"};
    size_t i;

    for (i = 0; i < count; i++) {
        count_up(relays[i].relay_key, sizeof relays[i].relay_key, (uint8_t)(0x40 + i));
        (void)snprintf(relays[i].address, sizeof relays[i].address, "%s", address[i]);
    }
}

static enum aw_status invite(struct aw_buf *out)
{
    struct aw_invite m = {.version = AW_INVITE_VERSION,
                          .relays_count = 2,
                          .expires_at = T0 + 86400,
                          .name = "Subject"};

    count_up(m.subject_key, sizeof m.subject_key, 0x10);
    count_up(m.psk, sizeof m.psk, 0x20);
    count_up(m.seed, sizeof m.seed, 0x30);
    endpoints(m.relays, 2);
    return aw_message_encode(&aw_invite_map, &m, out);
}

static enum aw_status hello(struct aw_buf *out)
{
    struct aw_hello m = {.name = "Contact", .relays_count = 3};

    count_up(m.seed, sizeof m.seed, 0x30);
    endpoints(m.relays, 3);
    return aw_message_encode(&aw_hello_map, &m, out);
}

static enum aw_status resume(struct aw_buf *out)
{
    const struct aw_resume m = {.epoch = 7, .seq = 900, .word = 12};

    return aw_message_encode(&aw_resume_map, &m, out);
}

static enum aw_status call(enum aw_call_kind kind, struct aw_buf *out)
{
    struct aw_call m = {
        .kind = (uint8_t)kind,
        .seq = 1000,
        .issued_at = T0,
        .valid_for = 86400,
        .presence_epoch = 6,
        .plan_version = 3,
        .reply_seen = 41,
        .word = kind == AW_CALL_BEAT ? 0 : 13,
        .waiting = 13,
        .has_plan_hash = kind == AW_CALL_PLAN,
        .has_keys = kind == AW_CALL_KEYS,
        .has_state = !aw_call_is_small((uint8_t)kind),
        .has_share = !aw_call_is_small((uint8_t)kind),
        .has_timer = kind == AW_CALL_TIMER,
        .timer = {.id = 1000,
                  .op = AW_TIMER_START,
                  .kind = AW_TIMER_JOURNEY,
                  .due_at = T0 + 2700,
                  .extend_s = 900},
        .signal = kind == AW_CALL_SIGNAL ? AW_SIGNAL_BATTERY_LOW : 0,
        .has_life_min = kind == AW_CALL_BEAT,
        .life_min = 25,
        .has_alarm = kind == AW_CALL_SOS || kind == AW_CALL_CANCEL,
        .alarm = {.id = kind == AW_CALL_SOS ? 1000 : 998, .kind = AW_ALARM_SOS, .since = T0}};

    count_up(m.log_head, sizeof m.log_head, 0x01);
    count_up(m.signature, sizeof m.signature, 0x02);
    count_up(m.signing_key, sizeof m.signing_key, 0x03);
    count_up(m.presence, sizeof m.presence, 0x04);
    count_up(m.offer, sizeof m.offer, 0x05);
    count_up(m.state, sizeof m.state, 0x06);
    count_up(m.share, sizeof m.share, 0x01);
    count_up(m.plan_hash, sizeof m.plan_hash, 0x08);
    count_up(m.keys, sizeof m.keys, 0x09);
    return aw_message_encode(&aw_call_map, &m, out);
}

static enum aw_status reply(struct aw_buf *out)
{
    struct aw_reply m = {.number = 42,
                         .seq_device = 1000,
                         .seq_human = 990,
                         .words = 12,
                         .words_more = 5,
                         .accept_epoch = 7,
                         .cell_epoch = 6,
                         .cell_index = 3,
                         .receipt_at = T0 + 2,
                         .claim = AW_REPLY_CLAIM_ACTING,
                         .plan_version = 3,
                         .has_away_until = true,
                         .away_until = T0 + 3600,
                         .has_ask = true,
                         .ask = {.id = 2, .within_s = 900},
                         .always_on = true,
                         .drill = 980,
                         .marks_len = 2 * AW_REPLY_MARK_LEN,
                         .keys_word = 9};

    count_up(m.marks, m.marks_len, 0x04);
    count_up(m.accept, sizeof m.accept, 0x01);
    count_up(m.receipt_key, sizeof m.receipt_key, 0x02);
    count_up(m.receipt, sizeof m.receipt, 0x03);
    count_up(m.peer_key, sizeof m.peer_key, 0x04);
    count_up(m.peer_seed, sizeof m.peer_seed, 0x05);
    return aw_message_encode(&aw_reply_map, &m, out);
}

static enum aw_status state(struct aw_buf *out)
{
    const struct aw_state m = {.at = T0,
                               .has_lat_e7 = true,
                               .has_lon_e7 = true,
                               .has_accuracy_m = true,
                               .has_battery_pct = true,
                               .has_charging = true,
                               .has_signal = true,
                               .lat_e7 = 515007000,
                               .lon_e7 = -1246000,
                               .accuracy_m = 12,
                               .battery_pct = 64,
                               .charging = true,
                               .signal = 3,
                               .note = "back door, the blue one"};

    return aw_message_encode(&aw_state_map, &m, out);
}

static enum aw_status plan(struct aw_buf *out)
{
    struct aw_plan m;

    aw_plan_default(&m, 2);
    m.version = 3;
    m.made_at = T0;
    m.zone_count = 1;
    m.zone[0] = (struct aw_zone_rule){.from = T0, .offset_s = 3600};
    m.schedule_count = 2;
    m.schedule[1] = (struct aw_schedule_line){.has_minute = true, .minute = 1320, .days = 31};
    (void)snprintf(m.roster[0].name, sizeof m.roster[0].name, "Contact one");
    (void)snprintf(m.roster[1].name, sizeof m.roster[1].name, "Contact two");
    (void)snprintf(m.levels[0].text, sizeof m.levels[0].text, "Ring her door, not her phone.");
    m.roster[1].asks = true;
    for (size_t i = 0; i < 2; i++) {
        count_up(m.roster[i].key, sizeof m.roster[i].key, (uint8_t)(0x10 + i));
        count_up(m.roster[i].sign_key, sizeof m.roster[i].sign_key, (uint8_t)(0x20 + i));
    }
    m.quiet[m.quiet_count++] = (struct aw_quiet){.days = 127, .from = 1380, .until = 390};
    m.pauses[m.pauses_count++] = (struct aw_pause){.from = T0 + 86400, .until = T0 + 172800};
    count_up(m.operators[0].relay_key, sizeof m.operators[0].relay_key, 0x30);
    m.operators[0].person = 2;
    m.operators_count = 1;
    m.pace.cadence_s = 60;
    m.has_card_hash = true;
    count_up(m.card_hash, sizeof m.card_hash, 0x40);
    return aw_message_encode(&aw_plan_map, &m, out);
}

static enum aw_status file(struct aw_buf *out)
{
    uint8_t body[AW_PLAN_ENCODED_MAX];
    struct aw_buf buf = {body, sizeof body, 0};
    struct aw_file m = {.kind = AW_FILE_PLAN};
    enum aw_status st = plan(&buf);

    if (st != AW_OK)
        return st;
    m.body = (struct aw_bytes){buf.ptr, buf.len};
    count_up(m.signing_key, sizeof m.signing_key, 0x01);
    count_up(m.signature, sizeof m.signature, 0x02);
    return aw_message_encode(&aw_file_map, &m, out);
}

static enum aw_status witness(bool offers, struct aw_buf *out)
{
    struct aw_witness m = {
        .number = 77,
        .seen = 76,
        .has_offer = offers,
        .has_accept = !offers,
        .has_accept_epoch = !offers,
        .accept_epoch = 5,
        .cell_epoch = 4,
        .cell_index = 9,
        .plan_version = 3,
        .has_statement = offers,
        .statement = {.seq = 1000, .issued_at = T0, .valid_for = 86400, .kind = AW_CALL_CHECKIN},
        .verdict = {.seq = 1000, .state = AW_WITNESS_FINE, .safe_seq = 1000},
        .claim = offers ? AW_WITNESS_CLAIM_NONE : AW_WITNESS_CLAIM_HANDED,
        .hand_to = offers ? 0 : 4,
        .confirm = offers ? AW_WITNESS_CONFIRM_NONE : AW_WITNESS_CONFIRM_SPOKEN,
        .confirm_at = offers ? 0 : T0 + 60,
        .share_seq = offers ? 0 : 1000,
        .has_share = !offers,
        .held_word = 1000,
        .held_beat = 999,
        .words_at = T0 - 86400,
        .has_signature = true};

    count_up(m.offer, sizeof m.offer, 0x01);
    count_up(m.accept, sizeof m.accept, 0x02);
    count_up(m.statement.log_head, sizeof m.statement.log_head, 0x03);
    count_up(m.statement.signature, sizeof m.statement.signature, 0x04);
    count_up(m.statement.signing_key, sizeof m.statement.signing_key, 0x05);
    count_up(m.share, sizeof m.share, 0x02);
    count_up(m.badge, sizeof m.badge, 0x06);
    count_up(m.signature, sizeof m.signature, 0x07);
    (void)snprintf(m.note, sizeof m.note, "%s", offers ? "" : "on my way");
    return aw_message_encode(&aw_witness_map, &m, out);
}

static enum aw_status witness_offer(struct aw_buf *out)
{
    return witness(true, out);
}

static enum aw_status witness_accept(struct aw_buf *out)
{
    return witness(false, out);
}

static enum aw_status introductions(struct aw_buf *out)
{
    struct aw_introductions m = {.version = 3, .peers_count = 2, .relays_count = 2};
    uint8_t i;

    endpoints(m.relays, 2);
    for (i = 0; i < 2; i++) {
        m.peers[i].person = (uint8_t)(2 + i);
        m.peers[i].relays = i == 0 ? 1 : 3;
        count_up(m.peers[i].seed, sizeof m.peers[i].seed, (uint8_t)(0x50 + i));
        count_up(m.peers[i].psk, sizeof m.peers[i].psk, (uint8_t)(0x60 + i));
    }
    return aw_message_encode(&aw_introductions_map, &m, out);
}

static enum aw_status card(struct aw_buf *out)
{
    static const struct aw_card m = {
        .version = 2,
        .sections = {{AW_CARD_FIRST, 0, "Ring her neighbour, then go there with somebody"},
                     {AW_CARD_DOOR, 2, "4711, second floor"},
                     {AW_CARD_AVOID, 0, "Do not call her phone"},
                     {AW_CARD_ORDERS, 1, "Non-molestation order, reference 123/45"}},
        .sections_count = 4};

    return aw_message_encode(&aw_card_map, &m, out);
}

static enum aw_status card_file(struct aw_buf *out)
{
    uint8_t sealed[160];
    struct aw_card_file m = {.version = 3, .share = {2}, .sealed = {sealed, sizeof sealed}};

    count_up(m.share + 1, sizeof m.share - 2, 0x21); /* below the order of the group */
    count_up(sealed, sizeof sealed, 0x30);
    return aw_message_encode(&aw_card_file_map, &m, out);
}

static enum aw_status switched(struct aw_buf *out)
{
    static const struct aw_switched m = {.seq = 4711, .after = 22620};

    return aw_message_encode(&aw_switched_map, &m, out);
}

bool sample_encode(size_t idx, const char **name, const struct aw_wire_map **map,
                   struct aw_buf *out)
{
    static const struct {
        const char *name;
        const struct aw_wire_map *map;
        enum aw_status (*encode)(struct aw_buf *out);
        enum aw_call_kind kind;
    } sample[] = {
        {"invite", &aw_invite_map, invite, 0},
        {"hello", &aw_hello_map, hello, 0},
        {"resume", &aw_resume_map, resume, 0},
        {"call-beat", &aw_call_map, NULL, AW_CALL_BEAT},
        {"call-checkin", &aw_call_map, NULL, AW_CALL_CHECKIN},
        {"call-sos", &aw_call_map, NULL, AW_CALL_SOS},
        {"call-cancel", &aw_call_map, NULL, AW_CALL_CANCEL},
        {"call-plan", &aw_call_map, NULL, AW_CALL_PLAN},
        {"call-keys", &aw_call_map, NULL, AW_CALL_KEYS},
        {"call-timer", &aw_call_map, NULL, AW_CALL_TIMER},
        {"call-signal", &aw_call_map, NULL, AW_CALL_SIGNAL},
        {"call-drill", &aw_call_map, NULL, AW_CALL_DRILL},
        {"reply", &aw_reply_map, reply, 0},
        {"state", &aw_state_map, state, 0},
        {"plan", &aw_plan_map, plan, 0},
        {"file", &aw_file_map, file, 0},
        {"witness-offer", &aw_witness_map, witness_offer, 0},
        {"witness-accept", &aw_witness_map, witness_accept, 0},
        {"introductions", &aw_introductions_map, introductions, 0},
        {"card", &aw_card_map, card, 0},
        {"card-file", &aw_card_file_map, card_file, 0},
        {"switched", &aw_switched_map, switched, 0},
    };
    enum aw_status st;

    if (idx >= AW_COUNT(sample))
        return false;
    out->len = 0;
    st = sample[idx].encode != NULL ? sample[idx].encode(out) : call(sample[idx].kind, out);
    AW_ASSERT(st == AW_OK); /* a sample that cannot be encoded is a bug of this file */
    *name = sample[idx].name;
    *map = sample[idx].map;
    return true;
}
