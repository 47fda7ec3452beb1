#include "packetdrill/pkt_parse.h"

#include <string.h>

/* --- what the tests share ----------------------------------------------------------------------------------------- */

/* Reads a script that must be right. */
static PktScript *read_with(const char *text, char *const *defines) {
  g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func(g_free);
  PktScript *script = pkt_parse("test.pkt", text, strlen(text), defines, errors);
  if (errors->len > 0)
    g_error("%s\nin: %s", (const char *)g_ptr_array_index(errors, 0), text);
  g_assert_nonnull(script);
  return script;
}

static PktScript *read_script(const char *text) {
  return read_with(text, NULL);
}

static const PktEvent *event_at(const PktScript *script, guint index) {
  g_assert_cmpuint(index, <, script->events->len);
  return g_ptr_array_index(script->events, index);
}

static const PktPacket *packet_at(const PktScript *script, guint index) {
  const PktEvent *event = event_at(script, index);
  g_assert_cmpint(event->kind, ==, PKT_PACKET);
  return event->packet;
}

static const PktCall *call_at(const PktScript *script, guint index) {
  const PktEvent *event = event_at(script, index);
  g_assert_cmpint(event->kind, ==, PKT_CALL);
  return event->call;
}

static const PktExpr *item(const PktExpr *expr, guint index) {
  g_assert_nonnull(expr->items);
  g_assert_cmpuint(index, <, expr->items->len);
  return g_ptr_array_index(expr->items, index);
}

static const PktExpr *arg(const PktCall *call, guint index) {
  g_assert_cmpuint(index, <, call->args->len);
  return g_ptr_array_index(call->args, index);
}

static GPtrArray *complaints(const char *text, size_t length) {
  GPtrArray *errors = g_ptr_array_new_with_free_func(g_free);
  g_assert_null(pkt_parse("test.pkt", text, length, NULL, errors));
  g_assert_cmpuint(errors->len, >, 0);
  return errors;
}

static void assert_octets(const void *octets, size_t length, const void *expected, size_t expected_length) {
  g_assert_cmpuint(length, ==, expected_length);
  g_assert_true(memcmp(octets, expected, length) == 0);
}

/* The text has exactly these mistakes. */
static void assert_complaints(const char *text, const char *const *expected) {
  g_autoptr(GPtrArray) errors = complaints(text, strlen(text));
  for (guint i = 0; i < errors->len && expected[i]; i++)
    g_assert_cmpstr(g_ptr_array_index(errors, i), ==, expected[i]);
  g_assert_cmpuint(errors->len, ==, g_strv_length((char **)expected));
}

#define COMPLAINTS(text, ...) assert_complaints(text, (const char *const[]){__VA_ARGS__, NULL})

/* --- times -------------------------------------------------------------------------------------------------------- */

static void test_every_form_of_time_is_read_exactly(void) {
  static const struct {
    const char *text;
    PktTime time;
  } cases[] = {
      {"0", {PKT_TIME_ABSOLUTE, 0, 0}},
      {"1.5", {PKT_TIME_ABSOLUTE, SIM_MS(1500), 0}},
      {".000001", {PKT_TIME_ABSOLUTE, SIM_US(1), 0}},
      {"12345.123456789", {PKT_TIME_ABSOLUTE, 12345123456789, 0}},
      {"0.1234567899", {PKT_TIME_ABSOLUTE, 123456789, 0}},
      {"+0", {PKT_TIME_RELATIVE, 0, 0}},
      {"+.01", {PKT_TIME_RELATIVE, SIM_MS(10), 0}},
      {"+0.10", {PKT_TIME_RELATIVE, SIM_MS(100), 0}},
      {"1.0~1.5", {PKT_TIME_ABSOLUTE_RANGE, SIM_S(1), SIM_MS(1500)}},
      {"+.3~+.400", {PKT_TIME_RELATIVE_RANGE, SIM_MS(300), SIM_MS(400)}},
      {"+.3~.4", {PKT_TIME_RELATIVE_RANGE, SIM_MS(300), SIM_MS(400)}},
      {"*", {PKT_TIME_ANY, 0, 0}},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = g_strdup_printf("%s > . 1:1(0) ack 1", cases[i].text);
    g_autoptr(PktScript) script = read_script(text);
    const PktTime *time = &event_at(script, 0)->time;
    g_assert_cmpint(time->kind, ==, cases[i].time.kind);
    g_assert_cmpint(time->at, ==, cases[i].time.at);
    g_assert_cmpint(time->until, ==, cases[i].time.until);
  }
}

