/* The grammar of packetdrill scripts. Values are built by pkt_build.c; here stands only what may follow what. */

%require "3.6"
%define api.pure full
%define api.prefix {pkt_grammar_}
%define api.value.type {PktValue}
%define api.location.type {PktPlace}
%define parse.error custom
%define parse.lac full
%define lr.type ielr
%locations
%expect 0
%param {PktScan *scan}
%parse-param {PktLexer lexer}
%lex-param {PktLexer lexer}

%code requires {
#include "packetdrill/pkt_scan.h"
}

%code {
#include <string.h>

#define YYLLOC_DEFAULT(current, rhs, n) ((current) = joined((rhs), (n)))

static PktPlace joined(const PktPlace *rhs, int n);
int pkt_grammar_lex(PktValue *value, PktPlace *place, PktScan *scan, PktLexer lexer);
static void pkt_grammar_error(const PktPlace *place, PktScan *scan, PktLexer lexer, const char *message);

/* A mistake in what can be read: it is told, and the reading goes on, unless too many were. */
#define CHECK_LIMIT                                                                                                    \
  do {                                                                                                                 \
    if (scan->stopped)                                                                                                 \
      YYABORT;                                                                                                         \
  } while (0)
}

%token <text> OPTION "an option (--name=value)"
%token <text> COMMAND "a command in back quotes"
%token <text> CODE "code (%{ ... }%)"
%token <string> STRING "a string"
%token <text> WORD "a word"
%token <text> NOTE "a note in parentheses"
%token <text> OUTSIDE "another protocol"
%token <text> IPV4 "an address"
%token <number> NUMBER "a number"
%token <number> DECIMAL "a number of seconds"
%token ELLIPSIS "\"...\""
%token SHIFT "\"<<\""
%token RESYNC "the next event"
%token STRAY "a character"

%left '|'
%left SHIFT
%left '+' '-'
%left '*'

%type <time> time
%type <number> seconds end_time
%type <event> action
%type <call> call
%type <expr> term simple expr member result
%type <list> args some_args members some_members ip_info words options some_options option
%type <text> option_word letters letter note error_name
%type <packet> packet tcp_packet flags
%type <octets> seq_number
%type <span> span
%type <fields> fields
%type <endpoint> endpoint

%destructor { g_free($$); } <text>
%destructor { g_free($$.text); } <string>
%destructor { pkt_expr_free($$); } <expr>
%destructor { g_ptr_array_unref($$); } <list>
%destructor { pkt_packet_free($$); } <packet>
%destructor { pkt_call_free($$); } <call>
%destructor { pkt_event_free($$); } <event>
%destructor { pkt_endpoint_clear(&$$); } <endpoint>

%%

script: %empty | script item { CHECK_LIMIT; };

item:
  OPTION { pkt_scan_add_option(scan, &@1, $1); }
| COMMAND { pkt_scan_add_untimed(scan, &@1, pkt_event_command(scan, $1)); }
| CODE { pkt_scan_add_untimed(scan, &@1, pkt_code($1, @1.line)); }
| time action { pkt_scan_add_event(scan, &@$, $1, $2); }
| error RESYNC { yyerrok; }
;

/* --- times ------------------------------------------------------------------------------------------------------- */

time:
  seconds { $$ = pkt_time(scan, &@$, PKT_TIME_ABSOLUTE, $1, (PktNumber){0}); }
| '+' seconds { $$ = pkt_time(scan, &@$, PKT_TIME_RELATIVE, $2, (PktNumber){0}); }
| seconds '~' seconds { $$ = pkt_time(scan, &@$, PKT_TIME_ABSOLUTE_RANGE, $1, $3); }
| '+' seconds '~' seconds { $$ = pkt_time(scan, &@$, PKT_TIME_RELATIVE_RANGE, $2, $4); }
| '+' seconds '~' '+' seconds { $$ = pkt_time(scan, &@$, PKT_TIME_RELATIVE_RANGE, $2, $5); }
| '*' { $$ = (PktTime){.kind = PKT_TIME_ANY}; }
;

seconds: NUMBER | DECIMAL;

action:
  '<' packet { $$ = pkt_event_packet($2, PKT_INJECTED); }
