/* Inside the player only: what its parts share. A player is one run of one script: a stack, its sockets, its
 * connections with the far end, and the packets that left and were not looked at yet. */
#ifndef TEARDOWN_PACKETDRILL_PKT_PLAYER_H
#define TEARDOWN_PACKETDRILL_PKT_PLAYER_H

#include "packetdrill/pkt_match.h"
#include "packetdrill/pkt_play.h"
#include "tcp/tcp_stack.h"

#define PKT_LOCAL_PORT  8080 /* that bind() and connect() use where the script says "..." */
#define PKT_REMOTE_PORT 52000
#define PKT_NO_SOCKET   UINT32_MAX
#define PKT_NO_CONN     UINT32_MAX

typedef enum { PKT_OS_LINUX, PKT_OS_BSD } PktOs; /* whose socket layer answers */

/* A connection of the host with the far end; its TCB may come and go, the numbers of the script stay. */
typedef struct PktConn {
  TcpHandle tcb; /* TCP_NO_HANDLE: none (any more) */
  Name name;
  uint16_t lport, rport;
  uint32_t socket;   /* that has it, or PKT_NO_SOCKET: not accepted yet, or closed */
  uint32_t listener; /* socket that it waits to be accepted from, or PKT_NO_SOCKET */
  gboolean has_local : 1, has_remote : 1;
  gboolean opened : 1; /* has been ESTABLISHED */
  gboolean eof : 1;    /* the peer's FIN came */
  gboolean ended : 1;  /* and the trace has that it was read up to there */
  gboolean active : 1;
  gboolean traced : 1;
  gboolean orphan : 1;    /* its socket was closed */
  gboolean reuseaddr : 1; /* as its socket had it */
  Seq local_base;         /* live number - script's number, of what the host sends */
  Seq iss, irs;           /* live; for the trace's relative numbers */
  uint32_t unread;        /* left behind by a TCB that is gone */
  const char *error;      /* pending: "ECONNRESET", or NULL */
  TcpState last_state;    /* before the TCB went */
  PktTimestamps timestamps;
} PktConn;

/* Values set by setsockopt(). */
typedef enum {
  PKT_VALUE_KEEPALIVE,
  PKT_VALUE_NODELAY,
  PKT_VALUE_CORK,
  PKT_VALUE_MAXSEG,
  PKT_VALUE_USER_TIMEOUT,
  PKT_VALUE_LINGER2,
  PKT_VALUE_KEEPIDLE,
  PKT_VALUE_KEEPINTVL,
  PKT_VALUE_KEEPCNT,
  PKT_VALUE_RCVBUF,
  PKT_VALUE_SNDBUF,
  PKT_VALUE_REUSEADDR,
  PKT_VALUE_REUSEPORT,
  PKT_VALUE_SYNCNT,
  PKT_VALUE_ZEROCOPY,
  PKT_VALUE_QUICKACK,
  PKT_VALUE_OTHER, /* one that changes nothing here */
  PKT_VALUE_COUNT
} PktValue;

typedef struct PktSocket {
  uint32_t conn; /* PKT_NO_CONN: none */
  uint16_t port;
  int backlog;
  gboolean listening : 1;
  gboolean nonblocking : 1;
  gboolean closed : 1;
  gboolean read_shut : 1, write_shut : 1;
  gboolean connecting : 1;                               /* connect() has begun and nobody was told how it ended */
  gboolean lingers : 1;                                  /* SO_LINGER is on */
  gboolean more : 1;                                     /* the last write had MSG_MORE */
  gboolean is_epoll : 1;                                 /* no socket at all */
  uint32_t wakeups;                                      /* how often something happened that a reader waits for */
  uint64_t written;                                      /* octets */
  uint32_t zerocopies, zerocopies_done, zerocopies_read; /* writes: begun, acknowledged, told */
  SimTime linger;
  uint32_t given; /* bits of PktValue */
  int64_t values[PKT_VALUE_COUNT];
} PktSocket;

/* What a system call came to. */
typedef struct PktOutcome {
  int64_t result;
  const char *error; /* "EAGAIN" with a result of -1 */
} PktOutcome;

typedef enum {
  PKT_CALL_DONE,
  PKT_CALL_BLOCKS,
  PKT_CALL_ENDED, /* the script failed, or is outside: the result says how */
} PktCallStatus;

typedef struct PktSent {
  Segment segment;
  SimTime at;
  uint32_t conn;
  gboolean without_tcb;
} PktSent;

/* A zerocopy write: the number of the socket's, and how much was written with it. */
typedef struct PktZerocopy {
  uint32_t socket, number;
  uint64_t end;
} PktZerocopy;

/* What epoll_ctl() said; `armed` until it is told first. */
typedef struct PktWatch {
  uint32_t epoll, socket; /* indexes of sockets */
  int64_t fd, events, data;
  uint32_t wakeups; /* of the socket, when it was told last */
  gboolean armed;
} PktWatch;

typedef struct PktBlocked {
  const PktEvent *event; /* NULL: no call is blocked */
  SimTime end, tolerance;
  gboolean has_end;
} PktBlocked;

