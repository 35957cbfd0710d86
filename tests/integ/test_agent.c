/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "core/contact_impl.h"
#include "net/agent.h"
#include "relay/client.h"
#include "store/alloc.h"
#include "support/folder.h"
#include "support/relay_rig.h"

#include <allswell/agent.h>

/* A subject and a contact, each with a home on disk, and their relay, over TCP; time runs
 * 600 times faster, so ten minutes are a second. */

#define FACTOR 600

struct home {
    struct aw_loop *loop;
    const char *path;
    struct aw_store store;
    struct aw_agent *agent;
    struct aw_subject *subject; /* one of the two */
    struct aw_contact *contact;
    struct aw_endpoint relays[2];
    size_t relay_count;
    const uint8_t *token;
    unsigned seen[128]; /* events by kind */
    enum aw_event_kind wanted;
};

static void on_event(void *ctx, uint32_t slot, const struct aw_event *event)
{
    struct home *h = ctx;

    T_EQ(slot, h->subject != NULL ? AW_AGENT_SUBJECT : 1);
    T_REQUIRE((unsigned)event->kind < 128);
    h->seen[event->kind]++;
    if (event->kind == h->wanted)
        aw_loop_stop(h->loop);
}

static void home_open(struct home *h)
{
    struct aw_agent_config config = {.on_event = on_event, .ctx = h};
    char message[AW_SQLITE_MESSAGE_CAP];
    struct aw_now now = aw_loop_now(h->loop);

    T_REQUIRE(aw_store_sqlite_open(&h->store, h->path, AW_SQLITE_CREATE | AW_SQLITE_SECURE,
                                   message) == AW_OK);
    config.store = h->store;
    T_REQUIRE(aw_agent_open(&h->agent, h->loop, &config) == AW_OK);
    for (size_t i = 0; i < h->relay_count; i++)
        T_EQ(aw_agent_relay_add(h->agent, &h->relays[i], h->token), AW_OK);
    if (h->subject != NULL) {
        T_REQUIRE(aw_agent_load_subject(h->subject, &h->store, now) == AW_OK);
        T_EQ(aw_agent_subject_add(h->agent, h->subject), AW_OK);
    } else {
        T_REQUIRE(aw_agent_load_contact(h->contact, 1, &h->store, now) == AW_OK);
        T_EQ(aw_agent_contact_add(h->agent, h->contact, 1), AW_OK);
        T_EQ(aw_agent_contact_add(h->agent, h->contact, 1), AW_E_STATE);
    }
}

static void home_close(struct home *h)
{
    aw_agent_close(h->agent);
    h->store.vtable->close(h->store.self);
}

/* Runs until `h` has an event of this kind, or time is up. */
static bool run_until(struct home *h, enum aw_event_kind kind, uint64_t limit_ms)
{
    unsigned before = h->seen[kind];

    h->wanted = kind;
    (void)rig_run(h->loop, limit_ms * FACTOR); /* the limit is true time */
    return h->seen[kind] > before;
}

static struct aw_loop *fast_loop(void)
{
    struct aw_clock clock;
    struct aw_loop *loop;
    char scale[64];

    T_REQUIRE(aw_clock_init(&clock, NULL) == AW_OK);
    (void)snprintf(scale, sizeof scale, "%" PRIu64 ":%d", aw_clock_now(&clock).wall_ms, FACTOR);
    T_REQUIRE(aw_clock_init(&clock, scale) == AW_OK);
    T_REQUIRE(aw_loop_open(&loop, &clock) == AW_OK);
    return loop;
}

static struct aw_endpoint endpoint_of(const struct relay_rig *rig, unsigned port)
{
    struct aw_endpoint e = {{0}, {0}};

    memcpy(e.relay_key, rig->key, sizeof e.relay_key);
    (void)snprintf(e.address, sizeof e.address, "127.0.0.1:%u", port);
    return e;
}

static struct home her, his;
static struct relay_rig rig;
static char relay_path[4096], her_path[4096], his_path[4096];
static const uint8_t safe_key[AW_PRESENCE_KEY_LEN] = {1}, duress_key[AW_PRESENCE_KEY_LEN] = {2};

