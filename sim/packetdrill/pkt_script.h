/* A packetdrill script as read: a list of events in the order of the file, values only. The parser (pkt_parse.h) makes
 * it; the player (pkt_play.h) runs it. Times are nanoseconds; sequence numbers as written, relative to each side's
 * ISN. */
#ifndef TEARDOWN_PACKETDRILL_PKT_SCRIPT_H
#define TEARDOWN_PACKETDRILL_PKT_SCRIPT_H

#include "engine/simtime.h"
#include "trace/notation.h"

#include <glib.h>
#include <stdint.h>

typedef enum {
  PKT_TIME_ABSOLUTE,       /* "0.5" */
  PKT_TIME_RELATIVE,       /* "+.01": from the moment the event before it finished */
  PKT_TIME_ABSOLUTE_RANGE, /* "1.0~1.5" */
  PKT_TIME_RELATIVE_RANGE, /* "+.3~+.4" */
  PKT_TIME_ANY,            /* "*" */
} PktTimeKind;

typedef struct PktTime {
  PktTimeKind kind;
  SimTime at, until; /* until of ranges only */
} PktTime;

/* An expression of a system call's argument or result. */
typedef enum {
  PKT_EXPR_ELLIPSIS, /* "...": anything */
  PKT_EXPR_INTEGER,  /* 0, -1, 0x10; `integer` */
  PKT_EXPR_WORD,     /* AF_INET, O_RDWR|O_NONBLOCK is a BINARY of these; `text` */
  PKT_EXPR_STRING,   /* "..." without its quotes, escapes resolved; `text`, `integer` octets */
  PKT_EXPR_BINARY,   /* `op` of '|', '*', '+', '-', '<' for <<, and operands in `items` (2) */
  PKT_EXPR_LIST,     /* [a, b]; `items` */
  PKT_EXPR_STRUCT,   /* {name=value, ...} or {a, b}; `items`, whose `name` may be NULL */
  PKT_EXPR_CALL,     /* htons(80), inet_addr("1.2.3.4"): `text` is the function, `items` its arguments */
} PktExprKind;

typedef struct PktExpr {
  PktExprKind kind;
  unsigned line, column;
  char *name; /* of a member of a struct, or NULL */
  char *text;
  int64_t integer;
  char op;
  GPtrArray *items; /* of PktExpr, owned; NULL when the kind has none */
  unsigned depth;   /* levels below this one: bounded by PKT_EXPR_MAX_DEPTH, so that a reader may recurse */
} PktExpr;

#define PKT_EXPR_MAX_DEPTH 64

typedef struct PktCall {
  char *name;       /* "connect" */
  GPtrArray *args;  /* of PktExpr */
  PktExpr *result;  /* NULL: none written, not compared */
  char *error;      /* "ECONNRESET" after a result of -1, or NULL */
  char *note;       /* "(Connection reset by peer)" without the parentheses, or NULL */
  gboolean has_end; /* "+0...0.01": it blocks, and should finish at `end`, in the terms of the event's own time:
                         absolute if that is absolute, else relative to the same instant */
  SimTime end;
} PktCall;

typedef enum { PKT_INJECTED, PKT_EXPECTED } PktDirection;

/* One TCP option of a packet, as written. */
typedef struct PktOptions {
  gboolean written; /* a list <...> stands there; no list means none are allowed */
  gboolean any;     /* the list is "..." */
  TcpOptions options;
  gboolean ts_any; /* "TS val ... ecr ..." with either left out */
  gboolean ts_val_any, ts_ecr_any;
  GArray *order; /* of uint8_t: option kinds in the order written, nop and eol among them */
} PktOptions;

typedef struct PktPacket {
  PktDirection direction;
  TcpFlags flags;
  gboolean flags_any; /* "..." in place of flags */
  gboolean seq_any;   /* "..." in place of seq:end(len) */
  uint32_t seq, end, len;
  gboolean has_ack;
  uint32_t ack;
  gboolean has_win;
  uint32_t win;
  gboolean has_urg;
  uint16_t urg;
  uint8_t ecn; /* bits E (ECE) 1, W (CWR) 2 of the flags */
  PktOptions options;
  uint16_t sport, dport; /* "1234 > 80" where the script writes ports; 0 else */
  char *src, *dst;       /* "192.0.2.1:1234 > 10.0.0.1:80" where it writes addresses; NULL else */
  char *outside;         /* what this subset cannot play (icmp, udp, mpls, ...), in words; NULL: TCP */
} PktPacket;

/* "tcpi_state == TCP_FIN_WAIT1" */
typedef enum { PKT_EQ, PKT_NE, PKT_LT, PKT_LE, PKT_GT, PKT_GE } PktRelation;
typedef struct PktAssertion {
  char *field;
  PktRelation relation;
  char *value; /* a number or a word, as written */
  unsigned line;
} PktAssertion;

typedef enum {
  PKT_COMMAND, /* `...` */
  PKT_CALL,
  PKT_PACKET,
  PKT_CODE, /* %{ ... }% */
} PktEventKind;

typedef struct PktEvent {
  PktEventKind kind;
  unsigned line, last_line;
  PktTime time;
  char *source;          /* the event as the script writes it, blanks folded */
  char *command;         /* PKT_COMMAND: between the back quotes */
  PktCall *call;         /* PKT_CALL */
  PktPacket *packet;     /* PKT_PACKET */
  GPtrArray *assertions; /* PKT_CODE: of PktAssertion */
  char *code_outside;    /* PKT_CODE: the first statement that is no assertion this subset has, or NULL */
} PktEvent;

typedef struct PktOption {
  char *name, *value; /* "--tolerance_usecs", "1000" */
  unsigned line;
} PktOption;

typedef struct PktScript {
  char *path;
  GPtrArray *options; /* of PktOption */
  char *init_command; /* a command in back quotes before the first timed event, or NULL; line in init_line */
  unsigned init_line;
  GPtrArray *events; /* of PktEvent */
} PktScript;

void pkt_script_free(PktScript *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PktScript, pkt_script_free)

/* Parts of one, for who builds it. All take NULL. */
void pkt_expr_free(PktExpr *expr);
void pkt_call_free(PktCall *call);
void pkt_packet_free(PktPacket *packet);
void pkt_event_free(PktEvent *event);
void pkt_assertion_free(PktAssertion *assertion);
void pkt_option_free(PktOption *option);

#endif
