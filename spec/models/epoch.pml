/* SPDX-License-Identifier: ISC */
/*
 * Epochs of a channel (spec/05-channel.md §4 and §8): subject and contact, a relay that loses, repeats and reorders, and
 * one side that is once restored from an older copy of its state, or none.
 *
 * First anything may happen: both sides say things, the relay delivers any of the last two messages of each direction as
 * often as it likes, or never, a side asks to re-establish whether there is need or not, one is restored. Then it is calm:
 * cells pass, and ROUNDS round trips later both must speak and hear each other in an epoch that was made in the calm.
 *
 * A crash is a loss: what leaves depends on what is stored (CH-2), so it comes back as it was, and what it had not stored
 * has not left. Secrets and draws are numbers; a secret is known by what it was derived from, so two sides share it only
 * if they derived it from the same. One lane. A word, a beat and a reply are a cell. Eight cells that cannot be opened
 * (CH-33, CH-34) are one round trip. The rings of resumption keys are not exceeded. Humans who are both told of a
 * quarantined session compare the words, in the calm, and accept it.
 *
 * Assertions:
 *   KEY      a sender uses a message key once, but for one that was restored: then the random nonce makes the pair another
 *   ONCE     a receiver opens each cell once, and none of an epoch that was superseded there, but for one that was restored
 *   STALE    an old copy opens a quarantined session only: it becomes the channel by humans alone
 *   NEEDLESS where nobody was restored and nobody asked, every new cell opens: nothing has to be re-established
 *   AGREE    at the end of the calm both speak and hear in one epoch, made in the calm
 * and there is no deadlock before that.
 *
 * What is expected, and mutants in which it must fail: epoch.expect.
 */
#define S       0     /* the subject offers */
#define C       1     /* the contact accepts */
#ifndef SEALS
#define SEALS   3     /* messages of both sides together before the calm */
#endif
#define ROUNDS  4
#define SECRETS 12
#define RANDOM  true  /* nonces come from the random source */

typedef Side {
  byte cur, nxt, off, acc;         /* epochs; the subject's newest offer; the contact's accept for nxt */
  byte ses, ses_off, ses_named;    /* session of a re-establishment, its offer, the secret that was named */
  bit ses_stale, ses_spoken, ses_heard;
  bit ses_old;                     /* ghost: named a key below the floor */
  byte ask, ask_named;             /* the question's ephemeral, and the secret that it names */
  byte ans, ans_q;                 /* the answer's ephemeral, and the question that it answers */
  byte floor;                      /* number of an epoch */
  byte snd[SECRETS], rcv[SECRETS]; /* next index; lowest acceptable one */
  short ring;                      /* secrets whose resumption key is kept */
  byte anchor                      /* the first of them */
};

mtype = { NOTHING, CELL, QUESTION, ANSWER };
typedef Message { mtype kind; byte key, idx, val, aux; bit stale };

Side side[2];
Side copy;
Message net[4];                    /* two of each direction: net[2 * sender] is the newest */
byte par[SECRETS], one[SECRETS], two[SECRETS], num[SECRETS];
byte secrets = 2, draws = 1;
byte sealed;
byte used[SECRETS * 2];            /* ghosts: bits, the indices sealed, and opened, by (side, secret) */
byte got[SECRETS * 2];
short gone[2];                     /* secrets that a side has superseded */
byte victim = 2, first_calm;       /* who is restored; the first secret of the calm */
bit copied, restored, asked, calm, opened, human, heard[2];

/* the secret of these inputs, the same for both sides */
#define derive(result, p, a, b, n) \
  i = 1; \
  do \
  :: i < secrets && !(par[i] == p && one[i] == a && two[i] == b) -> i++ \
  :: else -> break \
  od; \
  if \
  :: i == secrets -> assert(secrets < SECRETS); par[i] = p; one[i] = a; two[i] = b; num[i] = n; secrets++ \
  :: else \
  fi; \
  result = i

#define draw(result) \
  result = draws; draws++

#define MOVE(to, from) to.kind = from.kind; to.key = from.key; to.idx = from.idx; to.val = from.val; to.aux = from.aux; \
  to.stale = from.stale