static void open_all(size_t relay_count)
{
    struct aw_loop *loop = fast_loop();
    const char *folder = folder_new();

    (void)snprintf(relay_path, sizeof relay_path, "%s/relay.db", folder);
    (void)snprintf(her_path, sizeof her_path, "%s/her.db", folder);
    (void)snprintf(his_path, sizeof his_path, "%s/his.db", folder);
    rig_open(&rig, loop, relay_path, NULL);
    free(her.subject);
    free(his.contact);
    her = (struct home){.loop = loop, .path = her_path};
    his = (struct home){.loop = loop, .path = his_path};
    her.subject = aligned_alloc(64, sizeof *her.subject);
    his.contact = aligned_alloc(64, sizeof *his.contact);
    T_REQUIRE(her.subject != NULL && his.contact != NULL);
    her.token = his.token = rig.token;
    her.relay_count = his.relay_count = relay_count;
    her.relays[0] = his.relays[0] = endpoint_of(&rig, rig.port);
    her.relays[1] = his.relays[1] = endpoint_of(&rig, 1); /* nobody is there */
    home_open(&her);
    home_open(&his);
}

static void close_all(void)
{
    home_close(&her);
    home_close(&his);
    rig_close(&rig);
    aw_loop_close(rig.loop);
}

static void pair_and_verify(void)
{
    uint8_t text[AW_INVITE_URI_MAX], words[2][256];
    struct aw_buf uri = {text, sizeof text, 0}, a = {words[0], sizeof words[0], 0},
                  b = {words[1], sizeof words[1], 0};
    uint8_t person;

    T_EQ(aw_subject_invite(her.subject, her.relays, her.relay_count, "Subject", 86400, &uri,
                           &person, aw_loop_now(her.loop)),
         AW_OK);
    aw_agent_wake(her.agent);
    T_EQ(aw_contact_join(his.contact, (struct aw_bytes){text, uri.len}, his.relays, his.relay_count,
                         "Contact", aw_loop_now(his.loop)),
         AW_OK);
    aw_agent_wake(his.agent);
    T_TRUE(run_until(&his, AW_EVENT_WORDS, 5000));
    T_EQ(her.seen[AW_EVENT_WORDS], 1);
    T_EQ(aw_subject_words(her.subject, person, &a), AW_OK);
    T_EQ(aw_contact_words(his.contact, &b), AW_OK);
    T_EQ(a.len, b.len);
    T_MEM_EQ(words[0], words[1], a.len);
    T_EQ(aw_subject_verify(her.subject, person, aw_loop_now(her.loop)), AW_OK);
    T_EQ(aw_contact_verify(his.contact, aw_loop_now(his.loop)), AW_OK);
    aw_agent_wake(her.agent);
    aw_agent_wake(his.agent);
}

static void set_plan(void)
{
    struct aw_plan plan;
    struct aw_secrets secrets = {.circle = 1};

    memcpy(secrets.safe_key, safe_key, sizeof safe_key);
    memcpy(secrets.duress_key, duress_key, sizeof duress_key);
    aw_plan_default(&plan, 1);
    (void)snprintf(plan.roster[0].name, sizeof plan.roster[0].name, "Contact");
    plan.schedule[0].every_s = 3600;
    plan.grace_s = 600;
    T_EQ(aw_plan_check(&plan, NULL), AW_PLAN_GOOD);
    T_EQ(aw_subject_plan_set(her.subject, &plan, &secrets, safe_key, aw_loop_now(her.loop)), AW_OK);
    aw_agent_wake(her.agent);
    T_TRUE(run_until(&his, AW_EVENT_PLAN, 5000));
}

static void check_in(void)
{
    T_EQ(aw_subject_checkin(her.subject, safe_key, NULL, 0, NULL, aw_loop_now(her.loop)), AW_OK);
    aw_agent_wake(her.agent);
    T_TRUE(run_until(&his, AW_EVENT_CHECKED_IN, 5000));
}

/* Goal: two homes pair over a relay, a plan and a check-in arrive, both processes restart from
 * their stores and go on, and silence rings. spec/10-storage.md §6: "An engine that is handed
 * the records of any completed commit MUST reach a state from which every message that was
 * visible before follows."
 * Method: real sockets and files, compressed time. */