typedef struct PktPlayer {
  const PktScript *script;
  const PktEvent *event;
  PktResult *result;
  PktOs os;
  gboolean is_linux; /* not only its socket layer: its errors too */
  PktMatchRules rules;
  Sim *sim;
  EventKindId clock, wake;
  Trace *trace; /* NULL: nobody wants it */
  TraceSink *sink;
  Names *names;
  Tracer tracer;
  TcpStack *stack;
  GPtrArray *sockets; /* of PktSocket, owned */
  GArray *conns;      /* of PktConn */
  GArray *fds;        /* of PktFd */
  GArray *sent;       /* of PktSent */
  GArray *watches;    /* of PktWatch */
  GArray *zerocopies; /* of PktZerocopy */
  guint sent_seen;    /* how many of them were looked at */
  gboolean stop_on_send;
  uint32_t current;  /* connection that packets without ports belong to, or PKT_NO_CONN */
  uint32_t listener; /* socket whose port is under test, or PKT_NO_SOCKET */
  gboolean has_floor;
  Seq floor; /* the next ISS is no less */
  uint16_t next_rport, next_lport;
  uint64_t last_id;
  SimTime finished_at; /* when the event before was done */
  PktBlocked blocked;
  SimTime tolerance;
  uint32_t longer_header; /* octets of an IPv6 header beyond one of IPv4 */
  SimTime wait_until;     /* when the call that blocks gives up, SIM_NEVER: never */
  uint64_t progress;      /* octets that it has written so far */
  gboolean drop_synfin;   /* net.inet.tcp.drop_synfin */
  int blackhole;          /* net.inet.tcp.blackhole */
  uint32_t closing;       /* connection whose close() lingers */
  struct {
    Name host, wire, ok;
  } words;
} PktPlayer;

typedef struct PktFd {
  int64_t number;
  uint32_t socket;
} PktFd;

static inline PktConn *pkt_conn(const PktPlayer *player, uint32_t index) {
  return &g_array_index(player->conns, PktConn, index);
}
static inline PktSocket *pkt_socket(const PktPlayer *player, uint32_t index) {
  return g_ptr_array_index(player->sockets, index);
}

/* --- pkt_play.c --------------------------------------------------------------------------------------------------- */

/* The script fails here. The first verdict stands. `expected` and `seen` are taken over and may be NULL. Always FALSE.
 */
