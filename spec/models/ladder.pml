/* SPDX-License-Identifier: ISC */
/*
 * Ladder and quorum (spec/07-contact.md §4 to §6, spec/16-peers.md §6 and §8): the engine of one contact, A, among hostile and honest
 * others. What holds of A holds of every honest contact: each is the A of his own model.
 *
 *   she     makes check-ins when she likes, late ones too, and one SOS; at any time she is silenced, for ever
 *   holder  has her phone then, not her secret: beats and cancels
 *   R1      hostile relay: delivers, delays, withholds and replays what he likes, and lies when asked for a proof
 *   R2      relay of another operator: honest, down when it likes, even for ever
 *   M       hostile contact, who runs R1 and shares a group with A: votes, claims and confirms as he likes
 *   A, B    honest humans of groups that do not meet; A claims and declines as he likes, both confirm only while she is free
 *   B       votes: where he reads at R1, what R1 makes him; where he reads at R2 only, what is true and R2 proves
 *
 * Abstractions. Time goes in rounds: she, relays, people, then A's clock. A check-in is known by its age; ages saturate at the end of
 * grace, so runs are infinite and states are few (a check-in heard when it is older than that moves nothing, and is left out). OVERDUE
 * is part of FINE, since it raises nothing. The two proofs of a path are one. Clocks are right. Duress and wrong secrets raise as an
 * SOS does. Three levels, the last one everybody's; claims and the pause between rings last one round.
 *
 * Each `ltl` holds for every behaviour of all of them, fair or not, but where it says what it assumes. Assertions:
 *   RELEASE-LATE    no share goes out but after she was silent beyond her grace, and none once a newer check-in was heard
 *   RELEASE-QUORUM  none before A's own clock says missed by a path of its own, and the quorum says so, too
 *   CLOSE           no single party closes an incident, nor do M, R1 and holder together
 *   HOLD            nobody holds the last level, nor more levels than claims_max
 *
 * What is expected, and mutants in which it must fail: ladder.expect.
 */
#define DUE    2 /* rounds from a check-in to the next deadline */
#define GATE   3 /* and its grace; ages saturate here */
#define CEILING 1
#define CLAIMS 2
#define QUORUM 2
#define LAST   3
#define SHARES 2 /* the level that releases */

mtype = { FINE, SUSPECT, MISSED, ALARM, CLAIMED, RESUMED };
mtype st = FINE;

/* the world */
bit silenced, r2_up, b_honest, m_votes;
byte made;                    /* age of her newest check-in */
byte sos;                     /* 0 none, 1 made, 2 heard by A */
bit after_sos;                /* her newest check-in was made after it */

/* A */
byte inc;                     /* 0 none, 1 missed, 2 alarm */
byte ha, da;                  /* ages: newest check-in heard, base of the deadline */
byte sus, lv, lt, used, own_level, m_level;
bit ring, claim, hold, holds, blind, p1, p2;
bit safe, ca, cb, cm;         /* safe check-in; confirmed by A, B, M */
bit vb, released;             /* B's vote; shares of A went out */

/* what is true, whatever A thinks; what just happened */
bit late, true_safe, true_a, true_b;
bit told, rang_top, closed;     /* A's human heard something; the last level rang */

#define running (st == MISSED || st == ALARM || st == CLAIMED)
#define back_to (inc == 2 -> ALARM : MISSED)

inline forget() { safe = 0; ca = 0; cb = 0; cm = 0; true_safe = 0; true_a = 0; true_b = 0 }

inline enter(to) { st = to; if :: st != CLAIMED -> holds = 0; claim = 0 :: else fi }

inline trigger(kind) { /* an incident opens, or is raised again */
  if :: kind > inc -> inc = kind :: else fi;
  blind = 0; forget()
}

inline miss(is_blind) { trigger(1); blind = is_blind; lv = 0; lt = 0; sus = 0; ring = 0; enter(MISSED) }

inline come_back() {
  sus = 0;
  if
  :: inc != 0 -> enter(RESUMED); ring = 1; told = 1
  :: else -> enter(FINE)
  fi
}

inline settle() {
  if
  :: (safe && (ca || cb || cm)) || (cb && (ca || cm)) -> /* A and M share a group */
     assert(true_safe + true_a + true_b + cm >= 2); /* CLOSE */
     closed = 1;
     if :: !safe -> da = 0 :: else fi; /* the deadlines start anew */
     inc = 0; blind = 0; lv = 0; lt = 0; sus = 0; ring = 0; used = 0; own_level = 0; m_level = 0; hold = 0;
     p1 = 0; p2 = 0; vb = 0; released = 0; forget(); enter(FINE)
  :: else
  fi
}

/* A hears her newest check-in; one that is not newer than the newest that he knows is dropped */
inline hear() {
  if
  :: made < ha ->
     ha = made; da = made; p1 = 0; p2 = 0; vb = 0; late = 0; released = 0;
     if
     :: st == SUSPECT -> come_back()
     :: (st == MISSED || st == CLAIMED) && inc == 1 && da < DUE -> come_back()
     :: else
     fi;
     if
     :: st == RESUMED || (inc == 2 && after_sos) -> safe = 1; true_safe = 1; settle()
     :: else
     fi
  :: else
  fi
}

inline hear_sos() {
  if
  :: sos == 1 ->
     sos = 2; sus = 0;
     if :: inc == 0 -> lt = 0 :: else fi;
     trigger(2); ring = 0; enter(ALARM)
  :: else
  fi
}

inline know() { /* suspicion becomes knowledge (07 §5.1) */
  if
  :: st == SUSPECT -> miss(0)
  :: else -> blind = 0
  fi
}