#define send(by, what, in_key, at_idx, says, more, bad) \
  if \
  :: net[2 * by].kind != NOTHING && !calm -> /* which older one the relay keeps is its choice */ \
     if :: MOVE(net[2 * by + 1], net[2 * by]) :: true fi \
  :: else \
  fi; \
  net[2 * by].kind = what; net[2 * by].key = in_key; net[2 * by].idx = at_idx; \
  net[2 * by].val = says; net[2 * by].aux = more; net[2 * by].stale = bad

#define newest(x) (side[x].nxt -> side[x].nxt : side[x].cur)
#define speaks_main(x) (x == S && side[x].nxt -> side[x].nxt : side[x].cur)
#define speaks(x) (side[x].ses && side[x].ses_spoken && !side[x].ses_stale -> side[x].ses : speaks_main(x))

#define quarantined(x) (side[x].ses && side[x].ses_stale && side[x].ses_heard)

/* seals a cell in its epoch, with the offer or the accept */
#define seal_in(x, k) \
  assert(side[x].snd[k] < 8); \
  if \
  :: used[x * SECRETS + k] & (1 << side[x].snd[k]) -> assert(RANDOM && restored && victim == x) /* KEY */ \
  :: else -> used[x * SECRETS + k] = used[x * SECRETS + k] | (1 << side[x].snd[k]) \
  fi; \
  if \
  :: x == S -> send(x, CELL, k, side[x].snd[k], (k == side[x].ses -> side[x].ses_off : side[x].off), 0, 0) \
  :: else -> send(x, CELL, k, side[x].snd[k], (k == side[x].cur && side[x].nxt -> side[x].acc : 0), 0, 0) \
  fi; \
  side[x].snd[k]++

#define begin(x) \
  if \
  :: side[x].ask == 0 && !quarantined(x) -> \
     draw(side[x].ask); \
     side[x].ask_named = (x == S -> newest(x) : side[x].cur); \
     asked = asked || !calm \
  :: else \
  fi

/* What cannot be opened goes on to come: under the newest key, then under the anchor, and so on. */
#define begin_again(x) \
  if \
  :: quarantined(x) \
  :: !quarantined(x) && side[x].ask && side[x].ask_named != side[x].anchor -> \
     draw(side[x].ask); side[x].ask_named = side[x].anchor \
  :: else -> side[x].ask = 0; begin(x) \
  fi

#define question(x) \
  send(x, QUESTION, side[x].ask_named, 0, side[x].ask, num[newest(x)], 0)
#define answer(x) \
  send(x, ANSWER, side[x].ses_named, 0, side[x].ans, side[x].ans_q, side[x].ses_stale)

#define END_SESSION(x) side[x].ses = 0; side[x].ses_off = 0; side[x].ses_named = 0; side[x].ses_stale = 0; side[x].ses_old = 0; \
  side[x].ses_spoken = 0; side[x].ses_heard = 0

#define step(x) \
  /* the first valid cell of nxt */ \
  gone[x] = gone[x] | (1 << side[x].cur); /* GONE */ \
  side[x].cur = side[x].nxt; side[x].nxt = 0; side[x].acc = 0; \
  side[x].floor = num[side[x].cur]; \
  side[x].ask = 0; side[x].ask_named = 0; \
  if \
  :: side[x].ses && !side[x].ses_stale && num[side[x].ses] <= num[side[x].cur] -> \
     END_SESSION(x); side[x].ans = 0 \
  :: else \
  fi

#define become(x) \
  /* the session becomes the channel */ \
  assert((!side[x].ses_stale && !side[x].ses_old) || human); /* STALE */ \
  gone[x] = gone[x] | (1 << side[x].cur) | (side[x].nxt -> 1 << side[x].nxt : 0); \
  side[x].floor = (side[x].ses_stale -> num[side[x].ses] : num[side[x].ses_named]); \
  if :: side[x].ses_stale -> side[x].ring = 0; side[x].anchor = side[x].ses :: else fi; \
  side[x].cur = side[x].ses; side[x].nxt = 0; side[x].acc = 0; side[x].off = side[x].ses_off; \
  side[x].ring = side[x].ring | (1 << side[x].cur); \
  END_SESSION(x); \
  side[x].ask = 0; side[x].ask_named = 0; side[x].ans = 0; side[x].ans_q = 0

/* Message m arrives at x. `opened`: it was a cell of the channel. `deaf`: nothing opens it. */
Message m; byte i, k, n; bit deaf, owes[2], moved[2], first;
#define alive(x) (m.key == side[x].cur || m.key == side[x].nxt || m.key == side[x].ses)

