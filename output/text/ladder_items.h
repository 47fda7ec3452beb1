/* What a ladder shows, before it is known where: the hosts that get a lifeline, and in order of time what stands beside
 * them and what flies between them. Texts are clean, ready to draw. Made from a History, which it borrows nothing of
 * once built. */
#ifndef TEARDOWN_OUTPUT_TEXT_LADDER_ITEMS_H
#define TEARDOWN_OUTPUT_TEXT_LADDER_ITEMS_H

#include "output/text/history.h"
#include "output/text/style.h"
#include "output/text/words.h"

typedef enum {
  LADDER_NOTE,      /* beside a lifeline */
  LADDER_FLIGHT,    /* a whole arrow, lost ones too; where it lands, a LADDER_LANDING follows */
  LADDER_LANDING,   /* the instant of a whole arrow's arrival: nothing to draw, but a row of its time */
  LADDER_DEPARTURE, /* the first half of an arrow that something crosses or overtakes */
  LADDER_ARRIVAL,   /* its second half */
  LADDER_LINK,      /* something happens to the link between two hosts */
} LadderKind;

typedef struct LadderItem {
  SimTime t;
  LadderKind kind;
  unsigned host; /* NOTE, LANDING, ARRIVAL: where; FLIGHT, DEPARTURE: the sender; LINK: one end */
  unsigned peer; /* the other end, where there is one */
  TextAttr attr;
  char *text;      /* NOTE, LINK */
  gboolean minor;  /* NOTE: may be broken into lines, and an arrow that follows need not wait for it */
  int lifeline;    /* NOTE: how the lifeline goes on from here, a TcpState, or -1 for no change */
  unsigned flight; /* index, for arrows */
} LadderItem;

typedef struct LadderFlight {
  char *labels[WORDS_SEGMENT_LEVELS]; /* from the fullest to the shortest */
  char *aside;                        /* what the network did to it: "lost: fault 1", or NULL */
  char *letter;                       /* ties the two halves together; NULL for a whole arrow */
  TextAttr attr;
  gboolean dashed;  /* a pure ACK */
  gboolean lost;    /* ends in a cross, */
  unsigned lost_at; /* so far on its way, in percent */
  gboolean mid_air; /* begins on the way: a copy, a forgery */
} LadderFlight;

typedef struct LadderHost {
  char *name, *address; /* address may be empty */
  gboolean single;      /* has one end of one connection, so its lifeline shows that end's state */
} LadderHost;

typedef struct LadderItems {
  GArray *hosts;     /* of LadderHost */
  GArray *start;     /* of LadderItem: how things are at the start; notes only */
  GArray *items;     /* of LadderItem, by time */
  GArray *flights;   /* of LadderFlight */
  unsigned left_out; /* hosts beyond `max_hosts` that got no lifeline */
  TextTimeUnit unit; /* the coarsest that shows every instant exactly */
  SimTime idle;      /* a longer pause than this is worth a row */
} LadderItems;

/* At most `max_hosts` (at least 1) lifelines, the first in the order of the trace's header. */
LadderItems *ladder_items_new(const Trace *trace, const History *history, const TextStyle *style, unsigned max_hosts);
void ladder_items_free(LadderItems *items);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LadderItems, ladder_items_free)

#endif