static void test_a_blocking_call_has_an_end(void) {
  g_autoptr(PktScript) script = read_script("+.01...0.011 accept(3, ..., ...) = 4\n"
                                            "0...0.200 connect(3, ..., ...) = 0\n"
                                            "1.0...2 close(3) = 0\n"
                                            "+0 close(4) = 0\n");
  g_assert_cmpint(event_at(script, 0)->time.kind, ==, PKT_TIME_RELATIVE);
  g_assert_cmpint(event_at(script, 0)->time.at, ==, SIM_MS(10));
  g_assert_true(call_at(script, 0)->has_end);
  g_assert_cmpint(call_at(script, 0)->end, ==, SIM_MS(11));
  g_assert_cmpint(call_at(script, 1)->end, ==, SIM_MS(200));
  g_assert_cmpint(call_at(script, 2)->end, ==, SIM_S(2));
  g_assert_false(call_at(script, 3)->has_end);
}

static void test_times_that_make_no_sense_are_refused(void) {
  COMPLAINTS("1.5~1.0 > . 1:1(0) ack 1", "test.pkt:1:1: this range ends before it begins");
  COMPLAINTS("99999999999 close(3) = 0", "test.pkt:1:1: this time is too large: 292 years at the most");
  COMPLAINTS("2...1 close(3) = 0", "test.pkt:1:1: this call ends before it begins");
  COMPLAINTS("*...1 close(3) = 0", "test.pkt:1:1: a call that blocks needs one time to begin at, not a range or \"*\"");
  COMPLAINTS("* < . 1:1(0) ack 1", "test.pkt:1:1: a packet is injected at one time, not within a range or at \"*\"");
}

/* --- packets ------------------------------------------------------------------------------------------------------ */

static void test_flags_sequence_and_fields_of_a_packet(void) {
  g_autoptr(PktScript) script = read_script("+0 < FP. 1:1001(1000) ack 5 win 257 urg 3\n"
                                            "+0 > R 4294967295:4294967295(0)\n"
                                            "+0 > ... ... ack 7\n"
                                            "+0 < - 1:1(0)\n"
                                            "+0 < SEW 0:0(0) win 1\n"
                                            "+0 < .F 2:2(0) ack 2\n");
  const PktPacket *packet = packet_at(script, 0);
  g_assert_cmpint(packet->direction, ==, PKT_INJECTED);
  g_assert_cmpuint(packet->flags, ==, TCP_FIN | TCP_PSH | TCP_ACK);
  g_assert_cmpuint(packet->seq, ==, 1);
  g_assert_cmpuint(packet->end, ==, 1001);
  g_assert_cmpuint(packet->len, ==, 1000);
  g_assert_true(packet->has_ack && packet->has_win && packet->has_urg);
  g_assert_cmpuint(packet->ack, ==, 5);
  g_assert_cmpuint(packet->win, ==, 257);
  g_assert_cmpuint(packet->urg, ==, 3);
  g_assert_false(packet->options.written);

  packet = packet_at(script, 1);
  g_assert_cmpint(packet->direction, ==, PKT_EXPECTED);
  g_assert_cmpuint(packet->seq, ==, UINT32_MAX);
  g_assert_false(packet->has_ack || packet->has_win || packet->has_urg);

  packet = packet_at(script, 2);
  g_assert_true(packet->flags_any && packet->seq_any);
  g_assert_cmpuint(packet->ack, ==, 7);

  g_assert_cmpuint(packet_at(script, 3)->flags, ==, 0);
  g_assert_cmpuint(packet_at(script, 4)->flags, ==, TCP_SYN | TCP_ECE | TCP_CWR);
  g_assert_cmpuint(packet_at(script, 4)->ecn, ==, 3);
  g_assert_cmpuint(packet_at(script, 5)->flags, ==, TCP_FIN | TCP_ACK);
}

