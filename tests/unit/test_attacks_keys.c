/* SPDX-License-Identifier: ISC */
/* Attacks on her secrets as they are typed, and on pairs whose keys leak one by one. */
#include "base/bytes.h"
#include "core/pairing.h"
#include "core/subject_impl.h"
#include "crypto/presence.h"
#include "support/circle.h"
#include "support/pair.h"

/* ---- What her screen shows ---- */

struct screen {
    unsigned picture;
    struct aw_subject_view view;
    struct aw_person people[2];
    struct aw_event events[64];
    size_t event_count;
    uint64_t due_s[4];
    uint64_t sent;
    size_t records, stored; /* what a forensic look at the sizes shows */
};

static void look(const struct circle *c, struct screen *s)
{
    const struct circle_host *h = &c->hosts[0];

    aw_subject_view(h->subject, &s->view);
    for (uint8_t i = 0; i < 2; i++)
        T_EQ(aw_subject_person(h->subject, (uint8_t)(i + 1), &s->people[i]), AW_OK);
    s->event_count = h->event_count < 64 ? h->event_count : 64;
    memcpy(s->events, h->events, s->event_count * sizeof s->events[0]);
    aw_subject_preview(h->subject, s->due_s, 4);
    s->sent = c->sent_count[0];
    s->records = h->record_count;
    for (size_t i = 0; i < h->record_count; i++)
        s->stored += h->records[i].len;
}

/* An hour after she typed `key` at `second`, which shows a picture under the tweak of set-up. */
static void play_typing(struct screen *s, const uint8_t *key)
{
    uint8_t tweak[AW_PRESENCE_TWEAK_LEN];
    struct aw_random random;
    struct circle c;

    memset(s, 0, sizeof *s);
    circle_init(&c, 2, 2701);
    circle_set_up(&c);
    random = t_random(&c.rng);
    T_EQ(aw_presence_tweak_find(tweak, circle_safe, circle_duress, &random), AW_OK);
    circle_forget_events(&c);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 10 * MIN_S);
    s->picture = aw_presence_picture(key, tweak);
    circle_checkin(&c, key);
    circle_run(&c, 30 * MIN_S);
    look(&c, s);
    T_EQ(circle_view(&c, 1).incident == AW_INCIDENT_DURESS, key == circle_duress);
    circle_free(&c);
}

/* Goal: attack 27: he watched her check in before, and watches her type the duress secret.
 * Expected: the same picture and the same screen, events, next deadlines, ticks of both contacts,
 * cells, and sizes of what is stored (CR-30). Method: the same hour twice. */
static void test_attack_27_watched_typing(void)
{
    static struct screen calm, duress;

    play_typing(&calm, circle_safe);
    play_typing(&duress, circle_duress);
    T_EQ(calm.picture, duress.picture);
    T_MEM_EQ(&calm.view, &duress.view, sizeof calm.view);
    T_MEM_EQ(calm.people, duress.people, sizeof calm.people);
    T_EQ(calm.event_count, duress.event_count);
    for (size_t i = 0; i < calm.event_count; i++) {
        T_EQ(calm.events[i].kind, duress.events[i].kind);
        T_EQ(calm.events[i].urgency, duress.events[i].urgency);
        T_EQ(calm.events[i].at_s, duress.events[i].at_s);
    }
    T_MEM_EQ(calm.due_s, duress.due_s, sizeof calm.due_s);
    T_EQ(calm.sent, duress.sent);
    T_EQ(calm.records, duress.records);
    T_EQ(calm.stored, duress.stored);
}

/* ---- Leaks ---- */

static enum aw_status hear(struct pair *p, struct aw_channel *to, const uint8_t cell[AW_CELL_LEN])
{
    struct aw_opened opened;
    struct pair_call call;
    unsigned events = 0;

    return pair_hear(p, to, cell, &opened, &call, &events);
}

/* He has keys of both sides but not what the pairing gave: a channel of his own with them put in.
 */
static void try_as(struct pair *p, struct aw_channel *victim, const struct aw_channel *claimed,
                   const struct aw_channel *his)
{
    const struct aw_resume own = {0};
    struct aw_channel thief = *his, before = *victim;
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf out = {cell, AW_CELL_LEN, 0};
    struct aw_sealed at;

    thief.own_static = claimed->own_static;
    memcpy(thief.peer_static, claimed->peer_static, AW_KEY_LEN);
    memcpy(thief.id, claimed->id, AW_HASH_LEN);
    T_EQ(pair_say(p, &thief, AW_SESSION_MAIN, 7, cell, &at), AW_OK);
    T_EQ(hear(p, victim, cell), AW_E_AUTH);
    T_EQ(aw_channel_resume_ask(&thief, &own, &p->random), AW_OK);
    T_EQ(aw_channel_resume_cell(&thief, &out), AW_OK);
    T_EQ(hear(p, victim, cell), AW_E_AUTH);
    T_TRUE(pair_same(&before, victim));
}

