/* Figure 5 of RFC 9293 as a drawing: where its states stand, how its arrows run, what is written beside them. The texts
 * are the figure's. Private to the diagram and its test. */
#ifndef TEARDOWN_OUTPUT_PICTURE_FSM_EDGES_H
#define TEARDOWN_OUTPUT_PICTURE_FSM_EDGES_H

#include "output/picture/drawing.h"

#include <stddef.h>

#define FSM_EDGE_POINTS 3

/* In pixels; y counts from the middle of the uppermost row. */
typedef struct FsmEdge {
  TcpState from, to;
  const char *stimulus, *action; /* action NULL: none */
  DrawingPoint points[FSM_EDGE_POINTS];
  unsigned n;
  DrawingPoint label; /* middle of its two lines; above and below a level arrow if `astride` */
  DrawingAlign align;
  gboolean astride;
  double badge; /* where the numbers stand, as a share of the arrow's length */
} FsmEdge;

typedef struct FsmNode {
  TcpState state;
  DrawingPoint centre;
  /* Where a transition that the figure lacks leaves: -1 to the left or 1 to the right, so far below the middle; and how
   * much room its text has. */
  double exit, exit_below, exit_room;
} FsmNode;

#define FSM_HALF_WIDTH  76.0
#define FSM_HALF_HEIGHT 21.0
#define FSM_STEP        112.0

const FsmEdge *fsm_edges(size_t *ret_n);
/* Each state once, and CLOSED again, last, at the lower end. */
const FsmNode *fsm_nodes(size_t *ret_n);

#endif
