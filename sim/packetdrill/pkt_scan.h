/* What the lexer, the grammar and their helpers share while one script is read. Private to the parser; a scan lives in
 * pkt_parse() alone, so two scripts may be read side by side. Complaints never stop the reading before the limits
 * below: the grammar goes on at the next event. */
#ifndef TEARDOWN_PACKETDRILL_PKT_SCAN_H
#define TEARDOWN_PACKETDRILL_PKT_SCAN_H

#include "packetdrill/pkt_script.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* Hostile input ends here, with a complaint. */
#define PKT_MAX_TEXT       (64u << 20) /* octets of a script */
#define PKT_MAX_ERRORS     100         /* complaints about one script */
#define PKT_MAX_CONDITIONS 64          /* #ifdefs within each other */
#define PKT_MAX_EXPANDED   (1u << 20)  /* octets that defined words may turn into, in all */

/* Where a token or a rule stands: lines and columns from 1, columns in octets; offsets into the text, `end` behind the
 * last octet. What a defined word turned into stands where the word does. */
typedef struct PktPlace {
  unsigned line, column, last_line;
  size_t begin, end;
} PktPlace;

/* A number as written: as a whole number, and as seconds. */
typedef struct PktNumber {
  uint64_t value;
  gboolean overflow; /* too large for 64 bits */
  SimTime seconds;   /* in nanoseconds, digits beyond are dropped; SIM_NEVER: too large */
} PktNumber;

/* What stands between the sequence numbers and the options, each at most once. */
typedef struct PktFields {
  gboolean has_ack, has_win, has_urg;
  uint32_t ack, win;
  uint16_t urg;
} PktFields;

typedef struct PktEndpoint {
  char *address; /* owned; NULL for a bare port */
  uint16_t port;
} PktEndpoint;

/* Sequence numbers of a packet. */
typedef struct PktSpan {
  gboolean any;
  uint32_t seq, end, len;
} PktSpan;

/* The value of a symbol of the grammar. */
typedef union PktValue {
  PktNumber number;
  PktTime time;
  char *text; /* owned */
  struct {
    char *text; /* owned, NUL-terminated behind its octets */
    size_t length;
  } string;
  uint32_t octets;
  PktExpr *expr;
  GPtrArray *list;
  PktPacket *packet;
  PktFields fields;
  PktSpan span;
  PktEndpoint endpoint;
  PktEvent *event;
  PktCall *call;
} PktValue;

typedef struct PktCondition {
  unsigned line;
  gboolean has_else;
} PktCondition;

typedef struct PktScan {
  PktScript *script;
  GPtrArray *errors;   /* of char *; the caller's */
  guint errors_before; /* how many it had already */
  GHashTable *defines; /* NAME to VALUE ("" for a name alone), both owned */
  char *base;          /* the text, followed by two NULs, as flex wants it */
  const char *text;    /* the same as it came: flex writes into its own */
  size_t length;
  PktPlace at;          /* of the last token */
  unsigned line;        /* of the next octet ... */
  size_t line_start;    /* ... and where that line begins */
  size_t offset;        /* of the next octet */
  gboolean resync;      /* a syntax error was told: go on at the next event */
  gboolean told;        /* of a string that is not closed: the syntax error that follows from it says nothing new */
  size_t resynced_at;   /* where it last went on so; it must not go on there again */
  gboolean stopped;     /* the limit of complaints was reached */
  gboolean in_define;   /* reading what a defined word stands for */
  size_t expanded;      /* octets that defined words turned into so far */
  unsigned result;      /* how far a result was read: see pkt_scan_follow() */
  unsigned depth;       /* brackets that are open */
  gboolean after_arrow; /* the last token was < or > or ] */
  PktCondition conditions[PKT_MAX_CONDITIONS];
  unsigned n_conditions;
  gboolean too_deep; /* that something nests too deeply was told: once is enough */
} PktScan;

/* --- pkt_scan.c --- */

