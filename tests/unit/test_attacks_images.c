/* SPDX-License-Identifier: ISC */
#include "support/attacker.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"

/*
 * Attacks with images of devices and everything that left them: guesses at her secret, and keys
 * that she sends while somebody looks (spec/09-crypto.md §10, spec/02-threats.md §3 and §4).
 */

#define PIN_COUNT  10000
#define PIN_SAFE   1250
#define PIN_DURESS 7750
#define PIN_WRONG  4150

/* The presence key of a PIN. That Argon2id costs time is not what protects it here. */
static void pin_key(uint8_t key[AW_PRESENCE_KEY_LEN], uint32_t pin)
{
    const uint8_t none[32] = {0}, digits[2] = {(uint8_t)(pin >> 8), (uint8_t)pin};

    aw_kdf(key, AW_PRESENCE_KEY_LEN, none, AW_LABEL_PRESENCE_KEY, AW_BYTES_OF(digits));
}

static void checkin_pin(struct circle *c, uint32_t pin)
{
    uint8_t key[AW_PRESENCE_KEY_LEN];

    pin_key(key, pin);
    circle_checkin(c, key);
}

static void set_secrets(struct circle *c, uint32_t safe_pin, uint32_t duress_pin, uint32_t typed)
{
    struct aw_secrets secrets = {.circle = 1};
    uint8_t key[AW_PRESENCE_KEY_LEN];
    struct aw_plan plan;

    circle_plan(c, &plan);
    pin_key(secrets.safe_key, safe_pin);
    pin_key(secrets.duress_key, duress_pin);
    pin_key(key, typed);
    T_EQ(aw_subject_plan_set(c->hosts[0].subject, &plan, &secrets, key, circle_now(c, 0)), AW_OK);
}

/* A word that somebody who has the phone can read, and what is public about it. */
struct word_seen {
    size_t person; /* from 0 */
    struct aw_call call;
    uint8_t accept[32], point[32], act_hash[AW_HASH_LEN], channel_id[AW_HASH_LEN];
    /* What he makes of the phone's own keys, for want of better ones; and a third pair. */
    uint8_t guesses[3][2][32];
    uint8_t right[2][32]; /* what the contact makes of its accept key, and of its circle key */
};

#define WORDS_MAX 32

/* Two days of a phone whose contacts were asleep when the images were taken: 1 in the circle, 2
 * outside. Day one has a safe check-in; day two one under duress, and one with a wrong PIN. */
struct two_days {
    struct circle c;
    struct tape tape;
    struct image images[2];
    struct clone phones[2];
    struct hoard kept; /* all that was on the phone, and what its keys open */
    struct hoard seen; /* the cells as the relay saw them */
    struct word_seen words[WORDS_MAX];
    size_t word_count;
};

static void sleep_all(struct circle *c, bool is_asleep)
{
    for (size_t n = 1; n <= c->contacts; n++)
        c->hosts[n].is_asleep = is_asleep;
}

/* What the contact for whom it is makes of a word, by the state that it has now. */
static void right_dh(struct word_seen *w, const struct contact *c)
{
    struct aw_dh_key accept, point;

    T_EQ(aw_channel_accept_key(&c->channel, AW_SESSION_MAIN, w->call.presence_epoch, &accept),
         AW_OK);
    T_MEM_EQ(accept.pk, w->accept, 32);
    T_EQ(aw_dh(w->right[0], accept.sk, w->call.presence), AW_OK);
    T_EQ(c->secrets.sets_count, 1);
    aw_presence_point(&point, c->secrets.sets[0].keys.circle_key, w->channel_id);
    T_EQ(memcmp(point.pk, w->point, 32) == 0, c->secrets.sets[0].keys.circle);
    T_EQ(aw_dh(w->right[1], point.sk, w->call.presence), AW_OK);
}

static void read_word(struct word_seen *w, const struct person *p, size_t person,
                      const struct aw_word *word)
{
    const uint8_t *const own[2] = {p->channel.own_static.sk, p->channel.offer.sk};
    uint32_t epoch;

    memset(w, 0, sizeof *w);
    w->person = person;
    T_EQ(aw_message_decode(&aw_call_map, &w->call, (struct aw_bytes){word->body, word->body_len}),
         AW_OK);
    aw_channel_peer_accept(&p->channel, AW_SESSION_MAIN, w->accept, &epoch);
    T_EQ(epoch, w->call.presence_epoch);
    memcpy(w->point, p->rec.point, 32);
    memcpy(w->channel_id, p->channel.id, AW_HASH_LEN);
    attacker_act_hash(w->act_hash, p->channel.id, &w->call);
    for (size_t i = 0; i < 2; i++) {
        T_EQ(aw_dh(w->guesses[i][0], own[i], w->accept), AW_OK);
        T_EQ(aw_dh(w->guesses[i][1], own[i], w->point), AW_OK);
    }
}

