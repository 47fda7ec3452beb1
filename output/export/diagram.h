/* A trace as the rows of a sequence diagram, from which the writers for Mermaid, PlantUML and mscgen print theirs: they
 * differ in how they write a row, and in what they have to escape. What a row says is what the ladder says. */
#ifndef TEARDOWN_OUTPUT_EXPORT_DIAGRAM_H
#define TEARDOWN_OUTPUT_EXPORT_DIAGRAM_H

#include "trace/trace.h"

typedef enum {
  DIAGRAM_STATE,   /* a state that `from` enters */
  DIAGRAM_NOTE,    /* what happens at `from`: a call, a refusal */
  DIAGRAM_LINK,    /* what happens to the link between `from` and `to` */
  DIAGRAM_PAUSE,   /* time passes in which nothing happens */
  DIAGRAM_MESSAGE, /* a segment that leaves and arrives */
  DIAGRAM_LOST,    /* one that does not arrive */
  DIAGRAM_DEPART,  /* a segment that crosses another, or is overtaken, leaves; */
  DIAGRAM_ARRIVE,  /* and arrives */
} DiagramKind;

typedef struct DiagramRow {
  DiagramKind kind;
  unsigned from, to; /* indices of participants */
  guint partner;     /* DEPART: the row in which it arrives, or G_MAXUINT; ARRIVE: in which it left */
  gboolean dashed;   /* a segment that is nothing but an acknowledgment */
  gboolean bad;      /* something is lost, refused or reset */
  TcpState state;    /* of a STATE */
  char *text;        /* one clean line, its time first; never empty */
} DiagramRow;

typedef struct Diagram {
  char *title;       /* one clean line; may be empty */
  GPtrArray *lines;  /* of char *, the title in lines of DIAGRAM_TITLE_WIDTH columns */
  GPtrArray *names;  /* of char *, of the participants; clean */
  GPtrArray *abouts; /* of char *, a line more on each, may be empty; clean */
  GArray *rows;      /* of DiagramRow */
  /* The participant between the first two that stands for the network: where copies and forgeries come from, and
   * segments that cross are while they cross. Not among `names`; DIAGRAM_NETWORK is its index. */
  gboolean has_crossing; /* some row is a DEPART or ARRIVE */
  gboolean has_midair;   /* some segment comes from DIAGRAM_NETWORK */
} Diagram;

#define DIAGRAM_NETWORK G_MAXUINT

/* Texts are cut to this many columns. */
#define DIAGRAM_TEXT_MAX    300
#define DIAGRAM_TITLE_WIDTH 80

Diagram *diagram_new(const Trace *trace);
void diagram_free(Diagram *diagram);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Diagram, diagram_free)

/* The background of a state's box, "#RRGGBB". */
const char *diagram_colour(TcpState state);

#endif
