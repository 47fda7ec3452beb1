/* Compares a packet that the host sent with one that the script expects; both in the script's numbers. Pure. */
#ifndef TEARDOWN_PACKETDRILL_PKT_MATCH_H
#define TEARDOWN_PACKETDRILL_PKT_MATCH_H

#include "packetdrill/pkt_script.h"

/* In which order a stack writes its options, and what it pads them with. */
typedef enum { PKT_LAYOUT_LINUX, PKT_LAYOUT_BSD } PktLayout;

typedef struct PktMatchRules {
  PktLayout layout;
  SimTime timestamp_tick;      /* TS val is compared in ticks of this; 0: it is not compared */
  SimTime timestamp_tolerance; /* by how much it may be off then */
} PktMatchRules;

/* A packet as the script would write it: numbers relative to the ISNs, options with the stack's padding. */
typedef struct PktSeen {
  TcpFlags flags; /* with ECE and CWR */
  uint32_t seq, len, ack;
  uint16_t win;
  uint16_t sport, dport;
  TcpOptions options;
} PktSeen;

/* Timestamps of the script and those of the host: the first that is seen anchors, later ones are told apart by the
 * difference; what a script wrote for a value is looked up when it echoes it. */
#define PKT_TIMESTAMPS_KEPT 32
typedef struct PktTimestamps {
  gboolean anchored;
  uint32_t script, live;
  unsigned count;
  struct {
    uint32_t script, live;
  } seen[PKT_TIMESTAMPS_KEPT];
} PktTimestamps;

void pkt_timestamps_note(PktTimestamps *timestamps, uint32_t script, uint32_t live);
/* The host's value for one the script echoes. */
uint32_t pkt_timestamps_live(const PktTimestamps *timestamps, uint32_t script);
uint32_t pkt_timestamps_script(const PktTimestamps *timestamps, uint32_t live);

/* The kinds of the options of a segment on the wire, nop and eol among them; `size` octets suffice at 40. */
unsigned pkt_option_kinds(const TcpOptions *options, gboolean syn, PktLayout layout, uint8_t *kinds, unsigned size);

/* NULL if `seen` is what `packet` asks for; else what differs, in a few words, a static string ("flags", "ack"). */
const char *pkt_match(const PktPacket *packet, const PktSeen *seen, const PktMatchRules *rules);

/* "F. 1:1(0) ack 1 win 256 <nop,nop,TS val 100 ecr 200>"; the caller frees them. */
char *pkt_seen_text(const PktSeen *seen, PktLayout layout);
char *pkt_packet_text(const PktPacket *packet);

#endif
