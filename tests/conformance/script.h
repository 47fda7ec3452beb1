/* Conformance tests as scripts, after packetdrill: what happens to one TCP, and exactly what it does about it. A script
 * is a text of steps, each ended by a semicolon or the end of the text.
 *
 *   profile linux      set time_wait 2s      rtt 100ms      peer mss 1000      peer win 65535      read off
 *   peer sack          peer timestamps
 *                      before the connection: its parameters; `peer` is what the peer announces or offers; `read off`
 *                      stops the application from reading all data at once (`read on`: from now on it does)
 *   in FIN-WAIT-1      brings a connection into a state by the shortest legal route, itself a script
 *                      (SYN-RECEIVED comes from LISTEN, SYN-RECEIVED/active from a simultaneous open)
 *   new end            a connection end in CLOSED, for the OPEN calls
 *   open active, open passive, send 100, receive 100, close, shutdown, abort
 *                      user calls; `close` also stops reading, `shutdown` does not. `-> error closing` (or exists,
 *                      not open, no room): the call fails; `receive 9 -> 5`, `-> 5 eof`, `-> 0`: what it gives
 *   crash, stop reading, keepalive, linger2 20, take over
 *                      the host crashes; SHUT_RD; SO_KEEPALIVE; TCP_LINGER2, -1 for off; another connect() takes this
 *                      TIME-WAIT over
 *   need room          another connection of the host needs a TCB
 *   listener           the port has a listener beside the connection: a SYN may end TIME-WAIT ("! reopened")
 *   < F. 1:1(0) ack 1 win 1000 <mss 1460>      a segment arrives; numbers are relative and may be negative
 *   +200ms             time passes
 *   > . 2:2(0) ack 2   this segment left next; win and <options> are compared when they are given
 *   = FIN-WAIT-2 TIME-WAIT      these states were entered since the last look; none: it is still in this one
 *   ! data 100 eof     the application was told this
 *   ~ retransmission 1s         these timers run, with this long to go; `~ none`
 *   x sequence         the last event's segment was refused by this check
 *
 * Silence is a claim too: a segment, a state or a notice that no step names fails the script. Each script runs with
 * several pairs of initial sequence numbers, so that SYN, data and FIN also straddle zero and 2^31. */
#ifndef TEARDOWN_TESTS_CONFORMANCE_SCRIPT_H
#define TEARDOWN_TESTS_CONFORMANCE_SCRIPT_H

#include <stddef.h>

typedef struct Script {
  const char *path; /* of the GLib test: section of the RFC, state, situation */
  const char *text;
} Script;

/* The main() of a test program: one test a script. With TEARDOWN_RULES_USED=FILE in the environment it appends to that
 * file a line "STATE STIMULUS GUARD" for each rule of the table that decided something. */
int scripts_main(int argc, char **argv, const Script *scripts, size_t count);

#endif
