/* What a sequence diagram shows, before it is known where: hosts with lanes, and at moments of time the stays in
 * states, arrows, notes and timers. Made from a trace, which it borrows. Texts are clean. Private to the sequence
 * diagram. */
#ifndef TEARDOWN_OUTPUT_PICTURE_SEQUENCE_MODEL_H
#define TEARDOWN_OUTPUT_PICTURE_SEQUENCE_MODEL_H

#include "output/picture/plot.h"
#include "output/text/history.h"
#include "output/text/words.h"

/* A place on the axis of time where something happens. Two moments have the same time only where segments fly in no
 * time at all: then each such flight has a moment of its own. The first and the last are the edges of the part that is
 * drawn; nothing happens there. */
typedef struct SeqMoment {
  SimTime t;
  double y; /* set by the axis */
} SeqMoment;

typedef struct SeqHost {
  Name name;
  char *title, *address; /* address may be empty */
  unsigned n_lanes;      /* at least 1 */
  GPtrArray *lane_names; /* of char *, a lane each: the connection that begins there at the upper edge, or "" */
} SeqHost;

/* A stay of one end in one state, or of a lane in none (CLOSED). */
typedef struct SeqStay {
  unsigned host, lane;
  TcpState state;
  unsigned from, until; /* moments */
  char *name;           /* with the connection before it where there are several; NULL: not named */
  size_t record;        /* that entered it, or SIZE_MAX */
} SeqStay;

#define SEQ_LEVELS 3 /* of shortness of an arrow's label */

/* A segment on its way, or several that fly together. Fractions are of the way from host to host. */
typedef struct SeqArrow {
  unsigned from, to;           /* hosts */
  unsigned from_lane, to_lane; /* of these */
  unsigned left, ended;        /* moments */
  double begin, end;           /* fractions: 0 and 1 for a whole flight */
  gboolean arrives, dies;      /* ends in a head, in a cross; neither where the drawn part ends */
  gboolean cut_off;            /* begins before the drawn part */
  gboolean forged, copy, dashed, corrupted;
  DrawingInk ink;
  unsigned count;           /* of segments that this arrow stands for */
  unsigned rank, n_ranks;   /* among arrows that would cover each other */
  char *labels[SEQ_LEVELS]; /* from the fullest to the shortest; the same one again where there is no shorter */
  char *aside;              /* what is special about it, or NULL */
  size_t record;
} SeqArrow;

/* What an application did or was told, and other things that happen at a host; or to a link between two. */
typedef struct SeqNote {
  unsigned host, lane;
  int peer; /* the other end of a link, or -1 */
  unsigned moment;
  DrawingInk ink;
  char *text;
  size_t record;
} SeqNote;

/* A timer's span. */
typedef struct SeqBracket {
  unsigned host, lane;
  unsigned from, until; /* moments */
  DrawingInk ink;
  gboolean open_above, open_below; /* goes on beyond the drawn part */
  char *text, *brief;
  size_t record;
} SeqBracket;

typedef struct SeqModel {
  const Trace *trace;
  History *history;   /* owned */
  GArray *hosts;      /* of SeqHost, from left to right */
  GArray *moments;    /* of SeqMoment */
  GArray *stays;      /* of SeqStay */
  GArray *arrows;     /* of SeqArrow, by departure */
  GArray *notes;      /* of SeqNote, by time */
  GArray *brackets;   /* of SeqBracket, by end */
  GPtrArray *remarks; /* of char *: what is left out and why, how the run ended */
  gboolean several;   /* connections: names say which */
} SeqModel;

/* NULL with `error` if a host or connection is unknown, or nothing happens in the part. */
SeqModel *seq_model_new(const Trace *trace, const PlotOptions *options, GError **error);
void seq_model_free(SeqModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SeqModel, seq_model_free)

/* `text` (any octets) as it may be shown. */
char *seq_clean(const char *text);

#define SEQ_HOST(model, i)   (&g_array_index((model)->hosts, SeqHost, (i)))
#define SEQ_MOMENT(model, i) (&g_array_index((model)->moments, SeqMoment, (i)))

#endif