static void test_circle_on_sockets(void)
{
    uint32_t slots[4];
    size_t count;
    struct aw_contact_view view;
    struct aw_agent_relay relay;

    open_all(1);
    pair_and_verify();
    set_plan();
    check_in();
    T_EQ(aw_agent_relay_at(his.agent, 0, &relay), AW_OK);
    T_TRUE(relay.is_up && relay.has_token);
    T_EQ(relay.mailbox_count, 1);
    T_EQ(relay.answer, AW_RELAY_OK);
    T_EQ(aw_agent_relay_at(his.agent, 1, &relay), AW_E_NOT_FOUND);
    T_EQ(aw_agent_slots(&his.store, slots, 4, &count), AW_OK);
    T_EQ(count, 1);
    T_EQ(slots[0], 1);

    home_close(&his);
    home_close(&her);
    home_open(&her);
    home_open(&his);
    check_in();
    aw_contact_view(his.contact, &view);
    T_EQ(view.checkin.verdict, AW_VERDICT_SAFE);
    T_EQ(view.refused_count, view.replayed_count);

    T_TRUE(run_until(&his, AW_EVENT_RING, 15000)); /* an hour and ten minutes: 7 s */
    T_TRUE(his.seen[AW_EVENT_LATE] >= 1);
    T_TRUE(her.seen[AW_EVENT_WARNING] >= 1);
    T_TRUE(her.seen[AW_EVENT_DUE] >= 1);
    close_all();
}

/* Goal: a relay that is not there does not hold up what goes through the other one.
 * Method: two relays, one of them a closed port; a check-in and then an SOS arrive promptly. */
static void test_dead_relay(void)
{
    struct aw_contact_view view;

    open_all(2);
    pair_and_verify();
    set_plan();
    check_in();
    T_EQ(aw_subject_sos(her.subject, NULL, NULL, aw_loop_now(her.loop)), AW_OK);
    aw_agent_wake(her.agent);
    T_TRUE(run_until(&his, AW_EVENT_RING, 1000));
    aw_contact_view(his.contact, &view);
    T_EQ(view.incident, AW_INCIDENT_SOS);
    close_all();
}

static uint16_t fixed_port;

static void same_port(struct aw_server_config *config)
{
    config->port = fixed_port;
}

/* Goal: when the relay was away, what was said meanwhile arrives by itself.
 * Method: the relay stops, a check-in is made, the relay comes back with the same files. */
static void test_relay_comes_back(void)
{
    struct aw_agent_relay relay;

    open_all(1);
    pair_and_verify();
    set_plan();
    check_in();
    fixed_port = rig.port;
    rig_close(&rig);
    T_EQ(aw_subject_checkin(her.subject, safe_key, NULL, 0, NULL, aw_loop_now(her.loop)), AW_OK);
    aw_agent_wake(her.agent);
    (void)rig_run(her.loop, 300 * FACTOR);
    T_EQ(his.seen[AW_EVENT_CHECKED_IN], 1);
    T_EQ(aw_agent_relay_at(her.agent, 0, &relay), AW_OK);
    T_TRUE(!relay.is_up);
    rig_open(&rig, her.loop, relay_path, same_port);
    T_TRUE(run_until(&his, AW_EVENT_CHECKED_IN, 5000));
    close_all();
}

static void copy_file(const char *from, const char *to)
{
    uint8_t bytes[4096];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    size_t len;

    T_REQUIRE(in != NULL && out != NULL);
    while ((len = fread(bytes, 1, sizeof bytes, in)) > 0)
        T_REQUIRE(fwrite(bytes, 1, len, out) == len);
    T_EQ(fclose(out), 0);
    T_EQ(fclose(in), 0);
}

static void reopen(void)
{
    rig_open(&rig, her.loop, relay_path, same_port);
    check_in();
}

/* Goal: a relay that comes back from a backup counts its cells anew, and what was handled is taken
 * from it all the same: else its mailboxes fill up, and it refuses everybody.
 * Method: the file of the relay is put back after twenty check-ins; what is made then is taken. */