static void test_tcp_options_in_the_order_written(void) {
  g_autoptr(PktScript) script =
      read_script("+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,TS val 100 ecr 7,nop,wscale 8>\n"
                  "+0 > . 1:1(0) ack 1 <nop,nop,sack 1001:2001 3001:4001>\n"
                  "+0 > . 1:1(0) ack 1 <...>\n"
                  "+0 > . 1:1(0) ack 1 <TS val ... ecr ...,eol>\n");
  const PktOptions *options = &packet_at(script, 0)->options;
  g_assert_true(options->written);
  g_assert_false(options->any);
  g_assert_cmpuint(options->options.has, ==, TCP_OPT_MSS | TCP_OPT_WSCALE | TCP_OPT_SACK_OK | TCP_OPT_TS);
  g_assert_cmpuint(options->options.mss, ==, 1460);
  g_assert_cmpuint(options->options.wscale, ==, 8);
  g_assert_cmpuint(options->options.ts_val, ==, 100);
  g_assert_cmpuint(options->options.ts_ecr, ==, 7);
  static const uint8_t order[] = {2, 1, 1, 4, 8, 1, 3};
  assert_octets(options->order->data, options->order->len, order, sizeof order);

  options = &packet_at(script, 1)->options;
  g_assert_cmpuint(options->options.n_sack, ==, 2);
  g_assert_cmpuint(options->options.sack[1].left, ==, 3001);
  g_assert_cmpuint(options->options.sack[1].right, ==, 4001);

  g_assert_true(packet_at(script, 2)->options.any);
  options = &packet_at(script, 3)->options;
  g_assert_true(options->ts_any && options->ts_val_any && options->ts_ecr_any);
}

static void test_ports_and_addresses_before_the_flags(void) {
  g_autoptr(PktScript) script = read_script("+0 < 1234 > 80 . 1:1(0) ack 1\n"
                                            "+0 > 192.0.2.1:80 > 10.0.0.1:1234: R. 1:1(0) ack 1\n");
  g_assert_cmpuint(packet_at(script, 0)->sport, ==, 1234);
  g_assert_cmpuint(packet_at(script, 0)->dport, ==, 80);
  g_assert_null(packet_at(script, 0)->src);
  g_assert_cmpstr(packet_at(script, 1)->src, ==, "192.0.2.1");
  g_assert_cmpstr(packet_at(script, 1)->dst, ==, "10.0.0.1");
  g_assert_cmpuint(packet_at(script, 1)->dport, ==, 1234);
  g_assert_cmpuint(packet_at(script, 1)->flags, ==, TCP_RST | TCP_ACK);
}