| '>' packet { $$ = pkt_event_packet($2, PKT_EXPECTED); }
| call { $$ = pkt_event_call($1); }
| ELLIPSIS end_time call {
    $$ = pkt_event_call($3);
    $$->call->has_end = TRUE;
    $$->call->end = $2.seconds;
  }
| COMMAND { $$ = pkt_event_command(scan, $1); }
| CODE { $$ = pkt_code($1, @1.line); }
;

end_time: seconds {
    $$ = $1;
    (void)pkt_time(scan, &@1, PKT_TIME_ABSOLUTE, $1, (PktNumber){0});
  }
| '+' seconds { $$ = $2; }
;

/* --- packets ----------------------------------------------------------------------------------------------------- */

packet:
  tcp_packet
| ip_info tcp_packet { $$ = pkt_packet_ip_info($2, $1); }
| OUTSIDE { $$ = pkt_packet_outside(pkt_packet_new(), $1); }
| ip_info OUTSIDE { g_ptr_array_unref($1); $$ = pkt_packet_outside(pkt_packet_new(), $2); }
;

tcp_packet:
  flags span fields options {
    $$ = $1;
    $$->seq_any = $2.any;
    $$->seq = $2.seq;
    $$->end = $2.end;
    $$->len = $2.len;
    $$->has_ack = $3.has_ack;
    $$->ack = $3.ack;
    $$->has_win = $3.has_win;
    $$->win = $3.win;
    $$->has_urg = $3.has_urg;
    $$->urg = $3.urg;
    if ($4)
      pkt_packet_options(scan, $$, $4);
  }
| endpoint '>' endpoint tcp_packet {
    $$ = $4;
    $$->sport = $1.port;
    $$->src = $1.address;
    $$->dport = $3.port;
    $$->dst = $3.address;
  }
| endpoint '>' endpoint ':' tcp_packet {
    $$ = $5;
    $$->sport = $1.port;
    $$->src = $1.address;
    $$->dport = $3.port;
    $$->dst = $3.address;
  }
;

endpoint:
  NUMBER { $$ = pkt_endpoint(scan, &@1, NULL, $1); }
| IPV4 ':' NUMBER { $$ = pkt_endpoint(scan, &@3, $1, $3); }
;

ip_info: '[' words ']' { $$ = $2; };

words:
  option_word { $$ = pkt_list_add(pkt_list_new(g_free), $1); }
| words option_word { $$ = pkt_list_add($1, $2); }
| words ',' option_word { $$ = pkt_list_add($1, $3); }
;

flags:
  letters { $$ = pkt_packet_flags(scan, &@1, $1); }
| '-' { $$ = pkt_packet_new(); }
| ELLIPSIS { $$ = pkt_packet_new(); $$->flags_any = TRUE; }
| letters DECIMAL { /* ".5": the count of accurate ECN */
    g_free($1);
    $$ = pkt_packet_outside(pkt_packet_new(), g_strdup("accurate ECN"));
  }
| DECIMAL { $$ = pkt_packet_outside(pkt_packet_new(), g_strdup("accurate ECN")); }
| NUMBER letters {
    g_free($2);
    $$ = pkt_packet_outside(pkt_packet_new(), g_strdup("accurate ECN"));
  }
;

letters: letter | letters letter { $$ = g_strconcat($1, $2, NULL); g_free($1); g_free($2); };
letter: WORD | '.' { $$ = g_strdup("."); };

span:
  seq_number ':' seq_number '(' NUMBER ')' { $$ = pkt_span(scan, &@$, $1, $3, $5); }
| ELLIPSIS { $$ = (PktSpan){.any = TRUE}; }
;

seq_number:
  NUMBER { $$ = pkt_seq_number(scan, &@1, $1, FALSE); }
| '-' NUMBER { $$ = pkt_seq_number(scan, &@$, $2, TRUE); }
;

fields:
  %empty { $$ = (PktFields){0}; }
| fields WORD NUMBER { $$ = pkt_field(scan, &@2, $1, $2, $3, FALSE); }
| fields WORD ELLIPSIS { $$ = pkt_field(scan, &@2, $1, $2, (PktNumber){0}, TRUE); }
;