/* Goal: attack 30, key compromise: who has the static keys of a pair, his victim's own one too,
 * can neither speak as the other side nor re-establish: that takes a key that descends from the
 * pre-shared key of the invite. Method: both statics put into a channel of another pairing, towards
 * either victim, before and after round trips; the true pair goes on. */
static void test_attack_30_leaked_statics(void)
{
    struct t_rng rng = t_rng(30);
    struct aw_random random = t_random(&rng);
    struct pair p, other;

    T_REQUIRE(pair_init(&p, &random) && pair_init(&other, &random));
    for (unsigned i = 0; i < 3; i++) {
        try_as(&p, &p.contact, &p.subject, &other.subject);
        try_as(&p, &p.subject, &p.contact, &other.contact);
        T_TRUE(pair_round_trip(&p));
        T_TRUE(pair_round_trip(&other));
    }
}

/* Goal: attack 30, one-sided leaks at pairing: her static key without the pre-shared key of the
 * invite makes no message 1; the pre-shared key alone (a photographed invite) answers first, but
 * then the words differ from those of whomever she meant. Unknown key share: who stands between
 * both with it has two channels with different ids and words. Method: messages made with each. */
static void test_attack_30_leaked_invite(void)
{
    struct t_rng rng = t_rng(31);
    struct aw_random random = t_random(&rng);
    const struct aw_invite draft = pair_draft();
    struct aw_hello hers = pair_hello(0), his = pair_hello(1), peer;
    struct aw_inviting inviting, between;
    struct aw_joining joining, fake;
    struct aw_channel hers_ch, as_contact, between_ch;
    uint16_t words[2][AW_WORDS_COUNT];
    uint8_t cell[AW_CELL_LEN], answer_cell[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(answer_cell);
    enum aw_inviting_answer answer;
    struct aw_invite guess;

    T_EQ(aw_inviting_init(&inviting, &draft, &random), AW_OK);
    /* All that her device shows later, and her static key, but another pre-shared key. */
    guess = inviting.invite;
    guess.psk[0] ^= 1;
    T_EQ(aw_joining_init(&fake, &guess, &his, &random), AW_OK);
    aw_joining_cell(&fake, cell);
    T_EQ(aw_inviting_open(&inviting, AW_BYTES_OF(cell), &hers, PAIR_T0_MS, &answer, &hers_ch, &peer,
                          &random),
         AW_E_AUTH);
    /* With the photograph, and a static key of his own towards the contact. */
    T_EQ(aw_joining_init(&fake, &inviting.invite, &his, &random), AW_OK);
    aw_joining_cell(&fake, cell);
    T_EQ(aw_inviting_open(&inviting, AW_BYTES_OF(cell), &hers, PAIR_T0_MS, &answer, &hers_ch, &peer,
                          &random),
         AW_OK);
    T_EQ(answer, AW_ANSWER_FIRST);
    T_EQ(aw_inviting_cell(&inviting, &out), AW_OK);
    T_EQ(
        aw_joining_finish(&fake, AW_BYTES_OF(answer_cell), PAIR_T0_MS, &as_contact, &peer, &random),
        AW_OK);
    T_EQ(aw_inviting_init(&between, &draft, &random), AW_OK);
    memcpy(between.invite.psk, inviting.invite.psk, AW_KEY_LEN);
    T_EQ(aw_joining_init(&joining, &between.invite, &his, &random), AW_OK);
    aw_joining_cell(&joining, cell);
    T_EQ(aw_inviting_open(&between, AW_BYTES_OF(cell), &hers, PAIR_T0_MS, &answer, &between_ch,
                          &peer, &random),
         AW_OK);
    out.len = 0;
    T_EQ(aw_inviting_cell(&between, &out), AW_OK);
    T_EQ(aw_joining_finish(&joining, AW_BYTES_OF(answer_cell), PAIR_T0_MS, &as_contact, &peer,
                           &random),
         AW_OK);
    T_TRUE(memcmp(hers_ch.id, as_contact.id, AW_HASH_LEN) != 0);
    T_EQ(aw_channel_words(&hers_ch, AW_SESSION_MAIN, words[0]), AW_OK);
    T_EQ(aw_channel_words(&as_contact, AW_SESSION_MAIN, words[1]), AW_OK);
    T_TRUE(memcmp(words[0], words[1], sizeof words[0]) != 0);
}

int main(void)
{
    T_RUN(test_attack_27_watched_typing);
    T_RUN(test_attack_30_leaked_statics);
    T_RUN(test_attack_30_leaked_invite);
    return t_end();
}