inline she() {
  if
  :: !silenced -> made = 0; after_sos = (sos == 1 || inc == 2)
  :: !silenced && sos == 0 -> sos = 1
  :: !silenced -> silenced = 1
  :: true /* HOLDER */
  fi
}

inline r2() {
  if
  :: true -> /* what waits on her phone goes out as soon as it can */
     r2_up = 1;
     if :: !silenced -> hear(); hear_sos() :: else fi
  :: true
  fi
}

inline r1() {
  if
  :: true -> hear()
  :: true -> hear_sos()
  :: true
  fi
}

inline proofs() {
  if
  :: da >= GATE && st != FINE && st != RESUMED ->
     if :: p1 = 1 :: true fi; /* R1 says what he likes */
     if :: r2_up -> p2 = 1 :: else fi;
     if :: p1 || p2 -> know() :: else fi;
     if :: b_honest && made >= GATE && r2_up -> vb = 1 :: !b_honest -> vb = 1 :: true fi
  :: else
  fi
}

inline honest() {
  if
  :: vb && (st == SUSPECT || blind) -> know() /* B's vote */
  :: running && !(st == CLAIMED && holds) -> /* A claims */
     holds = (st != CLAIMED && used < CLAIMS && lv + 1 < LAST && own_level != lv + 1);
     if :: holds -> used++; own_level = lv + 1 :: else fi;
     st = CLAIMED; claim = 1
  :: st == CLAIMED -> enter(back_to); ring = 0 /* he declines */
  :: inc != 0 && !silenced -> ca = 1; true_a = 1; settle()
  :: inc != 0 && !silenced -> cb = 1; true_b = 1; settle()
  :: true
  fi
}

inline hostile() {
  if
  :: st == SUSPECT || blind -> know() /* his vote may name any statement */
  :: inc != 0 -> cm = 1; settle() /* M-CONFIRM */
  :: running && lv > 0 && lv + 1 < LAST && used < CLAIMS && m_level != lv + 1 -> used++; m_level = lv + 1; hold = 1
  :: true
  fi
}

inline clock() {
  if :: made < GATE -> made++ :: else fi;
  if :: ha < GATE -> ha++ :: else fi;
  if :: da < GATE -> da++ :: else fi;
  if :: made >= GATE || silenced -> late = 1 :: else fi;
  assert(!((hold || holds) && lv == LAST) && used <= CLAIMS); /* HOLD */
  if
  :: st == SUSPECT && sus >= CEILING -> miss(1)
  :: st == SUSPECT && sus < CEILING -> sus++; told = 1 /* UNSURE */
  :: (st == FINE || st == RESUMED) && da >= GATE -> enter(SUSPECT); ring = 0
  :: st == CLAIMED && !claim -> enter(back_to); ring = 0
  :: else -> claim = 0
  fi;
  if
  :: running && lv < LAST && lt >= lv && ((!hold && !holds) || lt >= LAST - 1) -> /* level i begins i rounds after the first */
     lv++; ring = 1; told = 1; rang_top = (lv == LAST)
  :: else ->
     if
     :: st == RESUMED || st == MISSED || st == ALARM ->
        if
        :: ring -> ring = 0
        :: else -> ring = 1; told = 1; rang_top = (lv == LAST && st != RESUMED)
        fi
     :: else
     fi
  fi;
  if :: running && lt < LAST - 1 -> lt++ :: else fi;
  if :: lv == LAST -> holds = 0 :: else fi;
  hold = 0
}

/* 16 §8. A voter whose relays are all of one operator proves the silence through it, unless he runs a relay himself. */
inline release() {
  if
  :: !released && running && da >= GATE && !blind && lv >= SHARES &&
     (p1 || p2) && /* a path of its own */
     1 + vb + m_votes >= QUORUM &&
     (p1 || (vb && !b_honest)) && (p2 || (vb && b_honest)) -> /* TWO-OPERATORS */
     assert(late); /* RELEASE-LATE */
     assert((p1 || p2) && !blind && vb + m_votes >= 1); /* RELEASE-QUORUM */
     released = 1
  :: else
  fi;
  m_votes = 0
}

active proctype world() {
  atomic { if :: b_honest = 1 :: true fi };
  do
  :: atomic { told = 0; rang_top = 0; closed = 0; she(); r2() };
     atomic { r1(); proofs() };
     atomic { honest(); hostile() };
     atomic { if :: m_votes = 1 :: true fi; d_step { clock(); release(); r2_up = 0 } }
  od
}

#define acts_at_top (st == CLAIMED && lv == LAST) /* A's human says that he acts, after the last level rang */

/* whoever is silenced is heard of at the last level, again and again, even if no relay ever works, and whatever M and R1 do */
ltl silence { [] (silenced -> <> (rang_top || acts_at_top)) }
/* an alarm reaches the last level, or is closed */
ltl alarm { [] (inc == 2 -> <> (rang_top || acts_at_top || closed)) }
/* no silent end state: a human hears of it, it is closed, or nothing was the matter */
ltl never_silent { [] (st != FINE -> <> (told || closed || st == FINE || st == CLAIMED)) }
/* fair delivery: an SOS is heard, if she is not silenced before and R2 works again and again */
ltl sos_heard { ([]<> r2_up && [] !silenced) -> [] (sos > 0 -> <> (sos == 2)) }
/* reachable, so expected to be false: shares are released; an incident closes; late, but back */
ltl none_released { [] !released }
ltl none_closed { [] !closed }
ltl none_back { [] (st != RESUMED) }
