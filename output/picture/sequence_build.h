/* The making of a sequence diagram's model, in three files: who is drawn (sequence_cast.c), what flies
 * (sequence_flights.c), what is told and timed (sequence_notes.c). Private to the sequence diagram. */
#ifndef TEARDOWN_OUTPUT_PICTURE_SEQUENCE_BUILD_H
#define TEARDOWN_OUTPUT_PICTURE_SEQUENCE_BUILD_H

#include "output/picture/sequence_model.h"

#define SEQ_NO_MOMENT G_MAXUINT

typedef struct SeqBuild {
  SeqModel *model;
  const Trace *trace;
  const PlotOptions *options;
  SimTime from, until;    /* the part that is drawn, inclusive */
  GHashTable *host_of;    /* Name to index + 1 */
  GHashTable *conns;      /* Names of the connections that are drawn */
  GHashTable *lane_of;    /* (host Name, conn Name) to lane + 1 */
  GHashTable *ends_taken; /* HistoryEnd to the instant (gint64 *) when another one takes its lane */
  guint *moment_of;       /* for each record, or SEQ_NO_MOMENT */
} SeqBuild;

/* Hosts, connections and lanes. FALSE with `error`. */
gboolean seq_build_cast(SeqBuild *build, GError **error);
/* Moments: which records are drawn, and at which moment. FALSE if there is none. */
gboolean seq_build_moments(SeqBuild *build);
void seq_build_stays(SeqBuild *build);
void seq_build_arrows(SeqBuild *build);
void seq_build_notes(SeqBuild *build);
void seq_build_brackets(SeqBuild *build);

/* FALSE if the host is not drawn. */
gboolean seq_host_find(const SeqBuild *build, Name name, unsigned *ret_host);
/* Whether that connection is drawn; 0, no connection, always is. */
gboolean seq_conn_shown(const SeqBuild *build, Name conn);
/* 0 if it is unknown. */
unsigned seq_lane_find(const SeqBuild *build, Name host, Name conn);
/* The name of a connection, in the middle of which something may be left out; clean. "" for none. */
char *seq_conn_name(const SeqBuild *build, Name conn);
/* "CONN: TEXT" where there are several connections, clean. */
char *seq_prefixed(const SeqBuild *build, Name conn, const char *text);

/* The last moment, where the drawn part ends. */
unsigned seq_last_moment(const SeqBuild *build);
/* The first moment at or after `t`, within the drawn part. */
unsigned seq_moment_at(const SeqBuild *build, SimTime t);

gint64 *seq_key_new(Name host, guint32 other);

#endif