#define hear_cell(x) \
  if \
  :: alive(x) && m.idx >= side[x].rcv[m.key] -> \
     assert(!(gone[x] & (1 << m.key)) || (restored && victim == x)); /* ONCE */ \
     assert(!(got[x * SECRETS + m.key] & (1 << m.idx)) || restored); /* ONCE, too */ \
     got[x * SECRETS + m.key] = got[x * SECRETS + m.key] | (1 << m.idx); \
     side[x].rcv[m.key] = m.idx + 1; \
     opened = 1; \
     if \
     :: m.key == side[x].ses -> \
        side[x].ses_heard = 1; \
        if :: !side[x].ses_stale -> become(x) :: else -> opened = 0 fi /* QUARANTINE */ \
     :: m.key == side[x].nxt -> step(x) \
     :: else \
     fi; \
     if \
     :: opened && x == C && side[x].nxt == 0 && m.key == side[x].cur -> /* one accept for one offer */ \
        draw(side[x].acc); \
        derive(side[x].nxt, side[x].cur, m.val, side[x].acc, num[side[x].cur] + 1); \
        side[x].ring = side[x].ring | (1 << side[x].nxt) \
     :: opened && x == S && side[x].nxt == 0 && m.key == side[x].cur && m.val -> \
        derive(side[x].nxt, side[x].cur, side[x].off, m.val, num[side[x].cur] + 1); \
        side[x].ring = side[x].ring | (1 << side[x].nxt); \
        draw(side[x].off) \
     :: else \
     fi; \
     if :: opened && x == C -> owes[x] = 1 :: else fi \
  :: alive(x) && m.idx < side[x].rcv[m.key] /* a replay */ \
  :: else -> deaf = 1 \
  fi

#define hear_question(x) \
  if \
  :: side[x].ring & (1 << m.key) -> \
     n = (num[m.key] < side[x].floor); /* stale */ \
     if \
     :: side[x].ans_q == m.val -> if :: side[x].ses && !side[x].ses_heard -> owes[x] = 1 :: else fi \
     :: side[x].ans_q != m.val && n && side[x].ses && side[x].ses_stale && side[x].ses_heard \
     :: else -> \
        draw(side[x].ans); side[x].ans_q = m.val; \
        derive(side[x].ses, m.key + 20, m.val, side[x].ans, (num[newest(x)] > m.aux -> num[newest(x)] : m.aux) + 1); \
        side[x].ses_named = m.key; side[x].ses_stale = n; side[x].ses_old = (num[m.key] < side[x].floor); \
        side[x].ses_spoken = 0; side[x].ses_heard = 0; \
        if :: x == S -> draw(side[x].ses_off) :: else -> side[x].ask = 0; side[x].ask_named = 0 fi; \
        owes[x] = 1; moved[x] = 1 \
     fi \
  :: else -> deaf = 1 \
  fi

#define hear_answer(x) \
  if \
  :: side[x].ask && m.aux == side[x].ask && m.key == side[x].ask_named -> \
     derive(side[x].ses, m.key + 20, m.aux, m.val, 0); \
     side[x].ses_named = m.key; side[x].ses_stale = m.stale; side[x].ses_old = 0; \
     side[x].ses_spoken = !m.stale; side[x].ses_heard = 1; \
     if :: x == S -> draw(side[x].ses_off) :: else fi; \
     if :: !m.stale -> side[x].ring = side[x].ring | (1 << side[x].ses) :: else fi; \
     side[x].ask = 0; side[x].ask_named = 0; side[x].ans = 0; \
     first = (x == C); /* CH-43 */ \
     moved[x] = 1 \
  :: else -> deaf = 1 \
  fi

#define arrive(x, slot) \
  MOVE(m, net[slot]); \
  opened = 0; deaf = 0; \
  if \
  :: m.kind == CELL -> hear_cell(x) \
  :: m.kind == QUESTION -> hear_question(x) \
  :: m.kind == ANSWER -> hear_answer(x) \
  :: else \
  fi; \
  m.kind = NOTHING; m.key = 0; m.idx = 0; m.val = 0; m.aux = 0; m.stale = 0; n = 0; i = 0; k = 0

#define humans() \
  /* they compare words, once both know of the session */ \
  if \
  :: quarantined(S) && quarantined(C) && side[S].ses == side[C].ses -> human = 1; become(S); become(C); human = 0 \
  :: else \
  fi

