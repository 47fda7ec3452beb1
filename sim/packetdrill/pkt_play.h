/* Plays a packetdrill script against one simulated host, in virtual time. The host is "host" in the trace, what the
 * script injects and expects goes to and comes from "wire". Nothing of the machine is touched: no command is run, no
 * socket opened.
 *
 * The rules are the tool's own: relative times count from when the event before finished; a packet, or the end of a
 * blocking call, may be off by the tolerance (4 ms, or --tolerance_usecs) or 12.5 % of the time since the event before,
 * whichever is more; a packet that the host sends and the script does not expect fails the next line that expects one;
 * what the host sends after the last line is nobody's business. */
#ifndef TEARDOWN_PACKETDRILL_PKT_PLAY_H
#define TEARDOWN_PACKETDRILL_PKT_PLAY_H

#include "packetdrill/pkt_script.h"
#include "tcp/tcp_profile.h"
#include "trace/trace.h"

typedef enum {
  PKT_PASS,
  PKT_FAIL,    /* the host did something else than the script says */
  PKT_OUTSIDE, /* the script needs something that this program does not simulate: `message` names it */
} PktVerdict;

typedef struct PktPlayOptions {
  const TcpProfile *profile; /* NULL: as the script shows (pkt_guess_profile()) */
  const TcpParams *params;   /* NULL: the profile's own */
  const char *init_command;  /* command to read before the script's own (--init), NULL: none */
  gboolean trace;            /* keep the trace; without it a run is faster */
} PktPlayOptions;

/* What became of a script. `line` is that of the event that decided, 0 for none. Texts are in the script's notation
 * and owned by the result. */
typedef struct PktResult {
  PktVerdict verdict;
  const TcpProfile *profile; /* that it was played with */
  unsigned line;
  char *message;        /* NULL for PKT_PASS; one line: "unexpected packet", "tcpi_state: ...", "MD5 signatures" */
  char *source;         /* the event as the script writes it, or NULL */
  char *expected;       /* what the script says: a packet, a result, a time; or NULL */
  char *seen;           /* what the host did instead; or NULL */
  SimTime seen_at;      /* when a packet in `seen` left; SIM_NEVER: no packet, or the texts have the time */
  GPtrArray *warnings;  /* of char *: "line 3: ..."; options and settings that change nothing here, said once each */
  unsigned events_done; /* of the script's */
  SimTime ended_at;     /* virtual time */
  Trace *trace;         /* NULL unless asked for; g_steal_pointer() it to keep it */
} PktResult;

/* "linux" or "freebsd" by the commands a script uses; "linux" for one that shows nothing. */
const TcpProfile *pkt_guess_profile(const PktScript *script);

/* Never NULL; the caller frees it. `script` is borrowed. A run is bounded: by the script's last event. */
PktResult *pkt_play(const PktScript *script, const PktPlayOptions *options);
void pkt_result_free(PktResult *result);
/* "FILE:LINE: message" with the expected and the seen line below it, as the tool reports; for people. Empty for a pass.
 * The caller frees it. */
char *pkt_result_text(const PktResult *result, const PktScript *script);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PktResult, pkt_result_free)

#endif