/* Appends "FILE:LINE:COLUMN: message" to the complaints. */
void pkt_complain(PktScan *scan, const PktPlace *place, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Moves over `length` octets of the text, which the lexer has just taken. */
void pkt_scan_advance(PktScan *scan, size_t length);
/* Goes on at `offset`: ahead, or the start of the line on which the last token begins. */
void pkt_scan_move(PktScan *scan, size_t offset);
/* Follows what the lexer returned; TRUE if a parenthesis that comes now would be the note of a result. */
gboolean pkt_scan_follow(PktScan *scan, int token, int number, int word, int equals);
/* A line that begins with #: a condition, a definition or a comment. TRUE with `ret_offset` if the text goes on at
 * another place. */
gboolean pkt_scan_directive(PktScan *scan, const char *line, size_t length, size_t *ret_offset);
/* The text is over: conditions that are still open are complained of. */
void pkt_scan_end(PktScan *scan);
/* Where the event ends that begins before `offset`, as far as one can tell without understanding it: for packets that
 * are outside. */
size_t pkt_scan_packet_end(const PktScan *scan, size_t offset);
/* Where to go on after a syntax error at the last token. */
size_t pkt_scan_next_event(PktScan *scan);
/* The text of a place, blanks folded and comments taken out. The caller frees it. */
char *pkt_scan_source(const PktScan *scan, const PktPlace *place);
/* The text of a token for a message: short, and harmless. The caller frees it. */
char *pkt_scan_token(const PktScan *scan, const PktPlace *place);
/* Reads "12", "0x1f", "1.5", ".5". */
PktNumber pkt_scan_number(const char *text, size_t length);
/* Resolves the escapes of the inside of a string. Owned by the caller; NUL-terminated. */
char *pkt_scan_string(PktScan *scan, const char *text, size_t length, size_t *ret_length);
/* What the defined word stands for, or NULL. */
const char *pkt_scan_define(PktScan *scan, const char *word);

/* --- pkt_build.c; all take over what they are given --- */

PktExpr *pkt_expr_new(PktExprKind kind, const PktPlace *place);
PktExpr *pkt_expr_number(PktScan *scan, const PktPlace *place, PktNumber number, gboolean negative);
PktExpr *pkt_expr_text(PktExprKind kind, const PktPlace *place, char *text, size_t length);
PktExpr *pkt_expr_items(PktScan *scan, PktExprKind kind, const PktPlace *place, GPtrArray *items);
PktExpr *pkt_expr_binary(PktScan *scan, const PktPlace *place, char op, PktExpr *left, PktExpr *right);
/* A member of a struct: `left` must be a word, or "msg_iov(1)". */
PktExpr *pkt_expr_member(PktScan *scan, const PktPlace *place, PktExpr *left, PktExpr *value);
GPtrArray *pkt_list_new(GDestroyNotify free_item);
GPtrArray *pkt_list_add(GPtrArray *list, void *item);
PktCall *pkt_call_new(char *name, GPtrArray *args);

PktTime pkt_time(PktScan *scan, const PktPlace *place, PktTimeKind kind, PktNumber at, PktNumber until);
uint32_t pkt_seq_number(PktScan *scan, const PktPlace *place, PktNumber number, gboolean negative);
PktSpan pkt_span(PktScan *scan, const PktPlace *place, uint32_t seq, uint32_t end, PktNumber len);
PktFields pkt_field(PktScan *scan, const PktPlace *place, PktFields fields, char *name, PktNumber number, gboolean any);
PktEndpoint pkt_endpoint(PktScan *scan, const PktPlace *place, char *address, PktNumber port);
void pkt_endpoint_clear(PktEndpoint *endpoint);

PktPacket *pkt_packet_new(void);
/* `letters` as written, without blanks. */
PktPacket *pkt_packet_flags(PktScan *scan, const PktPlace *place, char *letters);
/* What stands between [ and ] before the flags: marks of the IP header. */
PktPacket *pkt_packet_ip_info(PktPacket *packet, GPtrArray *words);
PktPacket *pkt_packet_outside(PktPacket *packet, char *what);
/* The list of options: each a list of its words (GPtrArray of PktAtom); NULL: "...". */
typedef struct PktAtom {
  char *text;
  PktPlace place;
} PktAtom;
PktAtom *pkt_atom_new(char *text, const PktPlace *place);
void pkt_atom_free(PktAtom *atom);
void pkt_packet_options(PktScan *scan, PktPacket *packet, GPtrArray *options);

/* ${NAME} in it is replaced by what NAME is defined as; others stay. */
PktEvent *pkt_event_command(PktScan *scan, char *text);
PktEvent *pkt_event_call(PktCall *call);
PktEvent *pkt_event_packet(PktPacket *packet, PktDirection direction);
void pkt_scan_add_option(PktScan *scan, const PktPlace *place, char *text);
/* A command or code without a time: before the first event the command that prepares, else an event at once. */
void pkt_scan_add_untimed(PktScan *scan, const PktPlace *place, PktEvent *event);
void pkt_scan_add_event(PktScan *scan, const PktPlace *place, PktTime time, PktEvent *event);

/* --- pkt_code.c --- */

/* What stands between %{ and }%, beginning at `line`. */
PktEvent *pkt_code(char *text, unsigned line);

/* --- pkt_lexer.l and pkt_grammar.y --- */

typedef void *PktLexer;
int pkt_lexer_open(PktScan *scan, PktLexer *ret_lexer);
void pkt_lexer_close(PktLexer lexer);
int pkt_grammar_parse(PktScan *scan, PktLexer lexer);

#endif