options:
  %empty { $$ = NULL; }
| '<' ELLIPSIS '>' { $$ = pkt_list_add(pkt_list_new(NULL), NULL); }
| '<' '>' { $$ = pkt_list_new(NULL); }
| '<' some_options '>' { $$ = $2; }
;
some_options:
  option { $$ = pkt_list_add(pkt_list_new((GDestroyNotify)g_ptr_array_unref), $1); }
| some_options ',' option { $$ = pkt_list_add($1, $3); }
;
option:
  WORD { $$ = pkt_list_add(pkt_list_new((GDestroyNotify)pkt_atom_free), pkt_atom_new($1, &@1)); }
| option option_word { $$ = pkt_list_add($1, pkt_atom_new($2, &@2)); }
;
option_word:
  WORD
| NUMBER { $$ = g_strdup_printf("%" G_GUINT64_FORMAT, $1.overflow ? UINT64_MAX : $1.value); }
| DECIMAL { $$ = g_strdup_printf("%" G_GINT64_FORMAT ".", $1.seconds / SIM_S(1)); }
| IPV4
| STRING { $$ = $1.text; }
| ELLIPSIS { $$ = g_strdup("..."); }
| ':' { $$ = g_strdup(":"); }
| '.' { $$ = g_strdup("."); }
| '-' { $$ = g_strdup("-"); }
| '=' { $$ = g_strdup("="); }
| '|' { $$ = g_strdup("|"); }
| '(' { $$ = g_strdup("("); }
| ')' { $$ = g_strdup(")"); }
;

/* --- system calls ------------------------------------------------------------------------------------------------ */

call:
  WORD '(' args ')' { $$ = pkt_call_new($1, $3); }
| WORD '(' args ')' '=' result error_name note {
    $$ = pkt_call_new($1, $3);
    $$->result = $6;
    $$->error = $7;
    $$->note = $8;
  }
;

/* The time of the next event may begin with + or *, so neither may go on with a result. */
result: simple | result '|' simple { $$ = pkt_expr_binary(scan, &@$, '|', $1, $3); };
error_name: %empty { $$ = NULL; } | WORD;
note: %empty { $$ = NULL; } | NOTE;

args: %empty { $$ = pkt_list_new((GDestroyNotify)pkt_expr_free); } | some_args;
some_args:
  expr { $$ = pkt_list_add(pkt_list_new((GDestroyNotify)pkt_expr_free), $1); }
| some_args ',' expr { $$ = pkt_list_add($1, $3); }
;

expr:
  term
| expr '|' expr { $$ = pkt_expr_binary(scan, &@$, '|', $1, $3); }
| expr '+' expr { $$ = pkt_expr_binary(scan, &@$, '+', $1, $3); }
| expr '-' expr { $$ = pkt_expr_binary(scan, &@$, '-', $1, $3); }
| expr '*' expr { $$ = pkt_expr_binary(scan, &@$, '*', $1, $3); }
| expr SHIFT expr { $$ = pkt_expr_binary(scan, &@$, '<', $1, $3); }
;

term:
  simple
| WORD '(' args ')' {
    $$ = pkt_expr_items(scan, PKT_EXPR_CALL, &@$, $3);
    $$->text = $1;
  }
| '(' expr ')' { $$ = $2; }
;

simple:
  NUMBER { $$ = pkt_expr_number(scan, &@1, $1, FALSE); }
| '-' NUMBER { $$ = pkt_expr_number(scan, &@$, $2, TRUE); }
| WORD { $$ = pkt_expr_text(PKT_EXPR_WORD, &@1, $1, 0); }
| STRING { $$ = pkt_expr_text(PKT_EXPR_STRING, &@1, $1.text, $1.length); }
| STRING ELLIPSIS { $$ = pkt_expr_text(PKT_EXPR_STRING, &@1, $1.text, $1.length); }
| ELLIPSIS { $$ = pkt_expr_new(PKT_EXPR_ELLIPSIS, &@1); }
| '[' args ']' { $$ = pkt_expr_items(scan, PKT_EXPR_LIST, &@$, $2); }
| '{' members '}' { $$ = pkt_expr_items(scan, PKT_EXPR_STRUCT, &@$, $2); }
;