static void test_relay_is_set_back(void)
{
    struct aw_relay_counters counters;
    char backup[4096 + 8];

    open_all(1);
    (void)snprintf(backup, sizeof backup, "%s.old", relay_path);
    pair_and_verify();
    set_plan();
    fixed_port = rig.port;
    rig_close(&rig);
    copy_file(relay_path, backup);
    reopen();
    for (int i = 0; i < 20; i++)
        check_in();
    rig_close(&rig);
    copy_file(backup, relay_path);
    reopen();
    (void)rig_run(her.loop, 300 * FACTOR);
    aw_relay_counters(aw_server_relay(rig.server), &counters);
    T_EQ(counters.cells, 0);
    close_all();
}

static uint32_t newest_of(const struct home *h)
{
    struct aw_subject_view view;

    aw_subject_view(h->subject, &view);
    return view.seq_last;
}

static uint32_t checkin_of(const struct home *h)
{
    struct aw_contact_view view;

    aw_contact_view(h->contact, &view);
    return view.checkin.seq;
}

/* Whether he has this check-in, within a few seconds. */
static bool hears(const struct home *h, uint32_t seq)
{
    for (int i = 0; i < 200 && checkin_of(h) < seq; i++)
        (void)rig_run(h->loop, 20 * FACTOR);
    return checkin_of(h) >= seq;
}

/* His engine has as much to say as it can keep, and has not been asked: it takes no cell now. */
static void fill_events(struct home *h)
{
    struct contact *c = contact_of(h->contact);

    while (aw_outbox_has_room(&c->outbox))
        aw_outbox_event(&c->outbox, &(struct aw_event){.kind = AW_EVENT_RECORD}, 0);
}

/* A check-in that reaches him while his engine is busy; its number. */
static uint32_t say_while_busy(void)
{
    T_EQ(aw_subject_checkin(her.subject, safe_key, NULL, 0, NULL, aw_loop_now(her.loop)), AW_OK);
    fill_events(&his);
    aw_agent_wake(her.agent);
    return newest_of(&her);
}

/* How many mailboxes his client subscribes to: two for one would take it from each other. */
static unsigned mailboxes_read(const struct home *h)
{
    unsigned count = 0;

    for (size_t i = 0; i < AW_AGENT_MAILBOX_MAX; i++)
        count += (h->agent->links[0]->client_mailboxes[i].state & AW_CM_USED) != 0;
    return count;
}

/* Goal: a cell that comes while the engine is busy waits, and is heard; where there is no memory to
 * let it wait, it stays at the relay, and is heard with the next link. His mailbox is read once.
 * Method: an engine full of events; the nth request for memory fails, for each n up to what one
 * check-in takes; then the relay is started anew. Where the machine was too slow for the cell to
 * come while memory failed, all of it again. */
static void test_busy_engine(void)
{
    struct aw_agent_relay relay;
    unsigned unheard = 0;

    open_all(1);
    pair_and_verify();
    set_plan();
    check_in();
    for (uint64_t i = 0; i < 9 || (unheard == 0 && i < 90); i++) {
        uint32_t seq = say_while_busy();
        uint64_t n = i % 9 + 1;

        aw_alloc_fail_at(n == 1 ? 0 : n, false); /* the first is the timer of rig_run() */
        (void)rig_run(her.loop, 50 * FACTOR);
        aw_alloc_fail_at(0, false);
        (void)rig_run(her.loop, 50 * FACTOR);
        unheard += checkin_of(&his) < seq;
        T_TRUE(n > 1 || checkin_of(&his) == seq);
        if (checkin_of(&his) == seq)
            continue;
        fixed_port = rig.port;
        rig_close(&rig);
        rig_open(&rig, her.loop, relay_path, same_port);
        T_TRUE(hears(&his, seq));
        T_EQ(aw_agent_relay_at(his.agent, 0, &relay), AW_OK);
        T_EQ(relay.mailbox_count, 1);
        T_EQ(mailboxes_read(&his), 1);
    }
    T_TRUE(unheard > 0);
    close_all();
}

int main(void)
{
    T_RUN(test_circle_on_sockets);
    T_RUN(test_dead_relay);
    T_RUN(test_relay_comes_back);
    T_RUN(test_relay_is_set_back);
    T_RUN(test_busy_engine);
    return t_end();
}