/* What a side sends next. */
#define say(x) \
  if \
  :: owes[x] && side[x].ans && side[x].ses && !side[x].ses_heard -> answer(x) \
  :: side[x].ask -> question(x) \
  :: true -> k = speaks(x); seal_in(x, k); k = 0 \
  :: quarantined(x) -> k = side[x].ses; seal_in(x, k); k = 0 \
  fi; \
  owes[x] = 0

#define BACKUP(to, from) to.cur = from.cur; to.nxt = from.nxt; to.off = from.off; to.acc = from.acc; to.ses = from.ses; \
  to.ses_off = from.ses_off; to.ses_named = from.ses_named; to.ses_stale = from.ses_stale; \
  to.ses_spoken = from.ses_spoken; to.ses_heard = from.ses_heard; to.ses_old = from.ses_old; to.ask = from.ask; \
  to.ask_named = from.ask_named; to.ans = from.ans; to.ans_q = from.ans_q; \
  to.floor = from.floor; to.ring = from.ring; to.anchor = from.anchor; \
  i = 0; do :: i < SECRETS -> to.snd[i] = from.snd[i]; to.rcv[i] = from.rcv[i]; i++ :: else -> break od; i = 0


/* A round trip in the calm. */
#define round() \
  heard[S] = 0; heard[C] = 0; moved[S] = 0; moved[C] = 0; \
  if :: side[S].ask -> question(S); arrive(C, 0) :: else fi; \
  if :: quarantined(S) -> k = side[S].ses; seal_in(S, k); arrive(C, 0) :: else fi; \
  k = speaks(S); seal_in(S, k); arrive(C, 0); heard[C] = opened; \
  if :: !heard[C] && !moved[C] -> begin_again(C) :: else fi; \
  if :: heard[C] -> k = speaks(C); seal_in(C, k); arrive(S, 2); heard[S] = opened :: else fi; \
  if :: owes[C] && side[C].ans && side[C].ses && !side[C].ses_heard -> answer(C); arrive(S, 2) :: else fi; \
  if :: side[C].ask -> question(C); arrive(S, 2) :: else fi; \
  if :: owes[S] && side[S].ans && side[S].ses && !side[S].ses_heard -> answer(S); arrive(C, 0) :: else fi; \
  if \
  :: first && side[C].ses -> k = side[C].ses; seal_in(C, k); arrive(S, 2); heard[S] = heard[S] || opened \
  :: else \
  fi; \
  owes[S] = 0; owes[C] = 0; first = 0; \
  if :: !heard[S] && !moved[S] -> begin_again(S) :: else fi; \
  assert(restored || asked || (heard[S] && heard[C])); /* NEEDLESS */ \
  humans()

active proctype world() {
  byte rounds;
  d_step {
    num[1] = 0; par[1] = 1;
    side[S].cur = 1; side[C].cur = 1; side[S].ring = 2; side[C].ring = 2; side[S].anchor = 1; side[C].anchor = 1;
    draw(side[S].off)
  }
  atomic { if :: victim = S :: victim = C :: true fi };
  do
  :: sealed < SEALS -> atomic { sealed++; say(S) }
  :: sealed < SEALS -> atomic { sealed++; say(C) }
  :: net[0].kind != NOTHING -> atomic { arrive(C, 0) }
  :: net[1].kind != NOTHING -> atomic { arrive(C, 1) }
  :: net[2].kind != NOTHING -> atomic { arrive(S, 2) }
  :: net[3].kind != NOTHING -> atomic { arrive(S, 3) }
  :: !asked -> atomic { begin(S) }
  :: !asked -> atomic { begin(C) }
  :: victim == S && !copied -> atomic { copied = 1; BACKUP(copy, side[S]) }
  :: victim == C && !copied -> atomic { copied = 1; BACKUP(copy, side[C]) }
  :: victim == S && copied && !restored -> atomic { restored = 1; BACKUP(side[S], copy); owes[S] = 0 }
  :: victim == C && copied && !restored -> atomic { restored = 1; BACKUP(side[C], copy); owes[C] = 0 }
  :: true -> break
  od;
  first_calm = secrets; calm = 1;
  do
  :: rounds < ROUNDS -> atomic { round(); rounds++ }
  :: else -> break
  od;
  assert(heard[S] && heard[C] && side[S].cur == side[C].cur && side[S].cur >= first_calm) /* AGREE */
}