/* Starts a phone from the image and reads it. */
static void read_phone(struct two_days *d, size_t day)
{
    const struct subject *s;

    clone_start(&d->phones[day], &d->c, &d->images[day], 900 + day);
    s = subject_of(d->phones[day].subject);
    hoard_add_image(&d->kept, &d->images[day]);
    for (size_t n = 0; n < d->c.contacts; n++) {
        for (size_t i = 0; i < s->people[n].words.count; i++) {
            T_REQUIRE(d->word_count < WORDS_MAX);
            read_word(&d->words[d->word_count], &s->people[n], n, &s->people[n].words.words[i]);
            T_EQ(d->words[d->word_count].call.kind, AW_CALL_CHECKIN);
            right_dh(&d->words[d->word_count++], contact_of(d->c.hosts[n + 1].contact));
        }
    }
}

static size_t read_cells(struct two_days *d, size_t day)
{
    static uint8_t plain[AW_CELL_BULK_PLAIN_LEN];
    const struct subject *s = subject_of(d->phones[day].subject);
    size_t opened = 0;

    for (size_t i = 0; i < d->tape.count; i++) {
        for (size_t n = 0; n < d->c.contacts; n++) {
            if (!attacker_open(&s->people[n].channel, &d->tape.cells[i], plain))
                continue;
            opened++;
            hoard_add(&d->kept, (struct aw_bytes){plain, AW_CELL_PLAIN_LEN});
        }
    }
    return opened;
}

static void two_days_init(struct two_days *d, uint64_t seed)
{
    memset(d, 0, sizeof *d);
    circle_init(&d->c, 2, seed);
    tape_start(&d->tape, &d->c);
    circle_pair(&d->c, 1);
    circle_pair(&d->c, 2);
    set_secrets(&d->c, PIN_SAFE, PIN_DURESS, PIN_SAFE);
    circle_run(&d->c, 120);
    sleep_all(&d->c, true);
    checkin_pin(&d->c, PIN_SAFE);
    d->images[0] = image_take(&d->c, 0);
    read_phone(d, 0);
    circle_run(&d->c, 60);
    sleep_all(&d->c, false);
    circle_run(&d->c, 24 * HOUR_S);
    sleep_all(&d->c, true);
    checkin_pin(&d->c, PIN_DURESS);
    checkin_pin(&d->c, PIN_WRONG);
    d->images[1] = image_take(&d->c, 0);
    read_phone(d, 1);
    circle_run(&d->c, 60);
    T_TRUE(read_cells(d, 0) > 0 && read_cells(d, 1) > 0);
    for (size_t i = 0; i < d->tape.count; i++)
        hoard_add(&d->seen, (struct aw_bytes){d->tape.cells[i].bytes, d->tape.cells[i].len});
    hoard_sort(&d->seen);
    T_EQ(d->word_count, 6);
}

static void two_days_free(struct two_days *d)
{
    for (size_t day = 0; day < 2; day++) {
        image_free(&d->images[day]);
        clone_free(&d->phones[day]);
    }
    hoard_free(&d->kept);
    hoard_free(&d->seen);
    tape_free(&d->tape);
    circle_free(&d->c);
}

/* Whether the secret half of E, accept key or point of some word lies around; and whether the
 * search finds what does lie there. */
static bool finds_a_key(struct two_days *d)
{
    const uint8_t *pks[3 * WORDS_MAX];
    const uint8_t *const own[1] = {subject_of(d->phones[1].subject)->people[0].channel.offer.pk};

    hoard_sort(&d->kept);
    T_TRUE(hoard_has_secret_of(&d->kept, own, 1) || t_under_valgrind());
    for (size_t i = 0; i < d->word_count; i++) {
        pks[3 * i] = d->words[i].call.presence;
        pks[3 * i + 1] = d->words[i].accept;
        pks[3 * i + 2] = d->words[i].point;
    }
    return hoard_has_secret_of(&d->kept, pks, 3 * d->word_count);
}

