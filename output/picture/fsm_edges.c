#include "output/picture/fsm_edges.h"

/* Columns and rows. */
#define L    300.0
#define C    600.0
#define R    900.0
#define Y(r) ((r)*FSM_STEP)
#define W    FSM_HALF_WIDTH
#define H    FSM_HALF_HEIGHT

#define S(state) TCP_STATE_##state

/* clang-format off */
static const FsmNode NODES[] = {
  {S(CLOSED),       {C, Y(0)}, -1, 0, 150},
  {S(LISTEN),       {C, Y(1)},  1, -5, 130},
  {S(SYN_RECEIVED), {L, Y(2)}, -1, 0, 135},
  {S(SYN_SENT),     {R, Y(2)},  1, 0, 135},
  {S(ESTABLISHED),  {C, Y(3)},  1, 0, 150},
  {S(FIN_WAIT_1),   {L, Y(4)}, -1, 0, 135},
  {S(CLOSE_WAIT),   {R, Y(4)},  1, 0, 135},
  {S(FIN_WAIT_2),   {L, Y(5)}, -1, 0, 135},
  {S(CLOSING),      {C, Y(5)},  1, 0, 84},
  {S(LAST_ACK),     {R, Y(5)},  1, 0, 135},
  {S(TIME_WAIT),    {C, Y(6)}, -1, -12, 96},
  {S(CLOSED),       {R, Y(6)},  1, 0, 135},
};
/* clang-format on */

/* clang-format off */
static const FsmEdge EDGES[] = {
  {S(CLOSED), S(LISTEN), "passive OPEN", "create TCB",
   {{C - 22, Y(0) + H}, {C - 22, Y(1) - H}}, 2, {C - 34, Y(0.5)}, ALIGN_RIGHT, FALSE, 0.5},
  {S(LISTEN), S(CLOSED), "CLOSE", "delete TCB",
   {{C + 22, Y(1) - H}, {C + 22, Y(0) + H}}, 2, {C + 34, Y(0.5)}, ALIGN_LEFT, FALSE, 0.5},
  {S(CLOSED), S(SYN_SENT), "active OPEN", "create TCB, snd SYN",
   {{C + W, Y(0) - 8}, {R + 24, Y(0) - 8}, {R + 24, Y(2) - H}}, 3, {R + 38, Y(1)}, ALIGN_LEFT, FALSE, 0.6},
  {S(SYN_SENT), S(CLOSED), "CLOSE", "delete TCB",
   {{R - 24, Y(2) - H}, {R - 24, Y(0) + 9}, {C + W, Y(0) + 9}}, 3, {R - 36, Y(0) + 42}, ALIGN_RIGHT, FALSE, 0.3},
  {S(LISTEN), S(SYN_RECEIVED), "rcv SYN", "snd SYN,ACK",
   {{C - W, Y(1) + 8}, {L + W, Y(2) - 10}}, 2, {L + 124, Y(1) + 40}, ALIGN_RIGHT, FALSE, 0.5},
  {S(LISTEN), S(SYN_SENT), "SEND", "snd SYN",
   {{C + W, Y(1) + 8}, {R - W, Y(2) - 10}}, 2, {R - 124, Y(1) + 40}, ALIGN_LEFT, FALSE, 0.5},
  {S(SYN_RECEIVED), S(LISTEN), "rcv RST", "(after a passive OPEN)",
   {{L - 24, Y(2) - H}, {L - 24, Y(1) - 10}, {C - W, Y(1) - 10}}, 3, {L + 88, Y(1) - 10}, ALIGN_CENTRE, TRUE, 0.15},
  {S(SYN_SENT), S(SYN_RECEIVED), "rcv SYN", "snd SYN,ACK",
   {{R - W, Y(2)}, {L + W, Y(2)}}, 2, {C, Y(2)}, ALIGN_CENTRE, TRUE, 0.8},
  {S(SYN_RECEIVED), S(ESTABLISHED), "rcv ACK of SYN", NULL,
   {{L + W, Y(2) + 13}, {C - 30, Y(3) - H}}, 2, {L + 132, Y(2) + 58}, ALIGN_RIGHT, FALSE, 0.5},
  {S(SYN_SENT), S(ESTABLISHED), "rcv SYN,ACK", "snd ACK",
   {{R - W, Y(2) + 13}, {C + 30, Y(3) - H}}, 2, {R - 132, Y(2) + 58}, ALIGN_LEFT, FALSE, 0.5},
  {S(SYN_RECEIVED), S(FIN_WAIT_1), "CLOSE", "snd FIN",
   {{L - 24, Y(2) + H}, {L - 24, Y(4) - H}}, 2, {L - 38, Y(3)}, ALIGN_RIGHT, FALSE, 0.35},
  {S(ESTABLISHED), S(FIN_WAIT_1), "CLOSE", "snd FIN",
   {{C - 30, Y(3) + H}, {L + W, Y(4) - 9}}, 2, {L + 132, Y(3) + 50}, ALIGN_RIGHT, FALSE, 0.5},
  {S(ESTABLISHED), S(CLOSE_WAIT), "rcv FIN", "snd ACK",
   {{C + 30, Y(3) + H}, {R - W, Y(4) - 9}}, 2, {R - 132, Y(3) + 50}, ALIGN_LEFT, FALSE, 0.5},
  {S(FIN_WAIT_1), S(FIN_WAIT_2), "rcv ACK of FIN", NULL,
   {{L - 24, Y(4) + H}, {L - 24, Y(5) - H}}, 2, {L - 44, Y(4.5)}, ALIGN_RIGHT, FALSE, 0.45},
  {S(FIN_WAIT_1), S(CLOSING), "rcv FIN", "snd ACK",
   {{L + W, Y(4) + 9}, {C - 30, Y(5) - H}}, 2, {L + 196, Y(4) + 30}, ALIGN_LEFT, FALSE, 0.5},
  {S(FIN_WAIT_2), S(TIME_WAIT), "rcv FIN", "snd ACK",
   {{L - 24, Y(5) + H}, {L - 24, Y(6) + 13}, {C - W, Y(6) + 13}}, 3, {L + 40, Y(6) + 13}, ALIGN_CENTRE, TRUE, 0.16},
  {S(CLOSING), S(TIME_WAIT), "rcv ACK of FIN", NULL,
   {{C, Y(5) + H}, {C, Y(6) - H}}, 2, {C + 20, Y(5.5)}, ALIGN_LEFT, FALSE, 0.45},
  {S(CLOSE_WAIT), S(LAST_ACK), "CLOSE", "snd FIN",
   {{R + 24, Y(4) + H}, {R + 24, Y(5) - H}}, 2, {R + 44, Y(4.5)}, ALIGN_LEFT, FALSE, 0.45},
  {S(LAST_ACK), S(CLOSED), "rcv ACK of FIN", NULL,
   {{R + 24, Y(5) + H}, {R + 24, Y(6) - H}}, 2, {R + 44, Y(5.5)}, ALIGN_LEFT, FALSE, 0.45},
  {S(TIME_WAIT), S(CLOSED), "2 MSL over", "delete TCB",
   {{C + W, Y(6)}, {R - W, Y(6)}}, 2, {C + W + 56, Y(6)}, ALIGN_CENTRE, TRUE, 0.78},
};
/* clang-format on */

const FsmEdge *fsm_edges(size_t *ret_n) {
  *ret_n = sizeof EDGES / sizeof EDGES[0];
  return EDGES;
}

const FsmNode *fsm_nodes(size_t *ret_n) {
  *ret_n = sizeof NODES / sizeof NODES[0];
  return NODES;
}