/* Something happens at `at`, so that a call that blocks looks again. */
void pkt_wake_at(PktPlayer *player, SimTime at);
gboolean pkt_fail(PktPlayer *player, char *expected, char *seen, const char *format, ...) G_GNUC_PRINTF(4, 5);
gboolean pkt_outside(PktPlayer *player, const char *format, ...) G_GNUC_PRINTF(2, 3);
void pkt_warn(PktPlayer *player, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Runs the simulation up to and including `until`; stops early when a packet leaves, if `stop_on_send`. */
void pkt_run_until(PktPlayer *player, SimTime until);

/* --- pkt_wire.c: connections, and packets both ways --------------------------------------------------------------- */

extern const TcpOps PKT_TCP_OPS;
/* A connection of the host's port with a port of the far end (0: the next that is free). */
uint32_t pkt_conn_new(PktPlayer *player, uint16_t lport, uint16_t rport, gboolean active);
/* Gives it a TCB in CLOSED. */
void pkt_conn_open(PktPlayer *player, uint32_t conn, uint32_t from_socket);
gboolean pkt_inject(PktPlayer *player, const PktPacket *packet);
/* Compares the packets that left with the next one the script expects, waiting for it if none has. */
gboolean pkt_expect(PktPlayer *player, const PktEvent *event);
void pkt_trace_app(PktPlayer *player, uint32_t conn, const char *call, const char *how, const char *result,
                   int64_t octets);

/* --- pkt_sockets.c ------------------------------------------------------------------------------------------------ */

/* Makes the system call of an event, or tries again the one that blocks (`again`). */
PktCallStatus pkt_call(PktPlayer *player, const PktEvent *event, gboolean again);
/* Tells a new TCB what its socket was told. */
void pkt_socket_apply(PktPlayer *player, const PktSocket *socket, TcpHandle tcb);
/* NULL if the script has no such descriptor. */
PktSocket *pkt_socket_of(const PktPlayer *player, int64_t fd);
TcpHandle pkt_socket_tcb(const PktPlayer *player, const PktSocket *socket);
uint32_t pkt_socket_index(const PktPlayer *player, const PktSocket *socket);
/* Connections that wait on a listening socket to be accepted and can be. */
unsigned pkt_socket_waiting(const PktPlayer *player, const PktSocket *socket, uint32_t *ret_first);
/* poll()'s view: bits of PktPollBits. */
unsigned pkt_socket_ready(const PktPlayer *player, const PktSocket *socket);
enum {
  PKT_POLLIN = 1,
  PKT_POLLPRI = 2,
  PKT_POLLOUT = 4,
  PKT_POLLERR = 8,
  PKT_POLLHUP = 16,
  PKT_POLLRDHUP = 0x2000,
  PKT_POLLRDNORM = 0x40,
  PKT_POLLWRNORM = 0x100
};

/* --- pkt_calls.c: the calls themselves ---------------------------------------------------------------------------- */

typedef struct PktInvocation {
  PktPlayer *player;
  const PktCall *call;
  PktSocket *socket; /* NULL: the call has none */
  gboolean again;
  gboolean untold; /* nothing of it concerns the stream: the trace does not have it */
  PktOutcome outcome;
} PktInvocation;

/* NULL for a call that is not in this subset. */
typedef PktCallStatus (*PktCallFunction)(PktInvocation *invocation);
/* A new descriptor for a socket: the one that the script gives its result, or the next that is free. */
int64_t pkt_fd_new(const PktInvocation *invocation, uint32_t socket);
/* A socket without anything; its index. */
uint32_t pkt_socket_new(PktPlayer *player);
PktCallFunction pkt_call_find(const char *name, gboolean *ret_has_socket);
PktCallStatus pkt_call_returns(PktInvocation *invocation, int64_t result);
PktCallStatus pkt_call_fails(PktInvocation *invocation, const char *error);
/* EAGAIN for a socket that does not block (or for this call), else the call blocks. */
PktCallStatus pkt_call_waits(PktInvocation *invocation, gboolean dont_wait);
const PktExpr *pkt_arg(const PktInvocation *invocation, unsigned index);
/* Whether the argument is a pointer to nowhere: 0, NULL. */
gboolean pkt_arg_is_null(const PktInvocation *invocation, unsigned index);
/* An integer argument; FALSE with the verdict set if it is none. */
gboolean pkt_arg_integer(PktInvocation *invocation, unsigned index, int64_t *ret_value);

/* --- pkt_data.c: reading and writing ------------------------------------------------------------------------------ */

PktCallStatus pkt_call_read(PktInvocation *invocation);
PktCallStatus pkt_call_write(PktInvocation *invocation);

/* --- pkt_sockopt.c ------------------------------------------------------------------------------------------------ */

PktCallStatus pkt_call_setsockopt(PktInvocation *invocation);
PktCallStatus pkt_call_getsockopt(PktInvocation *invocation);
PktCallStatus pkt_call_fcntl(PktInvocation *invocation);
PktCallStatus pkt_call_ioctl(PktInvocation *invocation);
PktCallStatus pkt_call_poll(PktInvocation *invocation);

/* Ends poll() and its like: `count` descriptors are ready; `timeout` is in milliseconds, below 0 for ever. */
PktCallStatus pkt_call_polled(PktInvocation *invocation, int64_t count, int64_t timeout);
/* FALSE with the verdict set if what the script writes (NULL, "...": anything) is not what was seen. */
gboolean pkt_compare(PktInvocation *invocation, const char *name, const PktExpr *wanted, int64_t seen);

/* --- pkt_epoll.c -------------------------------------------------------------------------------------------------- */

PktCallStatus pkt_call_epoll_create(PktInvocation *invocation);
PktCallStatus pkt_call_epoll_ctl(PktInvocation *invocation);
PktCallStatus pkt_call_epoll_wait(PktInvocation *invocation);
/* A descriptor is closed: nobody watches it, and it watches nobody. */
void pkt_epoll_forget(PktPlayer *player, uint32_t socket);
/* A write with MSG_ZEROCOPY was taken, the last that `socket` counts. */
void pkt_zerocopy_sent(PktPlayer *player, PktSocket *socket);
/* Whether a zerocopy write is done and nobody was told. */
gboolean pkt_error_queue_waits(PktPlayer *player, PktSocket *socket);
/* recvmsg() with MSG_ERRQUEUE. */
PktCallStatus pkt_read_error_queue(PktInvocation *invocation);
/* The same as pkt_compare(), with a member of that name anywhere in recvmsg()'s second argument. */
gboolean pkt_compare_control(PktInvocation *invocation, const char *name, int64_t seen);

/* --- pkt_eval.c --------------------------------------------------------------------------------------------------- */

/* The value of a constant expression for an OS. FALSE if a word in it is none that is known here. */
gboolean pkt_eval(const PktExpr *expr, PktOs os, int64_t *ret_value);
gboolean pkt_eval_word(const char *word, PktOs os, int64_t *ret_value);
/* The expression as a script would write it; the caller frees it. */
char *pkt_print_expr(const PktExpr *expr);

/* --- pkt_commands.c, pkt_info.c ----------------------------------------------------------------------------------- */

gboolean pkt_run_command(PktPlayer *player, const char *command);
gboolean pkt_assert_all(PktPlayer *player, const PktEvent *event);
/* Whether a field of TCP_INFO is what it should be; FALSE with the verdict set. */
gboolean pkt_assert_info(PktPlayer *player, const TcpInfo *info, const char *name, PktRelation relation,
                         const char *value);
/* The window scale that a buffer of so many octets needs. */
uint32_t pkt_shift_for(int64_t octets);
/* One sysctl; FALSE with the verdict set if it matters and is not simulated. */
gboolean pkt_sysctl(PktPlayer *player, const char *name, const char *value);

#endif