members:
  %empty { $$ = pkt_list_new((GDestroyNotify)pkt_expr_free); }
| some_members
| some_members ','
;
some_members:
  member { $$ = pkt_list_add(pkt_list_new((GDestroyNotify)pkt_expr_free), $1); }
| some_members ',' member { $$ = pkt_list_add($1, $3); }
;
member: expr | expr '=' expr { $$ = pkt_expr_member(scan, &@1, $1, $3); };

%%

/* The place of a rule: from its first part to its last; an empty one stands behind what came before. */
static PktPlace joined(const PktPlace *rhs, int n) {
  if (n == 0)
    return (PktPlace){.line = rhs[0].last_line,
                      .column = rhs[0].column,
                      .last_line = rhs[0].last_line,
                      .begin = rhs[0].end,
                      .end = rhs[0].end};
  PktPlace place = rhs[1];
  place.end = rhs[n].end;
  place.last_line = rhs[n].last_line;
  return place;
}

/* Is this one of the ways in which a value may begin? */
static gboolean begins_value(yysymbol_kind_t kind) {
  static const yysymbol_kind_t kinds[] = {YYSYMBOL_NUMBER, YYSYMBOL_STRING,  YYSYMBOL_WORD,   YYSYMBOL_ELLIPSIS,
                                          YYSYMBOL_DECIMAL, YYSYMBOL_IPV4};
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
    if (kinds[i] == kind)
      return TRUE;
  const char *name = yysymbol_name(kind);
  return *name == '\'' && strchr("-([{:.=|", name[1]);
}

/* Says what may stand here: "expected a number or "~"". All that begins a value is one word. */
static void say_expected(const yypcontext_t *context, GString *out) {
  yysymbol_kind_t kinds[32];
  int count = yypcontext_expected_tokens(context, kinds, G_N_ELEMENTS(kinds));
  gboolean values = FALSE, action = FALSE;
  for (int i = 0; i < count; i++) {
    values |= kinds[i] == YYSYMBOL_STRING;
    action |= kinds[i] == YYSYMBOL_COMMAND;
    if (kinds[i] == YYSYMBOL_OPTION) { /* between two events */
      g_string_append(out, "expected the time of an event (0.5, +.1 or *)");
      return;
    }
  }
  if (action) {
    g_string_append(out, "expected a packet, a call or a command after the time");
    return;
  }
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  if (values)
    g_ptr_array_add(names, (char *)"a value");
  for (int i = 0; i < count; i++)
    if (kinds[i] != YYSYMBOL_RESYNC && !(values && begins_value(kinds[i])))
      g_ptr_array_add(names, (char *)yysymbol_name(kinds[i]));
  if (names->len > 8)
    return;
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index(names, i);
    g_string_append(out, i == 0 ? "expected " : i + 1 < names->len ? ", " : " or ");
    if (*name == '\'')
      g_string_append_printf(out, "\"%c\"", name[1]);
    else
      g_string_append(out, name);
  }
}

static int yyreport_syntax_error(const yypcontext_t *context, PktScan *scan, PktLexer lexer) {
  (void)lexer;
  scan->resync = TRUE;
  if (scan->told) {
    scan->told = FALSE;
    return 0;
  }
  const PktPlace *place = yypcontext_location(context);
  yysymbol_kind_t token = yypcontext_token(context);
  g_autoptr(GString) message = g_string_new(NULL);
  say_expected(context, message);
  g_autofree char *text = token == YYSYMBOL_YYEOF ? g_strdup("the end of the file") : pkt_scan_token(scan, place);
  if (message->len > 0)
    g_string_append_printf(message, ", not %s", text);
  else
    g_string_append_printf(message, "%s does not belong here", text);
  pkt_complain(scan, place, "%s", message->str);
  return 0;
}

/* The only other thing that the parser complains of: its stack is full. */
static void pkt_grammar_error(const PktPlace *place, PktScan *scan, PktLexer lexer, const char *message) {
  (void)lexer;
  (void)message;
  pkt_complain(scan, place, "this is nested too deeply");
}