static bool verifies(const struct word_seen *w, const uint8_t dh_accept[32],
                     const uint8_t dh_point[32], const uint8_t contact_key[32])
{
    uint8_t mac[AW_PRESENCE_MAC_LEN];

    attacker_presence_mac(mac, dh_accept, dh_point, w->call.presence, w->accept, w->point,
                          contact_key, w->act_hash);
    return memcmp(mac, w->call.presence + AW_KEY_LEN, sizeof mac) == 0;
}

/* How often a guess shows in anything that he holds. */
static size_t try_pin(const struct two_days *d, uint32_t pin)
{
    uint8_t key[AW_PRESENCE_KEY_LEN], contact_key[32];
    size_t hits = 0;

    pin_key(key, pin);
    hits += hoard_has(&d->kept, key) + hoard_has(&d->seen, key);
    for (size_t i = 0; i < d->word_count; i++) {
        const struct word_seen *w = &d->words[i];

        aw_presence_contact_key(contact_key, key, w->channel_id);
        if (i == 0 || w->person != d->words[i - 1].person)
            hits += hoard_has(&d->kept, contact_key) + hoard_has(&d->seen, contact_key);
        for (size_t g = 0; g < AW_COUNT(w->guesses); g++)
            hits += verifies(w, w->guesses[g][0], w->guesses[g][1], contact_key);
    }
    return hits;
}

/* The secrets are multiples of 50. */
static uint32_t pin_step(void)
{
    return t_under_valgrind() ? 50 : 10;
}

/* Goal: attack 9: two images of the phone, and all cells that it kept and that the relay saw,
 * give nothing to test a guess against (CR-29, CR-32, SU-6).
 * Method: every string of 32 bytes in both images, in what their keys open, and in the cells: none
 * is the secret half of an ephemeral key, accept key or point, so neither DH of a MAC can be
 * made; and each of 10,000 PINs, right or wrong, gets the same answer from all strings and all MACs
 * that can be made. With the keys of the contact in the circle the same search finds the right
 * PINs, and no other. */
static void test_attack_09_two_images_no_guess(void)
{
    struct two_days d;
    size_t found = 0;

    two_days_init(&d, 909);
    T_TRUE(!finds_a_key(&d));
    for (uint32_t pin = 0; pin < PIN_COUNT; pin += t_under_valgrind() ? pin_step() : 1)
        T_EQ(try_pin(&d, pin), 0);
    /* The control: what only her contact has. */
    for (size_t i = 0; i < d.word_count; i++) {
        if (d.words[i].person == 0)
            memcpy(d.words[i].guesses[2], d.words[i].right, sizeof d.words[i].right);
    }
    for (uint32_t pin = 0; pin < PIN_COUNT; pin += pin_step()) {
        size_t hits = try_pin(&d, pin);

        T_EQ(hits, pin == PIN_SAFE || pin == PIN_DURESS || pin == PIN_WRONG);
        found += hits;
    }
    T_EQ(found, 3);
    two_days_free(&d);
}

/* Goal: attack 31: a contact outside the circle who has an image of her phone, and has learnt both
 * secrets, cannot tell a safe word from one under duress, nor test a guess (CR-30, CR-38).
 * Method: his device's records and accept keys with both images; the DH with his accept key is
 * the right one. The secret half of his point is nowhere, and no MAC verifies under any PIN, the
 * two right ones included. The blob that he was sent holds noise. */
static void test_attack_31_outside_contact_with_an_image(void)
{
    const uint8_t *points[WORDS_MAX];
    struct two_days d;
    struct image his;
    size_t count = 0;

    two_days_init(&d, 931);
    his = image_take(&d.c, 2);
    hoard_add_image(&d.kept, &his);
    hoard_sort(&d.kept);
    for (size_t i = 0; i < d.word_count; i++) {
        struct word_seen *w = &d.words[i];

        if (w->person != 1)
            continue;
        points[count++] = w->point;
        for (size_t g = 0; g < AW_COUNT(w->guesses); g++)
            memcpy(w->guesses[g][0], w->right[0], 32);
        memcpy(w->guesses[2][1], w->right[1], 32); /* by the noise in his blob */
    }
    T_EQ(count, 3);
    T_TRUE(!hoard_has_secret_of(&d.kept, points, count));
    for (uint32_t pin = 0; pin < PIN_COUNT; pin += pin_step())
        T_EQ(try_pin(&d, pin), 0);
    /* What his screen says of them is the same, too. */
    sleep_all(&d.c, false);
    circle_run(&d.c, 60);
    T_EQ(circle_view(&d.c, 2).checkin.verdict, AW_VERDICT_CLAIMED);
    T_EQ(circle_view(&d.c, 1).incident, AW_INCIDENT_DURESS);
    image_free(&his);
    two_days_free(&d);
}