static void test_what_is_no_plain_tcp_is_read_and_named(void) {
  static const struct {
    const char *text, *outside;
  } cases[] = {
      {"icmp unreachable frag_needed mtu 1200 [1:1461(1460)]", "icmp"},
      {"udp (1000)", "udp"},
      {"sctp: INIT[flgs=0, tag=1,\n   a_rwnd=1500]", "sctp"},
      {"ipv4 1.1.1.1 > 2.2.2.2: . 1:1(0) ack 1", "ipv4"},
      {"[ect0] . 1:1(0) ack 1", "[ect0]: marks of the IP header"},
      {"SEWA 0:0(0) win 1", "accurate ECN"},
      {".5 1:1(0) ack 1", "accurate ECN"},
      {"S 0:0(0) <mss 1460,FO abcd1234>", "the TCP option FO"},
      {"S 0:0(0) <md5 000102>", "the TCP option md5"},
      {"S 0:0(0) <exp-4321 01,nop>", "the TCP option exp"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = g_strdup_printf("+0 < %s\n+0 close(3) = 0\n", cases[i].text);
    g_autoptr(PktScript) script = read_script(text);
    g_assert_cmpstr(packet_at(script, 0)->outside, ==, cases[i].outside);
    g_assert_cmpstr(call_at(script, 1)->name, ==, "close");
  }
  g_autoptr(PktScript) script = read_script("+0 > [noecn] . 1:1(0) ack 1");
  g_assert_null(packet_at(script, 0)->outside);
}

static void test_mistakes_in_packets_say_what_was_meant(void) {
  COMPLAINTS("+0 > . 1:1(0) akc 1",
             "test.pkt:1:15: expected \"ack\", \"win\", \"urg\" or options in < >, not \"akc\"; did "
             "you mean \"ack\"?");
  COMPLAINTS("+0 < Q 1:1(0)", "test.pkt:1:6: no flag \"Q\": the letters are S F R P . U E W (\".\" is ACK)");
  COMPLAINTS("+0 < . 1:1001(999)", "test.pkt:1:8: from 1 to 1001 are 1000 octets, not 999 (SYN and FIN do not count)");
  COMPLAINTS("+0 < . 1:1(0) ack 1 ack 2", "test.pkt:1:21: \"ack\" stands here twice");
  COMPLAINTS("+0 < . 1:1(0) win 4294967296", "test.pkt:1:15: a window is at most 4294967295");
  COMPLAINTS("+0 > S 0:0(0) <wscael 8>", "test.pkt:1:16: no TCP option \"wscael\"; did you mean \"wscale\"?");
  COMPLAINTS("+0 > S 0:0(0) <mss 99999>", "test.pkt:1:20: mss: expected a number from 0 to 65535, not \"99999\"");
  COMPLAINTS("+0 > S 0:0(0) <mss>", "test.pkt:1:16: mss: expected a number from 0 to 65535");
  COMPLAINTS("+0 > S 0:0(0) <mss 1,mss 2>", "test.pkt:1:22: the option mss stands here twice");
  COMPLAINTS("+0 > S 0:0(0) <sackOK 1>", "test.pkt:1:23: the option sackOK ends before \"1\"");
  COMPLAINTS("+0 > . 1:1(0) <sack 1>", "test.pkt:1:21: sack: expected blocks as in \"sack 1001:2001 3001:4001\"");
  COMPLAINTS("+0 > . 1:1(0) <TS val 1>", "test.pkt:1:23: TS: expected \"TS val N ecr N\"");
  COMPLAINTS("+0 < ... 1:1(0)", "test.pkt:1:1: \"...\" does not say what to inject");
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

static void test_results_errors_and_notes(void) {
  g_autoptr(PktScript) script = read_script("+0 close(3) = 0\n"
                                            "+0 read(3, ..., 10) = -1 EAGAIN (Resource temporarily unavailable)\n"
                                            "+0 fcntl(3, F_GETFL) = 0x2 (flags O_RDWR|O_NONBLOCK)\n"
                                            "+0 listen(3, 1)\n"
                                            "+0 bind(3) = -1 EADDRINUSE (Can't, (really) can't)\n"
                                            "+0 socket() = ...\n"
                                            "* > . 1:1(0)\n");
  g_assert_cmpint(call_at(script, 0)->result->integer, ==, 0);
  g_assert_null(call_at(script, 0)->error);
  g_assert_cmpint(call_at(script, 1)->result->integer, ==, -1);
  g_assert_cmpstr(call_at(script, 1)->error, ==, "EAGAIN");
  g_assert_cmpstr(call_at(script, 1)->note, ==, "Resource temporarily unavailable");
  g_assert_cmpint(call_at(script, 2)->result->integer, ==, 2);
  g_assert_cmpstr(call_at(script, 2)->note, ==, "flags O_RDWR|O_NONBLOCK");
  g_assert_null(call_at(script, 3)->result);
  g_assert_cmpstr(call_at(script, 4)->note, ==, "Can't, (really) can't");
  g_assert_cmpint(call_at(script, 5)->result->kind, ==, PKT_EXPR_ELLIPSIS);
  g_assert_cmpint(event_at(script, 6)->time.kind, ==, PKT_TIME_ANY);
}

static void test_structs_have_named_members(void) {
  g_autoptr(PktScript) script =
      read_script("+0 bind(3, {sa_family = AF_INET, sin_port = htons(8080),\n"
                  "            sin_addr = inet_addr(\"127.0.0.1\")}, 16) = 0\n"
                  "+0 sendmsg(4, {msg_name(...)=..., msg_iov(2)=[{..., 1000}, {\"ab\", 2}], msg_flags=0}, 0) = 2\n");
  const PktExpr *address = arg(call_at(script, 0), 1);
  g_assert_cmpint(address->kind, ==, PKT_EXPR_STRUCT);
  g_assert_cmpstr(item(address, 0)->name, ==, "sa_family");
  g_assert_cmpstr(item(address, 0)->text, ==, "AF_INET");
  g_assert_cmpint(item(address, 1)->kind, ==, PKT_EXPR_CALL);
  g_assert_cmpstr(item(address, 1)->name, ==, "sin_port");
  g_assert_cmpstr(item(address, 1)->text, ==, "htons");
  g_assert_cmpint(item(item(address, 1), 0)->integer, ==, 8080);
  g_assert_cmpstr(item(item(address, 2), 0)->text, ==, "127.0.0.1");
  g_assert_cmpuint(item(address, 2)->line, ==, 2);
  g_assert_cmpuint(event_at(script, 0)->line, ==, 1);
  g_assert_cmpuint(event_at(script, 0)->last_line, ==, 2);

  const PktExpr *message = arg(call_at(script, 1), 1);
  g_assert_cmpstr(item(message, 0)->name, ==, "msg_name");
  g_assert_cmpint(item(message, 0)->kind, ==, PKT_EXPR_ELLIPSIS);
  g_assert_cmpstr(item(message, 1)->name, ==, "msg_iov");
  g_assert_cmpint(item(message, 1)->kind, ==, PKT_EXPR_LIST);
  g_assert_null(item(item(item(message, 1), 1), 0)->name);
  g_assert_cmpstr(item(item(item(message, 1), 1), 0)->text, ==, "ab");
}

static void test_operators_bind_as_in_c(void) {
  g_autoptr(PktScript) script = read_script("+0 f(A|B|C, (1 + 2) * 3, 1 + 2 * 3, -5, 1 << 4, 0xfF) = 0\n");
  const PktCall *call = call_at(script, 0);
  g_assert_cmpint(arg(call, 0)->op, ==, '|');
  g_assert_cmpint(item(arg(call, 0), 0)->op, ==, '|');
  g_assert_cmpstr(item(arg(call, 0), 1)->text, ==, "C");
  g_assert_cmpint(arg(call, 1)->op, ==, '*');
  g_assert_cmpint(arg(call, 2)->op, ==, '+');
  g_assert_cmpint(item(arg(call, 2), 1)->op, ==, '*');
  g_assert_cmpint(arg(call, 3)->integer, ==, -5);
  g_assert_cmpint(arg(call, 4)->op, ==, '<');
  g_assert_cmpint(arg(call, 5)->integer, ==, 255);
}

static void test_strings_have_the_escapes_of_c(void) {
  g_autoptr(PktScript) script = read_script("+0 write(4, \"a\\n\\x41\\0\\101\\\"//`\\\\\"..., 100) = 100\n");
  const PktExpr *string = arg(call_at(script, 0), 1);
  static const char octets[] = "a\nA\0A\"//`\\";
  assert_octets(string->text, (size_t)string->integer, octets, sizeof octets - 1);
  g_assert_cmpint(string->text[string->integer], ==, '\0');
  COMPLAINTS("+0 f(\"\\q\") = 0", "test.pkt:1:6: no escape \"\\q\" in a string");
}

/* --- the rest of a script ----------------------------------------------------------------------------------------- */

static void test_options_the_first_command_and_comments(void) {
  g_autoptr(PktScript) script = read_script("#!/usr/bin/env packetdrill\n"
                                            "// a comment\n"
                                            "--ip_version=ipv4 // another\n"
                                            "--flag\n"
                                            "--quoted=\"a b\"\n"
                                            "`../common/defaults.sh\n"
                                            "sysctl -w a=b`\n"
                                            "\n"
                                            "0 `first`   /* a third */\n"
                                            "+0  >  .   1:1(0)  ack 1\n"
                                            "      <nop, // why\n"
                                            "       nop>\n"
                                            "`at once`\n");
  g_assert_cmpuint(script->options->len, ==, 3);
  const PktOption *option = g_ptr_array_index(script->options, 0);
  g_assert_cmpstr(option->name, ==, "--ip_version");
  g_assert_cmpstr(option->value, ==, "ipv4");
  g_assert_cmpuint(option->line, ==, 3);
  option = g_ptr_array_index(script->options, 1);
  g_assert_null(option->value);
  option = g_ptr_array_index(script->options, 2);
  g_assert_cmpstr(option->value, ==, "a b");
  g_assert_cmpstr(script->init_command, ==, "../common/defaults.sh\nsysctl -w a=b");
  g_assert_cmpuint(script->init_line, ==, 6);
  g_assert_cmpuint(script->events->len, ==, 3);
  g_assert_cmpstr(event_at(script, 0)->command, ==, "first");
  g_assert_cmpstr(event_at(script, 1)->source, ==, "+0 > . 1:1(0) ack 1 <nop, nop>");
  g_assert_cmpint(event_at(script, 2)->kind, ==, PKT_COMMAND);
  g_assert_cmpint(event_at(script, 2)->time.kind, ==, PKT_TIME_RELATIVE);
}

static const char CONDITIONS[] = "#ifdef ON\n"
                                 "+0 close(PORT) = 0\n"
                                 "#else\n"
                                 "this ( is not read\n"
                                 "#ifdef INNER\n"
                                 "#else\n"
                                 "#endif\n"
                                 "#endif\n"
                                 "#ifndef ON\n"
                                 "nor this\n"
                                 "#endif\n"
                                 "+0 close(9) = 0\n";

static void test_conditions_and_defined_words(void) {
  char *defines[] = {(char *)"ON", (char *)"PORT=[80, {a=1}]", NULL};
  g_autoptr(PktScript) script = read_with(CONDITIONS, defines);
  g_assert_cmpuint(script->events->len, ==, 2);
  const PktExpr *list = arg(call_at(script, 0), 0);
  g_assert_cmpint(list->kind, ==, PKT_EXPR_LIST);
  g_assert_cmpint(item(list, 0)->integer, ==, 80);
  g_assert_cmpint(arg(call_at(script, 1), 0)->integer, ==, 9);
  g_assert_cmpuint(event_at(script, 1)->line, ==, 12);

  g_autoptr(PktScript) defined = read_script("#define N 5\n+0 close(N) = 0\n#undef N\n+0 close(N) = 0\n");
  g_assert_cmpint(arg(call_at(defined, 0), 0)->integer, ==, 5);
  g_assert_cmpstr(arg(call_at(defined, 1), 0)->text, ==, "N");
}

static void test_conditions_that_are_not_in_order(void) {
  COMPLAINTS("#else\n#endif\n#ifdef A\n#else\n#else\n", "test.pkt:1:1: #else: there is no #ifdef",
             "test.pkt:2:1: #endif: there is no #ifdef", "test.pkt:5:1: #else: there is one already",
             "test.pkt:3:1: this condition is not closed: #endif is missing");
  COMPLAINTS("#ifdfe A\n0 close(3) = 0\n", "test.pkt:1:1: no directive \"#ifdfe\"; did you mean \"#ifdef\"?");
  COMPLAINTS("#include \"a\"\n0 close(3) = 0\n",
             "test.pkt:1:1: of the lines that begin with # only #ifdef, #ifndef, #else, #endif, #define and #undef are "
             "read");
}

static void test_assertions_on_tcp_info(void) {
  g_autoptr(PktScript) script = read_script("+0 %{ assert tcpi_state == TCP_FIN_WAIT1, tcpi_state\n"
                                            "assert 200 * 1000 <= tcpi_rto < 3000 + 5 and (tcpi_unacked != 1)  # why\n"
                                            "print(tcpi_state); assert 7 > tcpi_backoff }%\n");
  const PktEvent *event = event_at(script, 0);
  g_assert_cmpint(event->kind, ==, PKT_CODE);
  g_assert_null(event->code_outside);
  static const PktAssertion expected[] = {
      {(char *)"tcpi_state", PKT_EQ, (char *)"TCP_FIN_WAIT1", 1},
      {(char *)"tcpi_rto", PKT_GE, (char *)"200000", 2},
      {(char *)"tcpi_rto", PKT_LT, (char *)"3005", 2},
      {(char *)"tcpi_unacked", PKT_NE, (char *)"1", 2},
      {(char *)"tcpi_backoff", PKT_LT, (char *)"7", 3},
  };
  g_assert_cmpuint(event->assertions->len, ==, G_N_ELEMENTS(expected));
  for (guint i = 0; i < event->assertions->len; i++) {
    const PktAssertion *assertion = g_ptr_array_index(event->assertions, i);
    g_assert_cmpstr(assertion->field, ==, expected[i].field);
    g_assert_cmpint(assertion->relation, ==, expected[i].relation);
    g_assert_cmpstr(assertion->value, ==, expected[i].value);
    g_assert_cmpuint(assertion->line, ==, expected[i].line);
  }
}

static void test_other_code_is_named_as_outside(void) {
  static const char *const statements[] = {"assert tcpi_rto in (1, 2)",
                                           "assert tcpi_a == tcpi_b",
                                           "x = 5",
                                           "assert (tcpi_rto == 1",
                                           "assert not tcpi_rto == 1",
                                           "assert tcpi_rto == 1 or tcpi_rto == 2",
                                           "assert False"};
  for (size_t i = 0; i < G_N_ELEMENTS(statements); i++) {
    g_autofree char *text = g_strdup_printf("+0 %%{ assert tcpi_state == TCP_CLOSE; %s }%%\n", statements[i]);
    g_autoptr(PktScript) script = read_script(text);
    g_assert_cmpstr(event_at(script, 0)->code_outside, ==, statements[i]);
    g_assert_cmpuint(event_at(script, 0)->assertions->len, ==, 1);
  }
}

/* --- mistakes ----------------------------------------------------------------------------------------------------- */

static void test_all_mistakes_of_a_script_are_told_at_once(void) {
  COMPLAINTS("0 socket(..., SOCK_STREAM, IPPROTO_TCP = 3\n"
             "+0 bind(3, ..., ...) = 0\n"
             "-+0 close(3) = 0\n"
             "+0 < S 0:0(0 win 1000\n"
             "+0 close(\"abc) = 0\n"
             "+0 close(3) = 0\n"
             "+0 foo\n"
             "+0 close(3) = 0\n"
             "+0 listen(3, 1) 0\n"
             "+0 close(3) = 0\n"
             "--late=1\n",
             "test.pkt:1:40: expected \"<<\", \"|\", \"+\", \"-\", \"*\", \",\", \"(\" or \")\", not \"=\"",
             "test.pkt:3:1: expected the time of an event (0.5, +.1 or *), not \"-\"",
             "test.pkt:4:14: expected \")\", not \"win\"", "test.pkt:5:10: this string is not closed: '\"' is missing",
             "test.pkt:8:1: expected \"(\", not \"+\"",
             "test.pkt:10:1: expected a packet, a call or a command after the time, not \"+\"",
             "test.pkt:11:1: options stand before the first event");
}

static void test_what_is_not_closed_is_told_once(void) {
  COMPLAINTS("0 `sysctl\n+0 close(3) = 0\n", "test.pkt:1:3: this command is not closed: \"`\" is missing");
  COMPLAINTS("0 %{ assert\n+0 close(3) = 0\n", "test.pkt:1:3: this code is not closed: \"}%\" is missing");
  COMPLAINTS("0 close(3) = 0 /* and\n+0 close(3) = 0\n",
             "test.pkt:1:16: this comment is not closed: \"*/\" is missing");
}

static void test_a_script_without_an_event_is_refused(void) {
  COMPLAINTS("", "test.pkt:1:1: there is no event in this script");
  g_autoptr(GPtrArray) errors = complaints("--mss=1\n// nothing\n", 19);
  g_assert_cmpuint(errors->len, ==, 1);
}

static void test_a_byte_order_mark_and_carriage_returns_are_no_mistakes(void) {
  g_autoptr(PktScript) script = read_script("\xEF\xBB\xBF--mss=1\r\n#ifndef A\r\n0 close(3) = 0\r\n#endif\r\n");
  g_assert_cmpuint(script->events->len, ==, 1);
  const PktOption *option = g_ptr_array_index(script->options, 0);
  g_assert_cmpstr(option->value, ==, "1");
}

static void test_a_nul_is_no_text(void) {
  g_autoptr(GPtrArray) errors = complaints("0 close(3)\n +\0", 14);
  g_assert_cmpstr(g_ptr_array_index(errors, 0), ==, "test.pkt:2:3: an octet of value 0: this is no text");
}

static void test_a_file_that_is_not_there_is_a_complaint(void) {
  g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func(g_free);
  g_assert_null(pkt_parse_file("/nonexistent/a.pkt", NULL, errors));
  g_assert_cmpuint(errors->len, ==, 1);
}

/* --- hostile input ------------------------------------------------------------------------------------------------ */

/* Nesting, long lines, floods of mistakes: an answer at once, and not a longer list of complaints than people read. */
static void test_hostile_input_is_answered_at_once(void) {
  static const struct {
    const char *before, *repeated;
    gsize times;
    const char *after;
  } cases[] = {
      {"0 f(", "(", 1000000, ""},
      {"0 f(", "[", 3000, ""},
      {"0 f(1", "|1", 500000, ") = 0"},
      {"0 f(\"", "\\\"", 2000000, "\n"},
      {"", "+", 5000000, ""},
      {"", "/*", 2500000, ""},
      {"", "#ifdef A\n", 300000, ""},
      {"", "0 < . 1:1(0) <mss 1\n", 100000, ""},
      {"0 %{ ", "}", 5000000, ""},
      {"0 f() = -1 E (", "(", 2000000, ""},
      {"", "\"\\", 2000000, ""},
      {"", "1.", 2000000, ""},
      {"#define A A A A A\n", "A ", 1000000, ""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    GString *text = g_string_new(cases[i].before);
    for (gsize n = 0; n < cases[i].times; n++)
      g_string_append(text, cases[i].repeated);
    g_string_append(text, cases[i].after);
    gint64 began = g_get_monotonic_time();
    g_autoptr(GPtrArray) errors = complaints(text->str, text->len);
    g_assert_cmpuint(errors->len, <=, 101);
    g_assert_cmpint(g_get_monotonic_time() - began, <, 20 * G_USEC_PER_SEC); /* sanitizers and a busy machine */
    g_string_free(text, TRUE);
  }
}

static void test_the_corpus_of_the_fuzzer_is_read_or_refused(void) {
  g_autofree char *folder = g_test_build_filename(G_TEST_DIST, "tests", "fuzz", "corpus", NULL);
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  g_assert_nonnull(dir);
  unsigned files = 0;
  for (const char *name; (name = g_dir_read_name(dir)); files++) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(PktScript) script = pkt_parse_file(path, NULL, errors);
    g_assert_true((script != NULL) == (errors->len == 0));
  }
  g_assert_cmpuint(files, >, 5);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/pkt-parse/" #name, test_##name)
  TEST(every_form_of_time_is_read_exactly);
  TEST(a_blocking_call_has_an_end);
  TEST(times_that_make_no_sense_are_refused);
  TEST(flags_sequence_and_fields_of_a_packet);
  TEST(tcp_options_in_the_order_written);
  TEST(ports_and_addresses_before_the_flags);
  TEST(what_is_no_plain_tcp_is_read_and_named);
  TEST(mistakes_in_packets_say_what_was_meant);
  TEST(results_errors_and_notes);
  TEST(structs_have_named_members);
  TEST(operators_bind_as_in_c);
  TEST(strings_have_the_escapes_of_c);
  TEST(options_the_first_command_and_comments);
  TEST(conditions_and_defined_words);
  TEST(conditions_that_are_not_in_order);
  TEST(assertions_on_tcp_info);
  TEST(other_code_is_named_as_outside);
  TEST(all_mistakes_of_a_script_are_told_at_once);
  TEST(what_is_not_closed_is_told_once);
  TEST(a_script_without_an_event_is_refused);
  TEST(a_byte_order_mark_and_carriage_returns_are_no_mistakes);
  TEST(a_nul_is_no_text);
  TEST(a_file_that_is_not_there_is_a_complaint);
  TEST(hostile_input_is_answered_at_once);
  TEST(the_corpus_of_the_fuzzer_is_read_or_refused);
#undef TEST
  return g_test_run();
}