/* The AEAD key of a blob, from a DH that somebody has or thinks he has; spec/09-crypto.md §10.5. */
static bool opens_blob(const struct aw_call *call, const uint8_t accept_pk[32],
                       const uint8_t dh[32])
{
    const uint8_t nonce[AW_NONCE_LEN] = {0};
    uint8_t key[32], context[64], text[sizeof call->keys - AW_MAC_LEN];

    memcpy(context, call->presence, 32);
    memcpy(context + 32, accept_pk, 32);
    aw_kdf_extract(key, (struct aw_bytes){NULL, 0}, (struct aw_bytes){dh, 32});
    aw_kdf(key, sizeof key, key, AW_LABEL_PRESENCE_KEYS, AW_BYTES_OF(context));
    return aw_aead_open(text, call->keys, sizeof text, call->keys + sizeof text, key, nonce,
                        (struct aw_bytes){NULL, 0}) == AW_OK;
}

/* The key blob for contact 1 among the cells since `from`, with the keys of an image. */
static bool find_blob(const struct two_days *d, size_t from, struct aw_call *call)
{
    const struct person *p = &subject_of(d->phones[0].subject)->people[0];

    for (size_t i = from; i < d->tape.count; i++) {
        if (attacker_open_call(&p->channel, &d->tape.cells[i], call) && call->has_keys)
            return true;
    }
    return false;
}

/* Goal: attack 29: who copied the phone on Monday reads the cells that it sends on Wednesday to a
 * contact who is offline, and yet the new secrets in them open to nobody but the contact (CR-32).
 * Method: his image of Monday opens the word; then every string of 32 bytes on the phone, on both
 * days, as a private key and as a DH. The contact, back, judges by the new secrets. */
static void test_attack_29_new_secrets_in_an_old_epoch(void)
{
    uint8_t dh[32], accept_pk[32];
    struct aw_dh_key accept;
    struct aw_call call;
    struct two_days d;
    const uint8_t *pks[2];
    uint32_t epoch;
    size_t from;

    two_days_init(&d, 929);
    from = d.tape.count;
    /* His image is the one of the second day, "Monday": the contacts have been asleep since. */
    clone_free(&d.phones[0]);
    clone_start(&d.phones[0], &d.c, &d.images[1], 1);
    circle_run(&d.c, 48 * HOUR_S);
    set_secrets(&d.c, 1111, 2222, PIN_SAFE);
    circle_run(&d.c, 120);
    image_free(&d.images[0]);
    d.images[0] = image_take(&d.c, 0); /* and Wednesday's, for good measure */
    hoard_add_image(&d.kept, &d.images[0]);
    hoard_sort(&d.kept);
    T_REQUIRE(find_blob(&d, from, &call));
    aw_channel_peer_accept(&subject_of(d.phones[0].subject)->people[0].channel, AW_SESSION_MAIN,
                           accept_pk, &epoch);
    T_EQ(epoch, call.presence_epoch);
    pks[0] = call.presence;
    pks[1] = accept_pk;
    T_TRUE(!hoard_has_secret_of(&d.kept, pks, 2));
    for (size_t i = 0; i < d.kept.count; i++)
        T_TRUE(!opens_blob(&call, accept_pk, d.kept.strings[i]));
    T_EQ(aw_channel_accept_key(&contact_of(d.c.hosts[1].contact)->channel, AW_SESSION_MAIN,
                               call.presence_epoch, &accept),
         AW_OK);
    T_EQ(aw_dh(dh, accept.sk, call.presence), AW_OK);
    T_TRUE(opens_blob(&call, accept_pk, dh));
    sleep_all(&d.c, false);
    circle_run(&d.c, 10 * MIN_S);
    checkin_pin(&d.c, 1111);
    T_EQ(circle_view(&d.c, 1).checkin.verdict, AW_VERDICT_SAFE);
    two_days_free(&d);
}

int main(void)
{
    T_RUN(test_attack_09_two_images_no_guess);
    T_RUN(test_attack_29_new_secrets_in_an_old_epoch);
    T_RUN(test_attack_31_outside_contact_with_an_image);
    return t_end();
}
